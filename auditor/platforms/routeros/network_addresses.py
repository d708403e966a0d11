"""IPv4 addresses: `/ip address`, and DHCP clients.

An address on a port of a bridge is one of the bridge (MikroTik's command reference, ip/address, `actual-interface`).
An address without a mask is one host. What a DHCP server gives is in no export; the device tells it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface

from auditor.model import AddressSource, Fact, Span, Stated, Unknown, known_like
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.outputs import DHCP_CLIENTS, at, rows
from auditor.services.reading import Reading, printable

_ADDRESS = "ip address"
_CLIENT = "ip dhcp-client"


@dataclass(frozen=True, slots=True)
class Client:
    """A DHCP client that may be on. `route`: whether it takes the default route. `told` is what the device shows."""

    item: Item
    enabled: Fact[bool]
    route: Fact[bool]
    told: "Told | None"


@dataclass(frozen=True, slots=True)
class Told:
    """What a DHCP client was given: its address, and the gateway or None."""

    address: IPv4Interface
    gateway: str | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Addressing:
    """Addresses and DHCP clients by the interface that has them in the end."""

    static: Mapping[str, Fact[tuple[IPv4Interface, ...]]]
    clients: Mapping[str, Client]

    def source(self, name: str) -> Fact[AddressSource] | None:
        """How an interface gets its address; None if by no line."""
        client, own = self.clients.get(name), self.static.get(name)
        if client is not None:
            if isinstance(client.enabled, Unknown):
                return client.enabled
            return known_like(AddressSource.DHCP, client.enabled, Stated(None, (client.item.header,)))
        return None if own is None else Stated(AddressSource.STATIC, own.spans)

    def addresses(self, name: str) -> Fact[tuple[IPv4Interface, ...]]:
        """The addresses of an interface; those of a DHCP client only if the device shows them."""
        client, own = self.clients.get(name), self.static.get(name)
        if isinstance(own, Unknown):
            return own
        if client is None:
            return own if own is not None else Stated((), ())
        if client.told is not None:
            told = Stated((client.told.address,), client.told.spans)
            return told if own is None else known_like((*own.value, client.told.address), own, told)
        if own is not None and own.value:
            return own
        why = f"interface {printable(name)} gets its address from outside"
        return Unknown(
            why, (client.item.header,), "add the output of `/ip dhcp-client print detail` as commands/dhcp-clients.txt"
        )


def read(config: Config, reading: Reading | None, actual: Callable[[str], str]) -> Addressing:
    """Read addresses and clients; `actual` names the interface that an address on another one belongs to."""
    static: dict[str, list[tuple[IPv4Interface, tuple[Span, ...]]]] = {}
    broken: dict[str, Unknown] = {}
    for item in config.items(_ADDRESS):
        enabled = config.enabled(item)
        name = config.text(item, "interface") or ""
        config.understood(item)
        if (not isinstance(enabled, Unknown) and not enabled.value) or not name or name.startswith("*"):
            continue
        key, spans = actual(name), config.span(item, "address", "netmask", "interface")
        fact = config.converted(_written(item), IPv4Interface, *spans, what=f"address of {item.title}")
        if isinstance(enabled, Unknown) or isinstance(fact, Unknown):
            broken[key] = enabled if isinstance(enabled, Unknown) else fact  # type: ignore[assignment]
        else:
            static.setdefault(key, []).append((fact.value, spans))
    found: dict[str, Fact[tuple[IPv4Interface, ...]]] = dict(broken)
    for key, entries in static.items():
        lines = tuple(dict.fromkeys(span for _, spans in entries for span in spans))
        found.setdefault(key, Stated(tuple(address for address, _ in entries), lines))
    return Addressing(found, _clients(config, reading, actual))


def _written(item: Item) -> str:
    address, mask = item.text("address") or "", item.text("netmask")
    return f"{address}/{mask}" if mask and "/" not in address else address


def _clients(config: Config, reading: Reading | None, actual: Callable[[str], str]) -> dict[str, Client]:
    found: dict[str, Client] = {}
    told = _told(reading) if reading is not None else {}
    for item in config.items(_CLIENT):
        enabled = config.enabled(item)
        name = config.text(item, "interface") or ""
        route = _route(config, item)
        config.understood(item)
        if (not isinstance(enabled, Unknown) and not enabled.value) or not name or name.startswith("*"):
            continue
        found.setdefault(actual(name), Client(item, enabled, route, told.get(name)))
    return found


def _route(config: Config, item: Item) -> Fact[bool]:
    """Whether the default route of the main table comes from this client."""
    takes = config.fact(item, "add-default-route", _adds)
    script = config.text(item, "script")
    if isinstance(takes, Unknown):
        return takes
    tables = config.text(item, "default-route-tables")
    if takes.value and tables is not None:
        names = {word.strip().partition(":")[0] for word in tables.split(",")}
        if not names & {"default", "main"}:
            why = f"{item.title} puts its default route into table {printable(tables)}"
            return Unknown(why, config.span(item, "default-route-tables"), "look at `/ip route print`", (True, False))
    if not takes.value and script:
        why = f"{item.title} runs a script, which may set routes"
        return Unknown(why, config.span(item, "script"), "look at `/ip route print`", (True, False))
    return takes


def _adds(text: str) -> bool:
    if text not in ("yes", "no", "true", "false", "special-classless"):
        raise ValueError("neither yes, no nor special-classless")
    return text not in ("no", "false")


def _told(reading: Reading) -> dict[str, Told]:
    """What the device shows of clients that have an address (`status=bound`), by interface."""
    found: dict[str, Told] = {}
    for row in rows(reading, DHCP_CLIENTS):
        name, status, address = row.text("interface"), row.text("status"), row.text("address")
        if not name or status != "bound" or not address or name in found:
            continue
        try:
            own = IPv4Interface(address)
        except ValueError:
            continue
        spans = at(reading, DHCP_CLIENTS, row, "interface", "status", "address", "gateway")
        found[name] = Told(own, row.text("gateway") or None, spans)
    return found
