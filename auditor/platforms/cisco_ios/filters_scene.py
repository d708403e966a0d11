"""What packet filters of an IOS device are read in: its interfaces by name, its lists, and who is inside or outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from auditor.model import Interface, Listed, Port, Span, Unknown
from auditor.platforms.cisco_ios.acl import AccessLists
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.objects import Objects
from auditor.services.netfilter.boxes import merged
from auditor.services.netfilter.conditions import Context, View
from auditor.services.netfilter.links import Links


class Networked(Protocol):
    """What filters need of the networks of a device."""

    @property
    def interfaces(self) -> Listed[Interface]: ...

    @property
    def ports(self) -> Listed[Port]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """The configuration with its interfaces, whose blocks are known by their names, and its access lists."""

    config: Config
    interfaces: Listed[Interface]
    ports: Listed[Port]
    blocks: dict[str, Block]
    lists: AccessLists
    links: Links

    @property
    def device(self) -> str:
        return self.config.device

    def interface(self, name: str) -> Interface | None:
        """The routed interface of this name."""
        return next((each for each in self.interfaces if each.key == name), None)

    @property
    def uplinks(self) -> frozenset[str]:
        """Interfaces that certainly lead to the internet, switched on or not."""
        return frozenset(i.key for i in self.interfaces if not isinstance(i.uplink, Unknown) and i.uplink.value)

    def context(self, hook: str, *, bridged: bool = False, view: View = View.FIRST) -> Context:
        """A place of a filter; IOS knows no connections unless something inspects them."""
        return Context(hook, view, self.links, bridged=bridged, own=self._own())

    def saying(self, prefix: str) -> Iterator[tuple[str, Span]]:
        """The interfaces that say so, with the line."""
        for name, block in self.blocks.items():
            line = block.said(prefix)
            if line is not None and not line.no:
                yield name, line.span

    def routed(self, name: str) -> bool:
        """Whether packets are routed by this interface."""
        return name in self.links.routed

    def _own(self) -> tuple[tuple[int, int], ...] | None:
        if self.interfaces.holes or any(isinstance(each.addresses, Unknown) for each in self.interfaces):
            return None
        return merged(
            (int(address.ip),) * 2
            for each in self.interfaces
            if not isinstance(each.addresses, Unknown)
            for address in each.addresses.value
        )


def scene_of(config: Config, network: Networked) -> Scene:
    """Gather what filters need; the lines of access lists are counted as understood."""
    blocks = {block.name: block for block in config.blocks("interface")}
    routed = frozenset(each.key for each in network.interfaces)
    ports = frozenset(each.key for each in network.ports)
    links = Links(
        routed=routed,
        routed_complete=not network.interfaces.holes,
        behind=routed | ports | frozenset(_bridges(network)),
        behind_complete=not network.interfaces.holes and not network.ports.holes,
    )
    lists = AccessLists(config, Objects(config))
    return Scene(config, network.interfaces, network.ports, blocks, lists, links)


def _bridges(network: Networked) -> Iterator[str]:
    """What carries VLANs, by the names that the interfaces of the model give it."""
    for each in network.interfaces:
        if not isinstance(each.link, Unknown):
            yield each.link.value
