"""What an autonomous access point lets pass between its stations and its wire, and who has to log in.

Access lists work on bridged sub-interfaces of the radios, too; `ip redirection host` of an SSID sends what its stations
say to one address, and a bridge group has lists of MAC addresses and of kinds of frames. Source: Cisco, "Configuration
Guide for Autonomous Aironet Access Points", release 15.3(3), "Configuring Filters", "Configuring Multiple SSIDs".
"""

import re
from collections.abc import Iterable, Iterator

from auditor.model import Action, Filter, Listed, Span, Stated, Unknown
from auditor.platforms.cisco_ios import dot11
from auditor.platforms.cisco_ios.blocks import Line
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.filters import filters
from auditor.platforms.cisco_ios.filters_scene import Networked, scene_of
from auditor.services.netfilter.boxes import Box
from auditor.services.netfilter.conditions import Clause
from auditor.services.netfilter.filters import Base
from auditor.services.netfilter.program import Chains, Source, Step, Steps
from auditor.services.reading import printable

_KEY = "access point"
_LISTS = re.compile(r"bridge-group \d{1,4} (?:in|out)put-\S+ .+")
_KEPT = re.compile(r"bridge \d{1,4} (?:address \S+ discard.*|.*list .+)|no bridge \d{1,4} acquire")


def bridge_filters(config: Config, network: Networked) -> Listed[Filter]:
    """Filters of the radios that certainly or possibly stop something, each for its own SSIDs only."""
    steps = tuple(_steps(config))
    holes = tuple(_holes(config))
    if not steps:
        return Listed((), holes)
    spans = steps[0].source.spans

    def build(_: object) -> Chains:
        return {_KEY: Steps(steps)}

    base = Base(_KEY, _KEY, "bridge", "filter", "forward", 40, Stated(Action.ACCEPT, spans), spans, build)
    scene = scene_of(config, network)
    return Listed(tuple(filters(config.device, (base,), scene.context("forward", bridged=True))), holes)


def _steps(config: Config) -> Iterator[Step]:
    heads = ("ip access-list extended", "ip access-list standard")
    lists = {block.name for head in heads for block in config.blocks(head)}
    lists |= {line.words[0] for line in config.top.lines("access-list") if line.words}
    for on in dot11.carried(config):
        for text, span in _said(on, lists):
            title, doubt = printable(text, 60), "what it stops is not followed"
            names = frozenset({on.key})
            clauses = (Clause(Box(entering=names), doubt), Clause(Box(leaving=names), doubt))
            yield Step(clauses, Action.DROP, Source(_KEY, title, title, (span,)))


def _said(on: dot11.Carried, lists: set[str]) -> Iterator[tuple[str, Span]]:
    yield from _pairs(on.ssid.lines("ip redirection"))
    for block in dict.fromkeys((on.radio, on.place.block)):
        if block is None:
            continue
        # A list that is not there permits everything.
        yield from _pairs(line for line in block.lines("ip access-group") if line.words and line.words[0] in lists)
        yield from _pairs(block.lines("mac access-group"))
        for command in block.children():
            if _LISTS.fullmatch(command.text):
                block.config.understood(command)
                yield command.text, block.config.span(command)


def _pairs(lines: Iterable[Line]) -> Iterator[tuple[str, Span]]:
    return ((line.text, line.span) for line in lines)


def _holes(config: Config) -> Iterator[Unknown]:
    for command in config.top.children():
        if _KEPT.fullmatch(command.text):
            config.understood(command)
            why = f"'{printable(command.text, 60)}' may keep frames back"
            yield Unknown(why, (config.span(command),), "see whose frames it keeps back")
