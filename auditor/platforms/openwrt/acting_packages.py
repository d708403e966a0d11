"""Packages that can do what rules judge, by settings that are not read: the profile's `acting` names them.

One that is installed (its configuration is there) or whose service is started, and that nothing shows to be off,
leaves a hole where it may act. Nothing is said of packages that a device does not have.
"""

from collections.abc import Iterator

from auditor.capture import Capture
from auditor.model import Blocklist, Fact, Listed, Span, Stated, Unknown, known_like
from auditor.platforms.openwrt.captured import not_obtained, package_not_obtained
from auditor.platforms.openwrt.config import Config, Located, script_bool
from auditor.platforms.openwrt.services import stopped

# Sections that switch a whole package; a section of the package's own type counts as well.
_SWITCHES = ("global", "globals", "main", "config")
_SHOWN = 4


def portals(config: Config, capture: Capture, services: Fact[frozenset[str]]) -> tuple[Unknown, ...]:
    """Packages that may ask clients to log in."""
    return tuple(
        Unknown(
            f"{name} may keep clients from the internet until they log in; its settings are not read",
            spans,
            f"see whether a new client of the readers' network meets a login page; else disable {name}",
        )
        for name, spans in _in_use(config, capture, services, "portals")
    )


def schedules(config: Config, capture: Capture, services: Fact[frozenset[str]]) -> tuple[Unknown, ...]:
    """Packages that may restart the device or switch Wi-Fi off by themselves."""
    return tuple(
        Unknown(
            f"{name} may restart the device, an uplink or Wi-Fi by itself; when it does, was not read",
            spans,
            f"look at /etc/config/{name} on {capture.device}: it must not act while the shop is open; else disable it",
        )
        for name, spans in _in_use(config, capture, services, "schedules")
    )


def routes(config: Config, capture: Capture, services: Fact[frozenset[str]]) -> tuple[tuple[str, Unknown], ...]:
    """Packages that may send packets another way than the routes do, or nowhere; each with its name."""
    return tuple(
        (
            name,
            Unknown(
                f"{name} may send packets by other ways than the configured uplinks; its rules are not read",
                spans,
                f"from this network open the hosts of the policy, then declare egress; or disable {name}",
            ),
        )
        for name, spans in _in_use(config, capture, services, "routes")
    )


def learned_routes(config: Config, capture: Capture, services: Fact[frozenset[str]]) -> tuple[Unknown, ...]:
    """Packages that learn routes from other routers."""
    return tuple(
        Unknown(
            f"{name} may learn routes from other routers; which ones, the configuration does not say",
            spans,
            f"look at `ip route` on {capture.device}, then declare the path; or disable {name}",
        )
        for name, spans in _in_use(config, capture, services, "learned_routes")
    )


def name_filters(config: Config, capture: Capture, services: Fact[frozenset[str]]) -> Listed[Blocklist]:
    """Packages that may sink names by lists, as the block lists do that are read."""
    found = []
    for name, spans in _in_use(config, capture, services, "name_filters"):
        on: Fact[bool] = Unknown(
            f"{name} may make names unreachable; its settings are not read",
            spans,
            settle="from this network look up the hosts of the policy; if all answer, declare egress",
        )
        if isinstance(services, Stated) and name in services.value:
            on = known_like(True, services)
        found.append(Blocklist(config.device, name, name, on))
    return Listed(tuple(found))


def _in_use(
    config: Config, capture: Capture, services: Fact[frozenset[str]], does: str
) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """Packages that may be at work, with the lines that show it."""
    for name in config.profile.acting.get(does, ()):
        if stopped(services, name):
            continue
        if config.has(name):
            if lines := _lines_at_work(config, name):
                yield name, lines
            continue
        missed = package_not_obtained(capture, name)
        if isinstance(services, Stated) and name in services.value:
            yield name, _line_of(name, services.spans, capture)
        elif missed is not None and (missed.near or not_obtained(capture, f"/etc/config/{name}") is not None):
            yield name, missed.near


def _line_of(name: str, spans: tuple[Span, ...], capture: Capture) -> tuple[Span, ...]:
    """The line of a listing that names a service."""
    for span in spans:
        file = capture.file(span.file)
        for number, line in enumerate(file.text.split("\n") if file is not None else (), start=1):
            if line.strip()[3:] == name:
                return (Span(span.device, span.file, number, number),)
    return spans


def _lines_at_work(config: Config, name: str) -> tuple[Span, ...]:
    """The lines of a captured package that set it to work; none if it is switched off, or if nothing is set."""
    sections = config.whole(name)
    switches = [each for each in sections if each.section.type in _SWITCHES]
    own = [each for each in sections if each.section.type == name]
    if any(_off(config, each) for each in switches) or (own and all(_off(config, each) for each in own)):
        return ()
    at_work = [each for each in sections if each not in switches and not _off(config, each)] or switches
    modes = tuple(span for each in at_work for span in config.lines(each, "mode"))
    return (modes or tuple(config.header(each) for each in at_work))[:_SHOWN]


def _off(config: Config, located: Located) -> bool:
    written = config.stated(located, "enabled", script_bool)
    return isinstance(written, Stated) and not written.value
