"""Routes: by which neighbour packets for a network leave a device."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from auditor.model.facts import Fact


@dataclass(frozen=True, slots=True)
class Route:
    """A static IPv4 route of the main table that may be in force; connected networks follow from addresses.

    `destination` 0.0.0.0/0 is the default route. `gateway` None: no neighbour is named, the destination is on the link
    of `interface` itself. `interface` is the key of an `Interface`, None where only a gateway is named. `discards`:
    packets are thrown away. Of two routes for one destination the one with the lower `distance` counts (RFC 1812,
    section 5.2.4; vendors say administrative distance or metric). Where routes are learned, or chosen by other things
    than the destination, the list has a hole.
    """

    device: str
    key: str
    destination: Fact[IPv4Network]
    gateway: Fact[IPv4Address | None]
    interface: Fact[str | None]
    discards: Fact[bool]
    distance: Fact[int]
