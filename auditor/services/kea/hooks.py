"""Hook libraries, which may change anything that the server answers, and high availability among them.

Source: isc-projects/kea doc/sphinx/arm/hooks.rst, hooks-ha.rst.
"""

from dataclasses import dataclass

from auditor.model import Unknown
from auditor.services.kea.config import Config, items
from auditor.services.reading import printable

_HA = "libdhcp_ha"


@dataclass(frozen=True, slots=True)
class Hooks:
    """Why the leases, the options, or who answers cannot be told from the subnets alone; None if they can."""

    leases: Unknown | None
    options: Unknown | None
    answers: Unknown | None


def hooks_of(config: Config) -> Hooks:
    """Look at every hook library that the server loads."""
    known = config.reading.profile.irrelevant.get("kea", {})
    leases = options = answers = None
    for entry in items(config.root, "hooks-libraries"):
        name = (config.text(entry, "library") or "").rpartition("/")[2].removesuffix(".so")
        if name in known.get("hooks-harmless", ()):
            continue
        spans = config.span(entry)
        if name == _HA:
            answers = answers or _availability(config)
        elif name in known.get("hooks-options", ()):
            why = f"hook library {name} changes options"
            options = options or Unknown(why, spans, "look at the options that a client got")
        else:
            why = f"hook library {printable(name)} may change leases, and what it does is not known"
            leases = leases or Unknown(why, spans, "look at the lease that a client got, or unload the library")
    return Hooks(leases, options or leases, answers)


def _availability(config: Config) -> Unknown | None:
    """Two servers for one network: the primary of a hot standby answers as if it were alone; others may not."""
    for entry in items(config.root, "hooks-libraries"):
        for relation in items(entry.get("parameters") or entry, "high-availability"):
            own, mode = config.text(relation, "this-server-name"), config.text(relation, "mode")
            roles = {config.text(peer, "name"): config.text(peer, "role") for peer in items(relation, "peers")}
            if mode == "hot-standby" and roles.get(own) == "primary":
                continue
            why = f"which of the servers answers depends on the high availability pair ({printable(mode or 'no mode')})"
            return Unknown(why, config.span(entry), "audit the other server as well, or declare dhcp")
    return None
