"""Whether a DHCP server answers: switched on and valid; and whether clients of its interface, or those of a relay.

Source: MikroTik's manual, "DHCP", DHCP Server Properties (relay), "Bridging and switching": an interface that is a
port of a bridge carries nothing of its own; comments that RouterOS puts above items of an export.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Protocol

from auditor.model import Fact, Interface, Stated, Unknown, known_like
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.items import Item
from auditor.services.reading import printable

_PORT = "interface bridge port"
ANY_RELAY = IPv4Address("255.255.255.255")
"""What RouterOS writes for requests of all relays that no other server is for."""
_INVALID = ("can not run on slave", "no ip address on interface")
"""What RouterOS says of a server that it cannot run, in small letters."""


class Interfaces(Protocol):
    """The routed interfaces of a device, as far as servers need them."""

    def known(self, name: str) -> Interface | None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Interfaces that are ports of a bridge, or may be."""

    named: Mapping[str, Fact[bool]]

    @classmethod
    def of(cls, config: Config) -> "Ports":
        found: dict[str, Fact[bool]] = {}
        for item in config.items(_PORT):
            off = config.stated(item, "disabled", yes_no)
            name = item.text("interface") or ""
            if isinstance(off, Unknown):
                found[name] = off
            elif off is None or not off.value:
                found[name] = Stated(True, config.span(item, "interface"))
        return cls(found)


def interface_of(config: Config, item: Item) -> Fact[str]:
    """The interface of a server or relay."""
    found = config.stated(item, "interface", str)
    if found is None:
        return Unknown(f"{item.title} names no interface", (item.header,), f"correct it on {config.device}")
    return found


def relay_of(config: Config, item: Item) -> Fact[IPv4Address] | None:
    """The relay whose clients a server is for (`ANY_RELAY`: any); None: the clients of its own interface."""
    if not item.text("relay"):
        return None
    found = config.stated(item, "relay", IPv4Address)
    return None if found is None or (not isinstance(found, Unknown) and not int(found.value)) else found


def serving(config: Config, interfaces: Interfaces, ports: Ports, item: Item) -> Fact[bool]:
    """Say whether its clients get an answer."""
    enabled = config.enabled(item)
    if isinstance(enabled, Unknown) or not enabled.value:
        return enabled
    relay = relay_of(config, item)
    if isinstance(relay, Unknown):
        return relay
    if any(word in remark.lower() for each in item.statements for remark in each.remarks for word in _INVALID):
        return Stated(False, (item.header,))
    interface = interface_of(config, item)
    if isinstance(interface, Unknown):
        return interface
    if interface.value.startswith("*"):
        return Stated(False, interface.spans)  # the interface was deleted
    port = ports.named.get(interface.value)
    if port is not None:
        spans = (*interface.spans, *port.spans)
        if isinstance(port, Unknown):
            return Unknown(port.why, spans, port.settle)
        return Stated(False, spans)
    known = interfaces.known(interface.value)
    if known is not None and not isinstance(known.addresses, Unknown) and not known.addresses.value:
        why = f"{printable(interface.value)} has no address in the configuration, without which {item.title} is invalid"
        return Unknown(why, interface.spans, f"look at `/ip dhcp-server print` on {config.device}: flag I is invalid")
    return known_like(True, enabled)
