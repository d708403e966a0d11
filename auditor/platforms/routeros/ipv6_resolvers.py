"""Resolvers that hosts are told by IPv6: in router advertisements (`/ipv6 nd`), and by the DHCPv6 server.

`advertise-dns=self` tells the router itself, `yes` the servers of `dns`, or else those of `/ip dns`; what it tells
where those are none is not documented. A host asks the DHCPv6 server where advertisements say so, or where there
are none.
Source: MikroTik's command reference, ipv6/nd (advertise-dns, dns, managed-address-configuration, other-configuration);
its manual, "IPv6 Neighbor Discovery", "DHCP" (DHCPv6 options); RFC 3646 (option 23), RFC 4862, section 5.5.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

from auditor.model import Fact, Interface, Ipv6Resolver, Listed, Span, Stated, Unknown, known_like, spans_of
from auditor.platforms.routeros import dns_servers
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network import Network
from auditor.platforms.routeros.outputs import IPV6_ND, at, rows
from auditor.services.reading import Reading, printable
from auditor.syntax.routeros_print import Row

_ND = "ipv6 nd"
_SERVER = "ipv6 dhcp-server"
_RELAY = "ipv6 dhcp-relay"
_OPTION = "ipv6 dhcp-server option"
_SETS = "ipv6 dhcp-server option sets"
_DNS_OPTION = "23"
_NONE = ("", "unspecified")
_YES = ("yes", "true")
_SETTLE = "look at what a host in this network is told, or set advertise-dns=no, self or dns="
# `'2001:db8::53'`, perhaps several in a row; `0x2001…`.
_QUOTED = re.compile(r"(?:'[0-9A-Fa-f:.]{2,45}'){1,8}")
_HEX = re.compile(r"0x((?:[0-9A-Fa-f]{32}){1,8})")


def read(config: Config, network: Network, reading: Reading) -> Listed[Ipv6Resolver]:
    """Return what hosts of each interface that offers IPv6 are told."""
    present = any(config.menus("ipv6*"))
    holes = config.holes(_ND, _SERVER, _OPTION) if present or not config.documents else ()
    offering = [
        each for each in network.interfaces if isinstance(each.ipv6_offered, Unknown) or each.ipv6_offered.value
    ]
    if not offering:
        return Listed((), holes)
    reader = _Reader.of(config, network, reading)
    return Listed(tuple(each for interface in offering for each in reader.told(interface)), holes)


@dataclass(frozen=True, slots=True)
class _Advertised:
    """One entry of `/ipv6 nd`, as the export and the device show it; neither: the one that is there from the start."""

    item: Item | None
    row: Row | None


@dataclass(frozen=True, slots=True)
class _Reader:
    config: Config
    network: Network
    reading: Reading
    items: Mapping[str, Item]
    rows: Mapping[str, Row]
    own: frozenset[IPv6Address]

    @classmethod
    def of(cls, config: Config, network: Network, reading: Reading) -> "_Reader":
        items: dict[str, Item] = {}
        for item in config.items(_ND):
            items.setdefault(_place(network, item.text("interface")), item)
        shown: dict[str, Row] = {}
        for row in rows(reading, IPV6_ND) if reading.file(IPV6_ND) is not None else ():
            shown.setdefault(_place(network, row.text("interface")), row)
        return cls(config, network, reading, items, shown, frozenset(_own(config)))

    def told(self, interface: Interface) -> Iterator[Ipv6Resolver]:
        """What hosts of one interface are told, by either protocol."""
        entry = self._entry(interface.key)
        on = self.config.enabled(entry.item) if entry.item is not None else Stated(True, ())
        advertises = isinstance(on, Unknown) or on.value
        if advertises:
            for number, address in enumerate(self._advertised(entry, interface), start=1):
                yield self._resolver(interface, "RA", address, number)
        flags = ("managed-address-configuration", "other-configuration")
        if not advertises or any(self._text(entry, flag)[0] in _YES for flag in flags):
            for number, address in enumerate(self._served(interface), start=1):
                yield self._resolver(interface, "DHCPv6", address, number)

    def _resolver(self, interface: Interface, by: str, address: Fact[IPv6Address | None], number: int) -> Ipv6Resolver:
        where = "?" if isinstance(address, Unknown) else str(address.value or "self")
        key = f"{interface.key} {by} {where}" if where != "?" else f"{interface.key} {by} ({number})"
        known = (
            known_like(interface.key, interface.ipv6_offered)
            if not isinstance(interface.ipv6_offered, Unknown)
            else (Stated(interface.key, interface.ipv6_offered.near))
        )
        return Ipv6Resolver(self.config.device, key, known, address)

    # -- router advertisements ---------------------------------------------------------------------------------

    def _entry(self, name: str) -> _Advertised:
        for key in (name, "all"):
            if key in self.items or key in self.rows:
                return _Advertised(self.items.get(key), self.rows.get(key))
        return _Advertised(None, None)

    def _text(self, entry: _Advertised, name: str) -> tuple[str | None, tuple[Span, ...]]:
        """What the export says of a property, or else the device shows; with the lines."""
        if entry.item is not None and entry.item.text(name) is not None:
            return self.config.text(entry.item, name), self.config.span(entry.item, name)
        shown = entry.row.text(name) if entry.row is not None else None
        if shown is None or entry.row is None:
            return None, ()
        return shown, at(self.reading, IPV6_ND, entry.row, name)

    def _advertised(self, entry: _Advertised, interface: Interface) -> Iterator[Fact[IPv6Address | None]]:
        text, spans = self._text(entry, "advertise-dns")
        near = spans or ((entry.item.header,) if entry.item is not None else interface.ipv6_offered.spans)
        if text is None:
            added = entry.item is not None and entry.item.statements[0].verb == "add"
            default = self.config.default("ipv6 nd.advertise-dns", str, *near)
            if added or isinstance(default, Unknown):
                why = f"whether hosts on {printable(interface.key)} are told a resolver by IPv6 depends on a default"
                settle = f"add the output of `/ipv6 nd print detail` on {self.config.device} as {IPV6_ND}"
                yield Unknown(f"{why} that is not documented", near, settle)
                return
            text = default.value
        if text in ("no", "false"):
            return
        if text == "self":
            yield Stated(None, near)
        elif text in _YES:
            yield from self._announced(entry, interface, near)
        else:
            yield Unknown(f"cannot read advertise-dns '{printable(text)}'", near, _SETTLE)

    def _announced(
        self, entry: _Advertised, interface: Interface, near: tuple[Span, ...]
    ) -> Iterator[Fact[IPv6Address | None]]:
        for name in ("dns", "dns-servers"):
            text, spans = self._text(entry, name)
            if text is not None and text not in _NONE:
                yield from self._listed(text.split(","), (*near, *spans), f"{name} of /ipv6 nd")
                return
        servers = dns_servers.own_servers(self.config)
        own: list[tuple[IPv6Address, tuple[Span, ...]]] = []
        for fact in (servers.static, servers.dynamic):
            if isinstance(fact, Unknown):
                yield Unknown(fact.why, fact.near, fact.settle)
                return
            own += [(each, fact.spans) for each in fact.value if isinstance(each, IPv6Address)]
        for address, spans in own:
            yield Stated(None if address in self.own else address, (*near, *spans))
        if not own:
            why = f"hosts on {printable(interface.key)} are told the IPv6 resolvers of /ip dns, which has none"
            doubt = (*near, *spans_of(servers.static))
            yield Unknown(f"{why}: the router itself, or nobody", doubt, _SETTLE, (None,))

    def _listed(self, words: Iterable[str], spans: tuple[Span, ...], what: str) -> Iterator[Fact[IPv6Address | None]]:
        for word in (each.strip() for each in words):
            if word:
                fact = self.config.converted(word.partition("@")[0].partition("%")[0], _address, *spans, what=what)
                own = not isinstance(fact, Unknown) and fact.value in self.own
                yield Stated(None, spans) if own else fact

    # -- DHCPv6 ------------------------------------------------------------------------------------------------

    def _served(self, interface: Interface) -> Iterator[Fact[IPv6Address | None]]:
        for menu in (_SERVER, _RELAY):
            for item in self.config.items(menu):
                on = self.config.enabled(item)
                if _place(self.network, item.text("interface")) != interface.key:
                    continue
                if isinstance(on, Unknown):
                    yield on
                elif on.value and menu == _SERVER:
                    yield from self._handed_out(item)
                elif on.value:
                    where, place = printable(item.text("dhcp-server") or ""), printable(interface.key)
                    why = f"hosts on {place} are told their resolver by the DHCPv6 server at {where}"
                    yield Unknown(why, (item.header,), f"audit the DHCPv6 server at {where} as well")

    def _handed_out(self, item: Item) -> Iterator[Fact[IPv6Address | None]]:
        """Options 23 of a server, by its own list or by a set of them."""
        names = [name for name, _ in self.config.words(item, "dhcp-option")]
        chosen = item.text("dhcp-option-set")
        kit = self.config.named(_SETS, chosen) if chosen else None
        if kit is not None:
            names += [name for name, _ in self.config.words(kit, "options")]
        options = [option for name in names if (option := self.config.named(_OPTION, name)) is not None]
        telling = [option for option in options if option.text("code") == _DNS_OPTION]
        for option in telling:
            spans = (item.header, *self.config.span(option, "code", "value"))
            yield from self._option(option.text("value") or "", spans)
        if not telling:
            place = printable(item.text("interface") or "")
            why = f"the DHCPv6 server on {place} has no option {_DNS_OPTION}, and what it tells then is not documented"
            yield Unknown(why, (item.header,), f"add an option with code={_DNS_OPTION}, or look at what a host is told")

    def _option(self, value: str, spans: tuple[Span, ...]) -> Iterator[Fact[IPv6Address | None]]:
        packed = _HEX.fullmatch(value)
        if packed is not None:
            digits = packed[1]
            words = [str(IPv6Address(int(digits[i : i + 32], 16))) for i in range(0, len(digits), 32)]
        elif _QUOTED.fullmatch(value):
            words = [word for word in value.split("'") if word]
        else:
            yield Unknown(f"cannot read option {_DNS_OPTION} '{printable(value)}'", spans, "correct the option")
            return
        yield from self._listed(words, spans, f"option {_DNS_OPTION}")


def _place(network: Network, name: str | None) -> str:
    return network.actual(name) if name and name != "all" else "all"


def _own(config: Config) -> Iterator[IPv6Address]:
    """Addresses of the router that are written whole; one from a pool has a prefix that no export holds."""
    for item in config.items("ipv6 address"):
        if item.text("from-pool") is None and item.text("eui-64") not in _YES:
            try:
                yield IPv6Address((item.text("address") or "").partition("/")[0])
            except AddressValueError:
                continue


def _address(text: str) -> IPv6Address | None:
    try:
        return IPv6Address(text)
    except AddressValueError:
        raise ValueError("not an IPv6 address") from None
