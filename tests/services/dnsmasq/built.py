"""Hosts on which dnsmasq runs, and what the service makes of them."""

from collections.abc import Mapping

from auditor.model import DhcpScope, Fact, Resolver, Span, Stated, Unknown
from auditor.services import Host, Instance, Part
from auditor.services.dnsmasq import SERVICE
from tests.services.hosts import host_of

MAIN = "/etc/dnsmasq.conf"
RANGE = "dhcp-range=192.168.10.50,192.168.10.150,24h\n"
SYSTEM = {"/etc/resolv.conf": "nameserver 198.51.100.53\n"}
PROCESS = Span("gw", "commands/processes.txt", 7, 7)


def instance(*arguments: str, running: Fact[bool] | None = None, pid: int = 7) -> Instance:
    """The one instance of a host; it runs unless something else is said."""
    runs = Stated(True, (PROCESS,)) if running is None else running
    return Instance("dnsmasq", "dnsmasq", MAIN, arguments or ("--keep-in-foreground",), runs, pid)


def host(text: str, files: Mapping[str, str] | None = None) -> Host:
    """A host with this main file, and others."""
    return host_of({MAIN: text, **SYSTEM, **(files or {})}, "dnsmasq")


def part(text: str, *arguments: str, files: Mapping[str, str] | None = None) -> Part:
    """What the service reads."""
    return SERVICE.read(host(text, files), instance(*arguments))


def scope(text: str, *arguments: str, files: Mapping[str, str] | None = None) -> DhcpScope:
    """The only scope."""
    (found,) = part(text, *arguments, files=files).dhcp_scopes
    return found


def resolver(text: str, *arguments: str, files: Mapping[str, str] | None = None) -> Resolver:
    """The only resolver."""
    (found,) = part(text, *arguments, files=files).resolvers
    return found


def value(fact: Fact[object]) -> object:
    """The value of a known fact, the reason of an unknown one."""
    return fact.why if isinstance(fact, Unknown) else fact.value
