"""Running configurations of routers and switches, and what the readers of networks make of them."""

from auditor.capture import Capture
from auditor.model import Fact, Interface, Port, Unknown
from auditor.platforms.cisco_ios import network
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.network import Network
from auditor.profiles import load_profile
from auditor.services.reading import Reading
from tests.platforms.cisco_ios.configs import capture

ROUTER = "version 17.9\nhostname gw\n"
CLASSIC = "version 15.7\nhostname gw\n"
SWITCH = "version 17.9\nhostname sw\nswitch 1 provision c9200l-24p-4g\n"
TRANSPARENT = SWITCH + "vtp mode transparent\n"


def taken(lines: str, head: str = ROUTER, **outputs: str) -> Capture:
    """One device: lines between the head and the end of a whole configuration, and outputs by id (`_` for `-`)."""
    shown = {f"commands/{id.replace('_', '-')}.txt": text for id, text in outputs.items()}
    return capture(f"{head}{lines}end\n", shown)


def config(lines: str, head: str = ROUTER, **outputs: str) -> Config:
    return config_of(taken(lines, head, **outputs))


def config_of(one: Capture) -> Config:
    return Config.of(Reading(one, load_profile("cisco_ios")))


def read(lines: str, head: str = ROUTER, **outputs: str) -> Network:
    """The networks of a configuration."""
    found = config(lines, head, **outputs)
    return network.read(found, found.reading)


def interface(found: Network, key: str) -> Interface:
    known = found.known(key)
    assert known is not None, f"no interface {key}"
    return known


def port(found: Network, key: str) -> Port:
    return next(port for port in found.ports if port.key == key)


def links(found: Network, key: str) -> object:
    return value(port(found, key).links)


def value(fact: Fact[object]) -> object:
    """The value of a fact; what is unknown fails with its reason."""
    assert not isinstance(fact, Unknown), fact.why
    return fact.value
