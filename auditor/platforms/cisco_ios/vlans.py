"""VLANs of the switching part: `vlan 30` with its name and state, and those that only the VLAN database knows.

In VTP server and client mode the VLANs stand in `vlan.dat`, not in the running configuration; `show vlan brief` shows
them. Source: Cisco, "Configuring VLANs" and "Configuring VTP", Catalyst 9300 configuration guide: the running
configuration holds VLANs in transparent mode only.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.services.reading import Reading, printable
from auditor.syntax.ios import Command

SHOWN = "commands/vlan-brief.txt"
LAST = 4094
_HEAD = re.compile(r"vlan [\d,-]{1,400}")
_ROW = re.compile(r"(\d{1,4})\s+(\S[^\t]{0,31}?)\s+(active|act/lshut|suspended|sus/lshut|act/unsup)\b")
_SECONDARY = ("isolated", "community", "twoway-community")


@dataclass(frozen=True, slots=True)
class Vlan:
    """One VLAN. `secondary` is the kind of a secondary private VLAN; a primary one has `associated` ones."""

    vid: int
    name: str
    forwards: Fact[bool]
    spans: tuple[Span, ...]
    primary: bool = False
    secondary: str = ""
    associated: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Vlans:
    """The VLANs of a device by id. `whole`: those that are not among them do not exist, VLAN 1 apart.

    `stopped` are those that carry no frames, or may carry none.
    """

    by_id: Mapping[int, Vlan]
    whole: bool
    near: Span
    stopped: frozenset[int]

    def carried(self, vid: int) -> Fact[bool]:
        """Whether frames of a VLAN are switched at all: it exists and is not suspended."""
        vlan = self.by_id.get(vid)
        if vlan is not None:
            return vlan.forwards
        return Stated(not self.whole or vid == 1, (self.near,))

    def named(self, name: str) -> Fact[int]:
        """The id of a VLAN by its name, or by its number; VLAN 1 is called `default`."""
        if name.isdecimal() and len(name) < 5:
            return Stated(int(name), ())
        found = [vlan for vlan in self.by_id.values() if vlan.name == name]
        if len(found) == 1:
            return Stated(found[0].vid, found[0].spans)
        if name == "default" and not found:
            return Stated(1, ())
        many = "more than one VLAN is" if found else "no VLAN that was captured is"
        spans = tuple(span for vlan in found for span in vlan.spans)
        return Unknown(f"{many} called '{printable(name)}'", spans, f"add the output of `show vlan brief` as {SHOWN}")

    def primary_of(self, vid: int) -> int:
        """The primary VLAN of a secondary one, else the VLAN itself: hosts of both share one subnet."""
        return next((vlan.vid for vlan in self.by_id.values() if vid in vlan.associated), vid)


def read(config: Config, reading: Reading) -> Vlans:
    """Read all VLANs."""
    found: dict[int, Vlan] = {}
    for block, vids in _blocks(config):
        name = block.said("name")
        forwards = _forwards(block)
        private = {line.words[0]: line for line in block.lines("private-vlan") if line.words}
        secondary = next((kind for kind in _SECONDARY if kind in private), "")
        spans = (block.header, private[secondary].span) if secondary else (block.header,)
        for vid in vids:
            found[vid] = Vlan(
                vid,
                name.rest if name is not None and not name.no else "",
                forwards,
                spans,
                primary="primary" in private,
                secondary=secondary,
                associated=_ids(private["association"].rest.partition(" ")[2]) if "association" in private else (),
            )
    shown = _shown(reading)
    for vid, vlan in shown.items():
        if vid not in found:
            found[vid] = vlan
    mode = config.top.said("vtp mode")
    transparent = mode is not None and not mode.no and mode.words[:1] in (("transparent",), ("off",))
    whole = (transparent or bool(shown)) and not config.holes()
    near = mode.span if mode is not None and transparent else config.whole
    stopped = (vid for vid, vlan in found.items() if isinstance(vlan.forwards, Unknown) or not vlan.forwards.value)
    return Vlans(found, whole, near, frozenset(stopped))


def vlan_id(text: str) -> int:
    """Read a VLAN id."""
    if text.isdecimal() and len(text) <= 4 and 0 < int(text) <= LAST:
        return int(text)
    raise ValueError(f"a VLAN id is 1 to {LAST}")


def vlan_list(text: str) -> frozenset[int]:
    """Read a list such as `10,20-30`."""
    found: set[int] = set()
    count = 0
    for part in text.split(","):
        first, dash, last = part.partition("-")
        start = vlan_id(first.strip())
        end = vlan_id(last.strip()) if dash else start
        if end < start:
            raise ValueError(f"{printable(part)} ends before it begins")
        count += end - start + 1
        if count > 2 * LAST:
            raise ValueError("it names VLANs again and again")
        found.update(range(start, end + 1))
    return frozenset(found)


def _blocks(config: Config) -> Iterator[tuple[Block, frozenset[int]]]:
    places: dict[str, list[Command]] = {}
    for command in config.top.children():
        if _HEAD.fullmatch(command.text):
            places.setdefault(command.text, []).append(command)
    for text, commands in places.items():
        name = text.partition(" ")[2]
        try:
            vids = vlan_list(name)
        except ValueError:
            continue
        config.understood(*commands)
        yield Block(config, text, name, tuple(commands), (text,)), vids


def _forwards(block: Block) -> Fact[bool]:
    """A VLAN carries frames unless `shutdown` or `state suspend` stops it."""
    for words in ("shutdown", "state suspend"):
        line = block.said(words)
        if line is not None and not line.no:
            return Stated(False, (line.span,))
    state = block.said("state")
    near = state.span if state is not None else block.header
    return block.unsaid("state") or Stated(True, (near,))


def _ids(text: str) -> tuple[int, ...]:
    try:
        return tuple(sorted(vlan_list(text.removeprefix("add ").strip())))
    except ValueError:
        return ()


def _shown(reading: Reading) -> dict[int, Vlan]:
    """The rows of `show vlan brief`; 1002 to 1005 are for media that no shop has."""
    found: dict[int, Vlan] = {}
    for number, line in enumerate(reading.lines(SHOWN), start=1):
        row = _ROW.match(line[:120])
        if row is None or not 0 < int(row[1]) <= LAST or 1002 <= int(row[1]) <= 1005:
            continue
        span = reading.span(SHOWN, number)
        reading.understood(span)
        found[int(row[1])] = Vlan(int(row[1]), row[2], Stated(row[3] in ("active", "act/unsup"), (span,)), (span,))
    return found
