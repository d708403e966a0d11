"""RF tags and RF profiles of a Catalyst 9800: what they take from the radios of their access points.

RF profiles set power, channels and rates, which no rule needs, and how many stations a radio takes. A profile can be
shut. The YANG model calls it inactive then, which does not say whether the radios go by the settings of the whole
controller or are off. Source: YANG, Cisco-IOS-XE-wireless-rf-cfg (status, max-radio-clients); Cisco Catalyst 9800
configuration guide, "RF Profile".
"""

from dataclasses import dataclass

from auditor.model import Fact, Stated, Unknown, combine
from auditor.platforms.cisco_ios.ap_tags import ApTags
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.wireless_names import plain
from auditor.services.reading import printable

_COUNT = "high-density clients count"


@dataclass(frozen=True, slots=True)
class RfTags:
    """RF tags by name, and RF profiles by the word of their band and name."""

    config: Config
    tags: dict[str, Block]
    profiles: dict[tuple[str, str], Block]

    @classmethod
    def of(cls, config: Config) -> "RfTags":
        tags = {plain(block.name): block for block in config.blocks("wireless tag rf")}
        profiles: dict[tuple[str, str], Block] = {}
        for word in ("24ghz", "5ghz", "6ghz"):
            for block in config.blocks(f"ap dot11 {word} rf-profile"):
                profiles[word, plain(block.name)] = block
                block.each("shutdown")
                block.each(_COUNT)
            for tag in tags.values():
                tag.each(f"{word}-rf-policy")
        return cls(config, tags, profiles)

    def up(self, tags: ApTags, policy_tag: str, word: str) -> Fact[bool]:
        """Whether the RF profiles of the access points with a policy tag leave a band on for one of them at least."""
        found = [self._up(name, word) for name in tags.rf(policy_tag)]
        on = next((each for each in found if not isinstance(each, Unknown)), None)
        return on or (found[0] if found else Stated(True, ()))

    def _up(self, tag: str, word: str) -> Fact[bool]:
        profile = self._profile(tag, word)
        if profile is None:
            return Stated(True, ())
        shut = profile.flag("shutdown", "ap dot11 rf-profile.shutdown")
        if isinstance(shut, Unknown) or not shut.value:
            return combine(lambda off: not off, shut)
        why = (
            f"{profile.title} of RF tag '{printable(tag)}' is shut; whether its access points use the band is not known"
        )
        settle = f"write no shutdown into it, or see `show ap dot11 {word} summary`"
        return Unknown(why, shut.spans, settle, (True, False))

    def station_limit(self, tags: ApTags, policy_tag: str, word: str) -> Fact[int | None]:
        """The smallest number of stations that a radio of these access points takes, as far as a line says so."""
        facts: list[Fact[int]] = []
        for name in tags.rf(policy_tag):
            profile = self._profile(name, word)
            line = profile.said(_COUNT) if profile is not None else None
            if line is not None and not line.no:
                facts.append(self.config.converted(line.rest, _number, line.span, what=_COUNT))
        return combine(lambda *limits: min(limits), *facts) if facts else Stated(None, ())

    def _profile(self, tag: str, word: str) -> Block | None:
        block = self.tags.get(tag)
        line = block.said(f"{word}-rf-policy") if block is not None else None
        return None if line is None or line.no else self.profiles.get((word, plain(line.rest)))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise ValueError("no number of stations")
    return int(text)
