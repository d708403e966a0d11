"""Exports of routers and switches, and what the reader of networks makes of them."""

from datetime import UTC, datetime

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Fact, Interface, Port, Unknown
from auditor.platforms.routeros import network
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.network import Network
from auditor.profiles import load_profile
from auditor.services.reading import Reading

V7 = "# 2026-03-02 09:00:00 by RouterOS 7.16.2\n"
V7_OLD = "# 2026-03-02 09:00:00 by RouterOS 7.15.3\n"
V6 = "# mar/02/2026 09:00:00 by RouterOS 6.49.10\n"
_END = "/system identity set name=gw\n"


def capture(lines: str, header: str = V7, **outputs: str) -> Capture:
    """One device: the lines of its network menus within a whole export, and outputs of commands."""
    files = [CapturedFile("export.rsc", header + lines + _END, Kind.CONFIGURATION)]
    files += [CapturedFile(f"commands/{id}.txt", text, Kind.STATE) for id, text in outputs.items()]
    return Capture("gw", "routeros", tuple(files), (), datetime(2026, 3, 2, 9, 30, tzinfo=UTC), False, "test")


def config(lines: str, header: str = V7, **outputs: str) -> Config:
    return Config.of(capture(lines, header, **outputs), load_profile("routeros"))


def read(lines: str, header: str = V7, **outputs: str) -> Network:
    """The networks of an export, with outputs of commands by id (`_` for `-`)."""
    taken = capture(lines, header, **{id.replace("_", "-"): text for id, text in outputs.items()})
    profile = load_profile("routeros")
    return network.read(Config.of(taken, profile), Reading(taken, profile))


def interface(found: Network, key: str) -> Interface:
    known = found.known(key)
    assert known is not None, f"no interface {key}"
    return known


def port(found: Network, key: str) -> Port:
    return next(port for port in found.ports if port.key == key)


def value(fact: Fact[object]) -> object:
    """The value of a fact; what is unknown fails with its reason."""
    assert not isinstance(fact, Unknown), fact.why
    return fact.value


def lines_of(fact: Fact[object]) -> tuple[int, ...]:
    return tuple(span.first for span in fact.spans)
