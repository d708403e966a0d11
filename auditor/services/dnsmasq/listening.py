"""On which interfaces dnsmasq answers: `interface`, `except-interface`, `listen-address`, `no-dhcp-interface`.

Source: dnsmasq 2.90 src/network.c, iface_check, and tried: an address that is listened at counts for DHCP as well, and
an interface that is left out stays out even if it is named.
"""

from dataclasses import dataclass

from auditor.model import Fact, Interface, Span, Stated, Unknown
from auditor.services.base import Host
from auditor.services.dnsmasq.settings import Settings
from auditor.syntax.dnsmasq_conf import fields, shown


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    spans: tuple[Span, ...]


def _words(settings: Settings, key: str) -> list[_Word]:
    return [_Word(shown(part), setting.spans) for setting in settings.of(key) for part in fields(setting.value) if part]


def interfaces(host: Host, settings: Settings) -> Fact[tuple[str, ...] | None]:
    """Where questions are answered; None: on all interfaces."""
    return settings.once("interfaces", lambda: _interfaces(host, settings))


def _interfaces(host: Host, settings: Settings) -> Fact[tuple[str, ...] | None]:
    named, addresses = _words(settings, "interface"), _words(settings, "listen-address")
    left_out = _words(settings, "except-interface")
    spans = tuple(dict.fromkeys(span for word in (*named, *addresses, *left_out) for span in word.spans))
    if settings.holes and not named and not addresses:
        return settings.holes[0]
    if not spans:
        return host.reading.default("dnsmasq.interface", lambda _: None)
    unread = [i for i in host.interfaces if isinstance(i.addresses, Unknown)]
    if addresses and (unread or host.interfaces.holes):
        return Unknown("at which interfaces dnsmasq listens depends on their addresses, which are not known", spans)
    if not named and not addresses and not any(_is_one(i, left_out) for i in host.interfaces):
        return Stated(None, spans)
    return Stated(tuple(i.key for i in host.interfaces if _reached(i, named, addresses, left_out)), spans)


def _reached(interface: Interface, named: list[_Word], addresses: list[_Word], left_out: list[_Word]) -> bool:
    if (named or addresses) and not _is_one(interface, named) and not _has_one(interface, addresses):
        return interface.key == "lo" and bool(named)
    return _has_one(interface, addresses) or not _is_one(interface, left_out)


def _is_one(interface: Interface, words: list[_Word]) -> bool:
    return any(_matches(word.text, interface.key) for word in words)


def _matches(word: str, name: str) -> bool:
    """A star at the end stands for the rest of the name; `eth0:1` is an address of `eth0`."""
    return name.startswith(word[:-1]) if word.endswith("*") else name == word.partition(":")[0]


def _has_one(interface: Interface, words: list[_Word]) -> bool:
    if isinstance(interface.addresses, Unknown):
        return False
    return any(str(own.ip) == word.text for own in interface.addresses.value for word in words)


def gives_addresses(host: Host, settings: Settings, interface: Interface) -> Fact[bool]:
    """Whether DHCP is answered on an interface, as far as the options about interfaces say."""
    for word in settings.once("no-dhcp-interface", lambda: _words(settings, "no-dhcp-interface")):
        if _matches(word.text, interface.key):
            return Stated(False, word.spans)
    match interfaces(host, settings):
        case Unknown() as unknown:
            return unknown
        case known if known.value is None or interface.key in known.value:
            return Stated(True, known.spans)
        case known:
            return Stated(False, known.spans)
