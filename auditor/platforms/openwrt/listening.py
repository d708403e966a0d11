"""On which interfaces an instance of dnsmasq answers: `interface`, `notinterface`, `listen_address`.

Source: openwrt/openwrt package/network/services/dnsmasq/files/dnsmasq.init, append_interface: the name of an
interface stands for its device, and what is no interface is taken for a device.
"""

from collections.abc import Iterable

from auditor.model import Fact, Interface, Listed, Span, Stated, Unknown
from auditor.platforms.openwrt.config import Config, Located
from auditor.services.reading import printable

Keys = Fact[tuple[str, ...] | None]
"""Keys of interfaces; None: all."""


def for_dns(config: Config, located: Located, interfaces: Listed[Interface]) -> Keys:
    """Where questions are answered; the device itself may always ask."""
    named, addresses = config.words(located, "interface"), config.words(located, "listen_address")
    if not named and not addresses:
        return _but(config, located, interfaces)
    keys = [key for word, _ in named for key in _keys(word, interfaces)]
    for word, span in addresses:
        owner = next((i.key for i in interfaces if _has(i, word)), None)
        if owner is None and not word.startswith("127."):
            why = f"dnsmasq answers at {printable(word)}, which is no address of an interface that is known"
            return Unknown(why, (span,), f"run on {config.device}: netstat -ln | grep :53")
        keys += [] if owner is None else [owner]
    spans = _lines(named) + _lines(addresses)
    return Stated(tuple(dict.fromkeys(keys)), tuple(dict.fromkeys(spans)))


def for_dhcp(config: Config, located: Located, interfaces: Listed[Interface]) -> Keys:
    """Where addresses are given out: `listen_address` speaks of DNS, and without `interface` it hides the rest."""
    named, addresses = config.words(located, "interface"), config.words(located, "listen_address")
    if named:
        keys = dict.fromkeys(key for word, _ in named for key in _keys(word, interfaces))
        return Stated(tuple(keys), _lines(named))
    if addresses:
        why = f"{located.title} listens at addresses; whether it gives out leases as well was not established"
        return Unknown(why, _lines(addresses), "name the interfaces with option interface")
    return _but(config, located, interfaces)


def _but(config: Config, located: Located, interfaces: Listed[Interface]) -> Keys:
    left_out = config.words(located, "notinterface")
    if not left_out:
        return config.default("dnsmasq.interface", lambda _: None, config.header(located))
    without = {key for word, _ in left_out for key in _keys(word, interfaces)}
    return Stated(tuple(i.key for i in interfaces if i.key not in without), _lines(left_out))


def _keys(word: str, interfaces: Iterable[Interface]) -> list[str]:
    """All interfaces on the device that a word stands for; the word itself if it stands for none."""
    links = {_link(i) for i in interfaces if i.key == word} - {""} or {word}
    return [i.key for i in interfaces if i.key == word or _link(i) in links] or [word]


def _link(interface: Interface) -> str:
    return "" if isinstance(interface.link, Unknown) else interface.link.value


def _has(interface: Interface, word: str) -> bool:
    if isinstance(interface.addresses, Unknown):
        return False
    return any(str(address.ip) == word for address in interface.addresses.value)


def _lines(words: tuple[tuple[str, Span], ...]) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(span for _, span in words))
