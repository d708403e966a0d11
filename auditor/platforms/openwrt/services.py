"""Whether a service runs: a configuration that nobody reads has no effect."""

from auditor.model import Fact, Stated, Unknown, known_like


def running(services: Fact[frozenset[str]], name: str, switch: Fact[bool]) -> Fact[bool]:
    """Join the switch of a configuration with the services that the device starts.

    Only a captured list can say that a service is not started: the list that is assumed without one names what
    every image has, not what was installed later.
    """
    if not isinstance(switch, Unknown) and not switch.value:
        return switch
    match services:
        case Unknown() as unknown:
            return unknown
        case Stated(names) if name not in names:
            return known_like(False, services)
        case _:
            return switch


def stopped(services: Fact[frozenset[str]], name: str) -> bool:
    """Whether a captured list of services says that this one is not started."""
    return isinstance(services, Stated) and name not in services.value
