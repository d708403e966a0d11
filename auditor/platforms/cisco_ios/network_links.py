"""The interfaces of a device as its configuration lists them: kind, what it is told, on or off, switched or routed.

IOS shows `shutdown` where an interface is off and nothing where it is on. Whether an Ethernet port belongs to the
switching part is told by its own lines, by those of its neighbours in the same module, or by the device: switches
show `no switchport` on routed ports, routers show an address or `no ip address` and how the port negotiates.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.model import Fact, Span, Stated, Unknown, combine
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.interface_names import Kind, kind_of, module_of, parent_of
from auditor.platforms.cisco_ios.templates import Settings, settings_of
from auditor.services.reading import printable

# Lines that only an interface with a place in routing or bridging can have.
_ROUTED_WORDS = (
    "ip unnumbered", "vrf forwarding", "ip vrf forwarding", "encapsulation", "pppoe", "pppoe-client", "bridge-group",
    "service instance", "zone-member", "ip nat", "ip policy", "standby", "vrrp", "bridge-domain", "xconnect",
)  # fmt: skip
_SWITCH_PID = re.compile(r"(?:WS-C|C9[2-6]\d\d|C1000-|IE-|ESS-|CDB-|C9K)", re.IGNORECASE)
_PORTS = (Kind.ETHERNET, Kind.CHANNEL)


@dataclass(frozen=True, slots=True)
class Link:
    """One `interface`. `subs` are the names of its sub-interfaces, `channel` the bundle that it is a member of."""

    name: str
    kind: Kind
    settings: Settings
    on: Fact[bool]
    parent: str
    subs: tuple[str, ...]
    channel: str

    @property
    def header(self) -> Span:
        return self.settings.header


@dataclass(frozen=True, slots=True)
class Traces:
    """What the ports of a device tell about one another.

    `switch`: lines which show that the device is a switch or a wireless controller. `bare`: a line `switchport` alone,
    so that this device says so for each switch port. `modules`: switch ports by module. `switching`: whether there is
    any trace of a switching part. `routed`: a routed port that shows how it negotiates, as classic routers do.
    """

    switch: tuple[Span, ...]
    bare: Span | None
    modules: Mapping[str, Span]
    switching: bool
    routed: bool


@dataclass(frozen=True, slots=True)
class Links:
    """All interfaces by name, and the ports of each bundle."""

    config: Config
    by_name: Mapping[str, Link]
    members: Mapping[str, tuple[Link, ...]]
    traces: Traces

    def enabled(self, name: str) -> Fact[bool]:
        """Whether an interface, and the one it is a part of, is on."""
        link = self.by_name[name]
        return combine(lambda own, all: own and all, link.on, self.by_name[link.parent].on) if link.parent else link.on

    def of(self, *kinds: Kind) -> Iterator[Link]:
        """The interfaces of some kinds that are no sub-interfaces."""
        return (link for link in self.by_name.values() if link.kind in kinds and not link.parent)

    def switched(self, name: str) -> Fact[bool]:
        """Whether a port belongs to the switching part."""
        link, traces = self.by_name[name], self.traces
        if link.kind not in _PORTS or link.parent:
            return Stated(False, (link.header,))
        own = _own_lines(link)
        if own is not None:
            return own
        address = link.settings.each("ip address")
        if not address:
            # What can route shows an address, or that it has none.
            return link.settings.unsaid("ip address") or Stated(True, (link.header,))
        near = (address[-1].span,)
        if traces.bare is not None:
            return Stated(False, (traces.bare, *near))
        fellow = traces.modules.get(module_of(link.name))
        if fellow is not None:
            return Stated(True, (fellow, *near))
        if traces.switch:
            return Stated(False, (*near, *traces.switch[:1]))
        if not traces.switching:
            return Stated(False, near)
        how = [line.span for word in ("negotiation", "duplex", "speed") for line in link.settings.each(word)]
        if how:
            return Stated(False, (*near, *how))
        if traces.routed and _is_classic(self.config):
            return Stated(True, near)
        why = f"no line tells whether port {printable(link.name)} is a switch port of VLAN 1"
        settle = "write `switchport mode access` on it, or shut it if nothing is plugged in"
        return Unknown(why, near, settle, (True, False))


def _is_classic(config: Config) -> bool:
    """Whether the release is one of IOS, not IOS-XE from 16 on."""
    major = "" if isinstance(config.version, Unknown) else config.version.value.partition(".")[0]
    return major.isdecimal() and len(major) < 3 and int(major) < 16


def _shows_how(link: Link) -> bool:
    """Routers of classic IOS show `duplex` and `speed` of each routed port, and of no switch port."""
    return bool(link.settings.each("duplex") and link.settings.each("speed"))


def _own_lines(link: Link) -> Fact[bool] | None:
    """What the lines of a port say about itself; None if they do not."""
    config = link.settings.config
    said = link.settings.glance("switchport")
    bare = [command for command in said if command.text in ("switchport", "no switchport")]
    if bare:
        config.understood(*bare)
        return Stated(bare[-1].text == "switchport", (config.span(bare[-1]),))
    routed = [line for line in link.settings.each("ip address") if not line.no]
    if routed:
        return Stated(False, (routed[-1].span,))
    if said:
        return Stated(True, (config.span(said[0]),))
    if link.subs:
        return Stated(False, (link.header,))
    for words in _ROUTED_WORDS:
        lines = [command for command in link.settings.glance(words) if not command.text.startswith("no ")]
        if lines:
            return Stated(False, (config.span(lines[-1]),))
    return None


def read(config: Config) -> Links:
    """Read all interfaces; a second block of one name, in another spelling, is left to coverage."""
    found: dict[str, Settings] = {}
    templates = {block.name: block for block in config.blocks("template")}
    for block in config.blocks("interface"):
        name = block.name.split(" ")[0]
        if name and name not in found:
            found[name] = settings_of(config, block, templates)
    subs: dict[str, list[str]] = {}
    for name in found:
        parent = parent_of(name)
        if parent in found:
            subs.setdefault(parent, []).append(name)
    links = {}
    for name, settings in found.items():
        parent = parent_of(name)
        channel = settings.said("channel-group")
        number = channel.words[0] if channel is not None and not channel.no and channel.words else ""
        bundle = f"Port-channel{number}"
        links[name] = Link(
            name=name,
            kind=kind_of(name),
            settings=settings,
            on=_on(settings),
            parent=parent if parent in found else "",
            subs=tuple(subs.get(name, ())),
            channel=bundle if number and bundle in found else "",
        )
    members: dict[str, list[Link]] = {}
    for link in links.values():
        if link.channel:
            members.setdefault(link.channel, []).append(link)
    bundles = {channel: tuple(ports) for channel, ports in members.items()}
    return Links(config, links, bundles, _traces(config, links))


def _traces(config: Config, links: Mapping[str, Link]) -> Traces:
    bare: Span | None = None
    modules: dict[str, Span] = {}
    switching = routed = False
    for link in links.values():
        switching = switching or link.kind is Kind.SVI
        if link.kind not in _PORTS or link.parent:
            continue
        said = [command for command in link.settings.glance("switchport") if not command.text.startswith("no ")]
        switching = switching or bool(said)
        bare = bare or next((config.span(command) for command in said if command.text == "switchport"), None)
        own = _own_lines(link)
        if own is not None and not isinstance(own, Unknown):
            if own.value and module_of(link.name):
                modules.setdefault(module_of(link.name), own.spans[0])
            routed = routed or (not own.value and _shows_how(link))
        else:
            routed = routed or _shows_how(link)
    return Traces(tuple(_switch(config)), bare, modules, switching, routed)


def _on(settings: Settings) -> Fact[bool]:
    down = settings.flag("shutdown", "interface.shutdown")
    return combine(lambda value: not value, down)


def _switch(config: Config) -> Iterator[Span]:
    """Lines that only a switch or a wireless controller has."""
    for line in config.top.each("switch"):
        if len(line.words) == 3 and line.words[1] == "provision":
            yield line.span
    for line in config.top.each("license udi pid"):
        if line.words and _SWITCH_PID.match(line.words[0]):
            yield line.span
    for head in ("wireless management interface", "wireless tag policy", "wireless profile policy"):
        for line in config.top.each(head):
            yield line.span
