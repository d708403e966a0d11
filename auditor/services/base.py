"""What a service is: plain functions from its texts to a part of the model, and from intents to edits of its files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Any, TypeAlias

from auditor.intents import Intent
from auditor.model import (
    Blocklist,
    Bss,
    ConnectionTracking,
    DhcpScope,
    DnsRedirect,
    Fact,
    Filter,
    Interface,
    Ipv6Resolver,
    Lease,
    Listed,
    Port,
    Portal,
    PortForward,
    Radio,
    Reservation,
    Resolver,
    Schedule,
    SourceNat,
    Span,
    StationState,
    Unknown,
)
from auditor.secrets import Redactor
from auditor.services.reading import Reading

Place: TypeAlias = tuple[str, ...]
"""Where something stands in one file, in the words of its syntax and never by line number: `("bss", "wlan0",
"ap_isolate")`. Two edits of one file must not disturb each other's places."""


_NOTHING: Listed[Any] = Listed()


class Rereads(StrEnum):
    """When a running program reads its configuration again."""

    NEVER = "never"
    WHEN_TOLD = "when it is told to"
    BY_ITSELF = "by itself"


@dataclass(frozen=True, slots=True)
class Include:
    """A file, or the files of a folder, that a configuration pulls in.

    `path` is absolute. For a folder, `wanted` says by its name which of its files are read. `required`: the program
    does not start if it is missing.
    """

    path: str
    folder: bool = False
    wanted: Callable[[str], bool] = field(default=lambda name: not name.startswith("."), compare=False)
    required: bool = True


@dataclass(frozen=True, slots=True)
class Instance:
    """One configured or running instance of a service.

    `key` is its name in the model: the service's own name for the only or first instance. `file` is its main
    configuration, absolute. `arguments` are those of its command line without the program, () if it was not seen
    running. `running` rests on the list of processes; without such a list it is what the configuration says.
    `pid` is 0 where it is not known, and so is `age`, the seconds since it was started, below 0.
    """

    service: str
    key: str
    file: str
    arguments: tuple[str, ...]
    running: Fact[bool]
    pid: int = 0
    age: int = -1


@dataclass(frozen=True, slots=True)
class Socket:
    """Something listens: `udp` or `tcp`, an address (None: any), a port; `pid` 0 if the owner was not shown."""

    protocol: str
    address: IPv4Address | None
    port: int
    program: str
    pid: int
    span: Span


@dataclass(frozen=True, slots=True)
class Host:
    """The machine that services run on, as far as they need it.

    `sockets` are the IPv4 and dual-stack sockets that are listened on; None: they were not captured. `serving` of a
    service follows from `running`; sockets tell where configuration and state disagree. `ipv6` are the IPv6 addresses
    that links have besides their own link-local ones.
    """

    name: str
    reading: Reading
    interfaces: Listed[Interface]
    ports: Listed[Port]
    sockets: tuple[Socket, ...] | None
    ipv6: Mapping[str, tuple[IPv6Address, ...]] = field(default_factory=dict)

    def interface_of(self, address: IPv4Address) -> Interface | None:
        """Return the interface in whose subnet an address lies."""
        for interface in self.interfaces:
            if not isinstance(interface.addresses, Unknown) and any(
                address in own.network for own in interface.addresses.value
            ):
                return interface
        return None

    def interface_named(self, link: str) -> Interface | None:
        """Return the interface of a kernel name; on a Linux host the name is its key."""
        return next((interface for interface in self.interfaces if interface.key == link), None)


@dataclass(frozen=True, slots=True)
class Part:
    """What one instance of a service adds to the model of its host."""

    dhcp_scopes: Listed[DhcpScope] = _NOTHING
    reservations: Listed[Reservation] = _NOTHING
    leases: Listed[Lease] = _NOTHING
    resolvers: Listed[Resolver] = _NOTHING
    dns_redirects: Listed[DnsRedirect] = _NOTHING
    blocklists: Listed[Blocklist] = _NOTHING
    ipv6_resolvers: Listed[Ipv6Resolver] = _NOTHING
    radios: Listed[Radio] = _NOTHING
    bsses: Listed[Bss] = _NOTHING
    stations: Listed[StationState] = _NOTHING
    portals: Listed[Portal] = _NOTHING
    forward_filters: Listed[Filter] = _NOTHING
    input_filters: Listed[Filter] = _NOTHING
    bridge_filters: Listed[Filter] = _NOTHING
    source_nats: Listed[SourceNat] = _NOTHING
    port_forwards: Listed[PortForward] = _NOTHING
    connection_tracking: Listed[ConnectionTracking] = _NOTHING
    schedules: Listed[Schedule] = _NOTHING
    ipv6_links: Listed[Fact[str]] = _NOTHING
    """Links on which it offers IPv6, with the lines that say so."""
    output_doubts: tuple[Unknown, ...] = ()
    """What may stop the questions that the host's own resolvers ask."""
    disagreements: tuple[Fact[str], ...] = ()
    """Where what runs is not what the files say, in a sentence, with the lines of both."""


class NotPossible(Exception):
    """An intent cannot be expressed as an edit here; carries why, and what a person can do."""

    def __init__(self, why: str, advice: str) -> None:
        self.why, self.advice = why, advice
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Put:
    """One place of one captured text gets a value; None: nothing stands there any more."""

    service: str
    path: str
    place: Place
    value: str | None


@dataclass(frozen=True, slots=True)
class Service:
    """One kind of service.

    * `programs`: names of its processes. `files`: where its main configuration lies if no argument says otherwise.
    * `main_file(arguments)` returns the main configuration that a command line names, None if it names none.
    * `owns(name, text)` recognises a file of a saved capture and returns its path on the device, None if it is not
      the service's. A name with folders is the path itself.
    * `includes(path, text, arguments)` are the further files that a file (or, for the main file, the command line)
      pulls in. `state_files(texts, arguments)` are lease files and the like, by the configuration's texts.
    * `redact(text, redactor)` takes the secrets out of one of its files; lines keep their numbers.
    * `read(host, instance)` returns its part of the model and marks the lines that it understood.
    * `edit(host, instance, intent)` returns the puts that carry out an intent, None if the intent is about nothing
      of this instance; raises `NotPossible`.
    * `get(text, place)` and `put(text, place, value)` read and change one place of a file. `put` with what is there
      already changes nothing, and with what `get` gave before it restores what the text means.
    * `commands(before, after)` is set where a text is not a file but an output (kernel state): the commands that make
      one of the other. `rereads`: when a running program takes up a changed configuration.
    """

    name: str
    programs: tuple[str, ...]
    files: tuple[str, ...]
    main_file: Callable[[tuple[str, ...]], str | None]
    owns: Callable[[str, str], str | None]
    includes: Callable[[str, str, tuple[str, ...]], tuple[Include, ...]]
    state_files: Callable[[Mapping[str, str], tuple[str, ...]], tuple[str, ...]]
    redact: Callable[[str, Redactor], str]
    read: Callable[[Host, Instance], Part]
    edit: Callable[[Host, Instance, Intent], tuple[Put, ...] | None]
    get: Callable[[str, Place], str | None]
    put: Callable[[str, Place, str | None], str]
    commands: Callable[[str, str], tuple[str, ...]] | None = None
    rereads: Rereads = Rereads.WHEN_TOLD
