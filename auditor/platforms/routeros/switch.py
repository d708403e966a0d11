"""The switch chip below the bridge: what it keeps apart by itself, and VLANs that only it knows.

`port-isolation` names, for frames that come in at a port, the ports that they may leave by; what is not named gets
none of them, the processor (`switch1-cpu`) and so the radios and the router included. The VLAN table of a switch chip
(`vlan-mode`, and all of CRS1xx/2xx) decides over tags before a bridge sees a frame; exports address its ports by
number, so that which port is meant is not known.
Source: MikroTik's manual, "Switch Chip Features" (port isolation, port settings, VLAN table), "CRS1xx/2xx series
switches" (isolation-leakage-profile, mac-level-isolation).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item, settles
from auditor.services.reading import printable
from auditor.syntax.routeros import Statement, TargetKind

_ISOLATION = "interface ethernet switch port-isolation"
_PORT = "interface ethernet switch port"
_VLAN_MENUS = (
    "interface ethernet switch vlan",
    "interface ethernet switch ingress-vlan-translation",
    "interface ethernet switch egress-vlan-translation",
    "interface ethernet switch egress-vlan-tag",
    "interface ethernet switch one2one-vlan-switching",
    "interface ethernet switch mac-based-vlan",
    "interface ethernet switch protocol-based-vlan",
)
_VLAN_WORDS = {
    "vlan-mode": frozenset({"disabled"}),
    "default-vlan-id": frozenset({"auto", "0", "1"}),
    "vlan-header": frozenset({"leave-as-is"}),
    "egress-vlan-mode": frozenset({"unmodified"}),
}
_ISOLATING = ("isolation-leakage-profile", "isolation-leakage-profile-override", "isolation-profile")
_BY_NUMBER = (TargetKind.NUMBERS, TargetKind.INTERNAL)
_ACCESS_CONTROL = ("interface ethernet switch acl", "interface dot1x server")


@dataclass(frozen=True, slots=True)
class Switch:
    """What the chip does. `allowed`: port → where its frames may go. `vlans`: why VLANs of ports are not known.

    `doubts` say what may stop frames between ports of one network.
    """

    allowed: Mapping[str, tuple[frozenset[str], tuple[Span, ...]]]
    vlans: Unknown | None
    doubts: tuple[Unknown, ...]

    def isolated(self, port: str) -> Fact[bool] | None:
        """Whether a port's frames reach no other isolated port; None if the chip says nothing of it."""
        own = self.allowed.get(port)
        if own is None:
            return None
        others = {name for name in self.allowed if name != port}
        if not others & own[0]:
            return Stated(bool(others), own[1])
        if others <= own[0]:
            return Stated(False, own[1])
        why = f"frames from {printable(port)} may leave by some isolated ports only"
        return Unknown(why, own[1], "see which ports readers and point of sale use")


def read(config: Config) -> Switch:
    """Read what concerns forwarding; rates and mirrors do not."""
    allowed = dict(_allowed(config))
    doubts = [*_numbered(config, _ISOLATION, ("forwarding-override",)), *_numbered(config, _PORT, _ISOLATING)]
    doubts += _cut_off(allowed)
    doubts += (_doubt(config, item) for item in config.items(_ISOLATION) if item.damaged)
    doubts += (
        Unknown(f"a line of /{_ISOLATION} cannot be read", (span,), "ping the reader from the point of sale")
        for statement, span in _statements(config, _ISOLATION)
        if statement.damaged and not settles(statement)
    )
    for menu in _ACCESS_CONTROL:
        doubts += (_doubt(config, item) for item in config.items(menu) if _may_be_on(config, item))
    return Switch(allowed, _vlans(config), tuple(doubts))


def _allowed(config: Config) -> Iterator[tuple[str, tuple[frozenset[str], tuple[Span, ...]]]]:
    for item in config.items(_ISOLATION):
        words = config.words(item, "forwarding-override")
        if item.damaged:
            continue  # a doubt, below
        if item.name and words:
            yield item.name, (frozenset(word for word, _ in words), config.span(item, "forwarding-override"))


def _cut_off(allowed: Mapping[str, tuple[frozenset[str], tuple[Span, ...]]]) -> Iterator[Unknown]:
    """Ports whose frames never reach the processor: neither radios nor this router hear what is behind them."""
    for name, (targets, spans) in allowed.items():
        if not any(target.endswith("cpu") for target in targets):
            why = f"the switch chip sends frames from {printable(name)} to {printable(', '.join(sorted(targets)))} only"
            yield Unknown(why, spans, f"ping the reader from a device behind {printable(name)}")


def _numbered(config: Config, menu: str, names: tuple[str, ...]) -> Iterator[Unknown]:
    """Settings of ports that an export addresses by number."""
    for statement, span in _statements(config, menu):
        for each in statement.properties:
            if each.name in names and not each.unset and statement.target.kind in _BY_NUMBER:
                why = f"/{menu} has {each.name}={printable(each.value)} for a port that is told by number only"
                yield Unknown(why, (span,), f"look at `/{menu} print` on the device")


def _vlans(config: Config) -> Unknown | None:
    for menu in _VLAN_MENUS:
        for item in config.items(menu):
            if _may_be_on(config, item):
                return _unread(f"{item.title}: VLANs are made by the switch chip", (item.header,))
            config.understood(item)
    for statement, span in _statements(config, _PORT):
        for each in statement.properties:
            if each.value not in _VLAN_WORDS.get(each.name, frozenset({each.value})) and not each.unset:
                return _unread(f"/{_PORT} has {each.name}={printable(each.value)}", (span,))
    return None


def _unread(why: str, spans: tuple[Span, ...]) -> Unknown:
    return Unknown(
        f"{why}, and which port carries which VLAN was not established",
        spans,
        "use `vlan-filtering` of the bridge instead, or see which network a device behind each port gets",
    )


def _statements(config: Config, menu: str) -> Iterator[tuple[Statement, Span]]:
    for path, document in config.documents.items():
        for statement in document.statements:
            if statement.menu == menu:
                yield statement, Span(config.device, path, statement.first, statement.last)


def _doubt(config: Config, item: Item) -> Unknown:
    why = f"{item.title} may keep frames or devices from a port, and is not read"
    return Unknown(why, (item.header,), "ping the reader from the point of sale")


def _may_be_on(config: Config, item: Item) -> bool:
    enabled = config.enabled(item)
    return isinstance(enabled, Unknown) or enabled.value
