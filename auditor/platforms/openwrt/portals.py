"""Captive portals: openNDS, nodogsplash and CoovaChilli.

Source: openNDS linux_openwrt/opennds/files/etc (init.d, config), nodogsplash openwrt/nodogsplash/files/etc/init.d,
openwrt/packages net/coova-chilli/files/chilli.init. The first two count in minutes, CoovaChilli in seconds.
"""

from collections.abc import Callable
from datetime import timedelta

from auditor.capture import Capture
from auditor.model import Fact, Interface, Listed, Portal, Span, Stated, Unknown, known_like
from auditor.platforms.openwrt import acting_packages
from auditor.platforms.openwrt.captured import package_not_obtained
from auditor.platforms.openwrt.config import Config, Located, script_bool
from auditor.platforms.openwrt.services import running
from auditor.services.reading import printable

_BY_MINUTES = ("opennds", "nodogsplash")
_LONGEST = 10 * 365 * 86400


def read(
    config: Config, capture: Capture, services: Fact[frozenset[str]], interfaces: Listed[Interface]
) -> Listed[Portal]:
    """Read every portal that is configured, running or not."""
    found = [
        _by_minutes(config, located, package, services, interfaces)
        for package in _BY_MINUTES
        for located in config.sections(package, package)
    ]
    found += [_chilli(config, located, services, interfaces) for located in config.sections("chilli", "chilli")]
    packages = (*_BY_MINUTES, "chilli")
    holes = [package_not_obtained(capture, name) for name in packages if not config.has(name)]
    unread = acting_packages.portals(config, capture, services)
    return Listed(tuple(found), (*(hole for hole in holes if hole is not None), *unread))


def _by_minutes(
    config: Config, located: Located, package: str, services: Fact[frozenset[str]], interfaces: Listed[Interface]
) -> Portal:
    """OpenNDS, and nodogsplash from which it comes."""
    switch = config.fact(located, "enabled", script_bool, default=f"{package}.enabled")
    return Portal(
        device=config.device,
        key=located.id,
        software={"opennds": "openNDS"}.get(package, package),
        enabled=running(services, package, config.damage(located) or switch),
        interfaces=_on(config, located, ("gatewayinterface",), f"{package}.gatewayinterface", interfaces),
        session_timeout=config.fact(located, "sessiontimeout", _minutes, default=f"{package}.sessiontimeout"),
        idle_timeout=config.fact(located, "authidletimeout", _minutes, default=f"{package}.authidletimeout"),
        bypass_macs=_macs(config, located, "trustedmac"),
    )


def _minutes(text: str) -> timedelta | None:
    return _timer(text, 60)


def _seconds(text: str) -> timedelta | None:
    return _timer(text, 1)


def _timer(text: str, unit: int) -> timedelta | None:
    """A timer; 0 is never, and so is what lasts longer than any device lives."""
    if not text.isdecimal():
        raise ValueError("not a number")
    seconds = int(text[:12]) * unit
    return None if not seconds or seconds > _LONGEST or len(text) > 12 else timedelta(seconds=seconds)


def _on(
    config: Config, located: Located, options: tuple[str, ...], default: str, interfaces: Listed[Interface]
) -> Fact[tuple[str, ...]]:
    """Interfaces behind a device name such as `br-lan`, or behind the name of an interface."""
    damaged = config.damage(located)
    if damaged is not None:
        return damaged
    words = [word for option in options for word in config.words(located, option)]
    if not words:
        match config.default(default, str, config.header(located)):
            case Unknown() as unknown:
                return unknown
            case known:
                return _named(known.value, interfaces, lambda keys: known_like(keys, known), known.spans)
    name, span = words[0]
    return _named(name, interfaces, lambda keys: Stated(keys, (span,)), (span,))


def _named(
    name: str,
    interfaces: Listed[Interface],
    known: Callable[[tuple[str, ...]], Fact[tuple[str, ...]]],
    near: tuple[Span, ...],
) -> Fact[tuple[str, ...]]:
    keys = tuple(i.key for i in interfaces if i.key == name)
    keys = keys or tuple(i.key for i in interfaces if name and not isinstance(i.link, Unknown) and i.link.value == name)
    if keys:
        return known(keys)
    why = f"the portal's interface '{printable(name)}' is not in the captured network configuration"
    return Unknown(why, near, "look at the portal's status page")


def _macs(config: Config, located: Located, option: str) -> Fact[tuple[str, ...]]:
    """MAC addresses that need not log in; separated by blanks or commas, written with `:` or `-`."""
    words = config.words(located, option)
    macs = tuple(mac.lower().replace("-", ":") for word, _ in words for mac in word.split(",") if mac)
    spans = tuple(dict.fromkeys(span for _, span in words)) or (config.header(located),)
    return config.damage(located) or Stated(macs, spans)


def _chilli(config: Config, located: Located, services: Fact[frozenset[str]], interfaces: Listed[Interface]) -> Portal:
    """CoovaChilli, whose timers RADIUS may set."""
    return Portal(
        device=config.device,
        key=located.id,
        software="CoovaChilli",
        enabled=chilli_runs(config, located, services),
        interfaces=chilli_interfaces(config, located, interfaces),
        session_timeout=_unless_radius(config, located, "defsessiontimeout"),
        idle_timeout=_unless_radius(config, located, "defidletimeout"),
        bypass_macs=_allowed_macs(config, located),
    )


def chilli_interfaces(config: Config, located: Located, interfaces: Listed[Interface]) -> Fact[tuple[str, ...]]:
    """Where CoovaChilli is the portal, and the DHCP server too."""
    return _on(config, located, ("network", "dhcpif"), "chilli.dhcpif", interfaces)


def chilli_runs(config: Config, located: Located, services: Fact[frozenset[str]]) -> Fact[bool]:
    """`option disabled` switches CoovaChilli off whatever its value is."""
    lines = config.lines(located, "disabled")
    switch = config.damage(located) or Stated(not lines, lines or (config.header(located),))
    return running(services, "chilli", switch)


def _unless_radius(config: Config, located: Located, option: str) -> Fact[timedelta | None]:
    """The limit that holds unless RADIUS sets another; without one, RADIUS alone decides."""
    stated = config.stated(located, option, _seconds)
    if stated is not None and (isinstance(stated, Unknown) or stated.value is not None):
        return stated
    why = f"no {option} is set, and the RADIUS server of the portal may set one, which is not visible here"
    near = stated.spans if stated is not None else (config.header(located),)
    return Unknown(why, near, "look at the RADIUS server's policy")


def _allowed_macs(config: Config, located: Located) -> Fact[tuple[str, ...]]:
    """`macallowed` is asked of RADIUS, unless `macallowlocal` is on."""
    listed = _macs(config, located, "macallowed")
    local = config.stated(located, "macallowlocal", lambda text: text in ("1", "true"))
    if isinstance(listed, Unknown) or not listed.value:
        return listed
    if local is not None and not isinstance(local, Unknown) and local.value:
        return listed
    why = "the RADIUS server of the portal decides about the addresses in macallowed"
    return Unknown(why, listed.spans, "set macallowlocal, or look at the RADIUS server's policy")
