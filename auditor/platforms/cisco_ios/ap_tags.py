"""Which access points of a Catalyst 9800 have which tags, as the configuration says and `show ap tag summary` shows.

Tags come from the block of an access point (`ap 0200.5eaa.0010`), from a location, from a filter on names, from the
access point itself, or are the default ones, in this order. Source: Cisco, "Catalyst 9800 Series Wireless Controllers,
Configuration Model", working with profiles and tags.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model import Fact, Listed, Part, Span, Stated, Unknown
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.wireless_names import plain
from auditor.services.reading import Reading
from auditor.syntax.ios import Command

AP_TAGS = "commands/ap-tags.txt"
DEFAULT_POLICY = "default-policy-tag"
DEFAULT_SITE = "default-site-tag"
DEFAULT_RF = "default-rf-tag"

_AP = re.compile(r"ap ([0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})")
_LOCATION = re.compile(r"ap location name (.+)")
_FILTER = re.compile(r"ap filter name (.+)")
_MAC = re.compile(r"(?<=\S) +[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4} ")
_COUNT = re.compile(r"Number of APs: +(\d{1,6}) *")
_LONGEST_ROW = 1000
_SETTLE = "capture the output of `show ap tag summary`"


@dataclass(frozen=True, slots=True)
class Assigned:
    """Tags that one access point has, or, where a filter gives them, may have."""

    policy: str
    site: str
    rf: str
    spans: tuple[Span, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class ApTags:
    """What is known of tags on access points, by policy tag. `others` says why there may be more; None: that is all."""

    by_policy: dict[str, tuple[Assigned, ...]]
    others: Unknown | None
    shown: tuple[Span, ...]
    """The lines of the output that lists them."""
    sites_there: frozenset[str] = frozenset((DEFAULT_SITE,))
    """All site tags that the configuration makes or an access point has."""

    def carried(self, tag: str) -> Fact[bool]:
        """Whether some access point has a policy tag."""
        mine = self.by_policy.get(tag, ())
        certain = next((each for each in mine if each.certain), None)
        if certain is not None:
            return Stated(True, certain.spans)
        if self.others is None:
            return Stated(False, self.shown)
        return Unknown(
            f"whether an access point has the policy tag '{tag}' is not known: {self.others.why}",
            (*(span for each in mine for span in each.spans), *self.others.near),
            self.others.settle,
            (True, False),
        )

    def parts(self, tag: str) -> Listed[Part]:
        """The policy tag, and the site tags of access points that have it."""
        found = {tag: Part(tag, Stated(True, ()), only=tag not in self.sites_there)}
        for each in self.by_policy.get(tag, ()):
            if each.certain:
                found.setdefault(each.site, Part(each.site, Stated(True, each.spans)))
        return Listed(tuple(found.values()), () if self.others is None else (self.others,))

    def sites(self, tag: str) -> tuple[str, ...]:
        """The site tags of access points that have, or may have, a policy tag."""
        return tuple(dict.fromkeys(each.site for each in self.by_policy.get(tag, ())))

    def rf(self, tag: str) -> tuple[str, ...]:
        """The RF tags of access points that have, or may have, a policy tag."""
        return tuple(dict.fromkeys(each.rf for each in self.by_policy.get(tag, ())))


def read(config: Config) -> ApTags:
    """Read the blocks of access points, locations and filters, and the output that shows what became of them."""
    shown = _shown(config.reading)
    stated = [*_of_access_points(config), *_of_locations(config)]
    if shown is None:
        possible = tuple(_of_filters(config))
        why = "access points can bring their tags along, or get them by default"
        others = Unknown(why, (config.whole,), _SETTLE)
        return ApTags(_by_policy((*stated, *possible)), others, (), _sites(config, (*stated, *possible)))
    list(_of_filters(config))
    rows, lines, doubt = shown
    return ApTags(_by_policy((*rows, *stated)), doubt, lines, _sites(config, (*rows, *stated)))


def _sites(config: Config, assigned: tuple[Assigned, ...]) -> frozenset[str]:
    made = (plain(block.name) for block in config.blocks("wireless tag site"))
    return frozenset((DEFAULT_SITE, *made, *(each.site for each in assigned)))


def _by_policy(assigned: tuple[Assigned, ...]) -> dict[str, tuple[Assigned, ...]]:
    found: dict[str, list[Assigned]] = {}
    for each in assigned:
        found.setdefault(each.policy, []).append(each)
    return {tag: tuple(those) for tag, those in found.items()}


def _of_access_points(config: Config) -> Iterator[Assigned]:
    for block in blocks_like(config, _AP):
        yield Assigned(
            _word(block, "policy-tag", DEFAULT_POLICY),
            _word(block, "site-tag", DEFAULT_SITE),
            _word(block, "rf-tag", DEFAULT_RF),
            (block.header, *(line.span for line in block.lines("policy-tag"))),
            certain=True,
        )


def _of_locations(config: Config) -> Iterator[Assigned]:
    for block in blocks_like(config, _LOCATION):
        tags = _tags(block)
        if block.lines("ap-eth-mac"):
            yield Assigned(*tags, (block.header, *(line.span for line in block.lines("tag"))), certain=True)


def _of_filters(config: Config) -> Iterator[Assigned]:
    """What filters would give; whether an access point has such a name only the output shows."""
    for block in blocks_like(config, _FILTER):
        block.each("ap name-regex")
        tags = _tags(block)
        yield Assigned(*tags, (block.header, *(line.span for line in block.lines("tag"))), certain=False)


def _tags(block: Block) -> tuple[str, str, str]:
    """The tags of `tag policy P`, `tag site S`, `tag rf R`; also as locations of other releases write them."""
    return (
        _word(block, "tag policy", _word(block, "policy-tag", DEFAULT_POLICY)),
        _word(block, "tag site", _word(block, "site-tag", DEFAULT_SITE)),
        _word(block, "tag rf", _word(block, "rf-tag", DEFAULT_RF)),
    )


def _word(block: Block, prefix: str, otherwise: str) -> str:
    line = block.said(prefix)
    return otherwise if line is None or line.no or not line.rest else plain(line.rest)


def blocks_like(config: Config, head: re.Pattern[str]) -> Iterator[Block]:
    """The blocks of the top level whose whole head has a form; `name` is its first group."""
    found: dict[str, list[Command]] = {}
    names: dict[str, str] = {}
    for command in config.top.children():
        matched = head.fullmatch(command.text) if command.text[:3] in ("ap ", "wir") else None
        if matched is not None:
            found.setdefault(command.text, []).append(command)
            names[command.text] = matched[1].strip()
    for text, commands in found.items():
        config.understood(*commands)
        yield Block(config, text, names[text], tuple(commands), (text,))


def _shown(reading: Reading) -> tuple[tuple[Assigned, ...], tuple[Span, ...], Unknown | None] | None:
    """The rows of `show ap tag summary`, its lines, and why some may be missing; None if it was not captured."""
    if reading.file(AP_TAGS) is None:
        return None
    rows: list[Assigned] = []
    shown: list[Span] = []
    count: int | None = None
    for number, line in enumerate(reading.lines(AP_TAGS), start=1):
        text = line.strip("\r ")
        counted = _COUNT.fullmatch(text)
        mac = _MAC.search(text) if len(text) <= _LONGEST_ROW else None
        span = reading.span(AP_TAGS, number)
        if counted is not None:
            count = int(counted[1])
            shown += reading.understood(span)
        elif mac is not None:
            behind = text[mac.end() :].strip()
            tags = re.split(r" {2,}", behind)
            tags = tags if len(tags) == 5 else behind.split()
            if len(tags) == 5:
                rows.append(Assigned(tags[1], tags[0], tags[2], reading.understood(span), certain=True))
        elif text.startswith("AP Name") or not text.strip("-"):
            reading.irrelevant(AP_TAGS, (number,))
    found = len({(each.spans, each.policy) for each in rows})
    doubt = None
    if count is None or found < count:
        why = f"not all rows of {AP_TAGS} could be read" if count is not None else f"{AP_TAGS} gives no number of APs"
        doubt = Unknown(why, tuple(shown[:1]), _SETTLE)
    return tuple(rows), tuple(shown[:1]), doubt
