"""Pi-hole: dnsmasq inside pihole-FTL, told by `pihole.toml` (v6) or by `setupVars.conf` (v5)."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from auditor.intents import Intent
from auditor.model import Blocklist, DhcpScope, Fact, Listed, Stated, Unknown
from auditor.secrets import Redactor
from auditor.services import dnsmasq
from auditor.services.base import Host, Include, Instance, Part, Put, Service
from auditor.services.dnsmasq import files
from auditor.services.dnsmasq.settings import Settings
from auditor.services.dnsmasq.settings import gather as gather_dnsmasq
from auditor.services.pihole import edit as editing
from auditor.services.pihole import setup_vars, toml
from auditor.syntax.secret_names import is_secret, mask
from auditor.syntax.text_redact import redact_text

_LONG = re.compile(
    r"""(?P<head>(?<![A-Za-z0-9_])(?P<name>[A-Za-z0-9_]++)["']?[ \t]*=[ \t]*"""
    r"""(?P<quotes>\"{3}|'{3}))(?P<value>.*?)(?P=quotes)""",
    re.DOTALL,
)


def read(host: Host, instance: Instance) -> Part:
    """Return what Pi-hole adds to the model: dnsmasq's part, and its lists of names to sink."""
    old = _is_v5(host)
    part = dnsmasq.part_of(host, instance, _settings(host, instance))
    blocking = _blocking_v5(host) if old else toml.blocking(host)
    scopes, told = (_checked(host, part.dhcp_scopes)) if old else (part.dhcp_scopes, ())
    return replace(
        part,
        dhcp_scopes=scopes,
        resolvers=Listed(
            tuple(replace(resolver, software="Pi-hole") for resolver in part.resolvers), part.resolvers.holes
        ),
        blocklists=Listed((Blocklist(host.name, f"{instance.key}/gravity", "Pi-hole", blocking),)),
        disagreements=part.disagreements + told,
    )


def _is_v5(host: Host) -> bool:
    """Whether only the older file is there; the newer one counts where both are."""
    missing = host.reading.file(toml.FILE) is None and not any(
        gap.path == toml.FILE for gap in host.reading.capture.gaps
    )
    return missing and host.reading.file(setup_vars.FILE) is not None


def _settings(host: Host, instance: Instance) -> Settings:
    if not _is_v5(host):
        return toml.gather(host)
    _mark_setup_vars(host)
    main = host.reading.file(files.MAIN)
    arguments = ("--keep-in-foreground",) if main is not None else (f"--conf-dir={files.FOLDER}",)
    settings = gather_dnsmasq(host, replace(instance, file=files.MAIN, arguments=arguments))
    variables = _variables(host)
    if variables.get("DHCP_ACTIVE", ("", 0))[0] == "true" and host.reading.file(setup_vars.DHCP) is None:
        near = (host.reading.span(setup_vars.FILE, variables["DHCP_ACTIVE"][1]),)
        settings.holes.append(
            Unknown(
                f"Pi-hole gives out addresses, and {setup_vars.DHCP} was not captured", near, "add it to the capture"
            )
        )
    return settings


def _variables(host: Host) -> dict[str, tuple[str, int]]:
    file = host.reading.file(setup_vars.FILE)
    return setup_vars.lines(file.text) if file is not None else {}


def _mark_setup_vars(host: Host) -> None:
    """The variables speak of what stands in dnsmasq's files; the rest is about lists and the web pages."""
    understood = ("BLOCKING_ENABLED", "DHCP_ACTIVE", "DHCP_LEASETIME", "DHCP_END")
    known = host.reading.profile.irrelevant.get("pihole", {}).get("variables", frozenset())
    for name, (_, number) in _variables(host).items():
        if name in understood:
            host.reading.understood(host.reading.span(setup_vars.FILE, number))
        elif name in known or any(name.startswith(word) for word in known if word.endswith("_")):
            host.reading.irrelevant(setup_vars.FILE, (number,))
        else:
            host.reading.unknown(setup_vars.FILE, number, name)
    lines = enumerate(host.reading.lines(setup_vars.FILE), start=1)
    host.reading.irrelevant(setup_vars.FILE, [number for number, line in lines if line.lstrip().startswith("#")])


def _blocking_v5(host: Host) -> Fact[bool]:
    found = _variables(host).get("BLOCKING_ENABLED")
    if found is None:
        return host.reading.default("pihole.dns.blocking.active", lambda value: value == "true")
    return Stated(found[0] != "false", (host.reading.span(setup_vars.FILE, found[1]),))


def _checked(host: Host, scopes: Listed[DhcpScope]) -> tuple[Listed[DhcpScope], tuple[Fact[str], ...]]:
    """Compare the lease of the variables (hours) with that of the file that Pi-hole writes from them."""
    written = _variables(host).get("DHCP_LEASETIME")
    if written is None:
        return scopes, ()
    span = host.reading.span(setup_vars.FILE, written[1])
    checked: list[DhcpScope] = []
    told: list[Fact[str]] = []
    for scope in scopes:
        lease = scope.lease_time
        if isinstance(lease, Unknown) or not any(each.file == setup_vars.DHCP for each in lease.spans):
            checked.append(scope)
            continue
        if written[0].isdecimal() and int(written[0][:6]) > 0:
            if lease.value != timedelta(hours=int(written[0][:6])):
                words = f"DHCP_LEASETIME={written[0]} is not the lease in {setup_vars.DHCP}"
                told.append(Stated(words, (span, *lease.spans)))
                lease = Unknown(words, (span, *lease.spans), "run pihole restartdns, then collect again")
        else:
            why = "what Pi-hole makes of this DHCP_LEASETIME was not established"
            lease = Unknown(why, (span, *lease.spans), "write a number of hours")
        checked.append(replace(scope, lease_time=lease))
    return Listed(tuple(checked), scopes.holes), tuple(told)


def edit(host: Host, instance: Instance, intent: Intent) -> tuple[Put, ...] | None:
    """Return the puts that carry out an intent."""
    return editing.edit(host, instance, _settings(host, instance), intent)


def main_file(arguments: tuple[str, ...]) -> str | None:
    """Nothing on FTL's command line names its configuration."""
    return None


def owns(name: str, text: str) -> str | None:
    """Recognise Pi-hole's files."""
    base = name.rpartition("/")[2]
    if base == "pihole.toml":
        return toml.FILE
    if base == "setupVars.conf":
        return setup_vars.FILE
    if base == "dhcp.leases" and ("pihole" in name or "/" not in name):
        return toml.LEASES
    return None


def includes(path: str, text: str, arguments: tuple[str, ...]) -> tuple[Include, ...]:
    """Dnsmasq's own files, where Pi-hole lets dnsmasq read them."""
    hosts = Include("/etc/hosts", required=False)
    if path == toml.FILE:
        found = [files.included(statement) for statement in toml.pulled(text)]
        return (hosts, *(pulled[0] for pulled in found if pulled is not None))
    if path == setup_vars.FILE:
        return (hosts, Include(files.MAIN, required=False), files.usual_folder())
    return files.includes(path, text, ("--keep-in-foreground",))


def state_files(texts: Mapping[str, str], arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The file of leases; Pi-hole always keeps it in one place."""
    return (toml.LEASES,)


def redact(text: str, redactor: Redactor) -> str:
    """Hashes of passwords, and secrets of the second factor; of a text over several lines all of them."""
    return redact_text(_LONG.sub(lambda found: found[0] if _is_told(found) else _masked(found), text), redactor)


def _is_told(found: re.Match[str]) -> bool:
    return not is_secret(found["name"].lower(), found["value"])


def _masked(found: re.Match[str]) -> str:
    return found["head"] + mask(found["value"]) + found["quotes"]


SERVICE = Service(
    name="pihole",
    programs=("pihole-FTL",),
    files=(toml.FILE, setup_vars.FILE),
    main_file=main_file,
    owns=owns,
    includes=includes,
    state_files=state_files,
    redact=redact,
    read=read,
    edit=edit,
    get=editing.get,
    put=editing.put,
)
