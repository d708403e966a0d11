"""Changes in the words of the model.

A rule proposes an intent, a platform turns it into commands and into an edit of the captured text. Each
intent declares its footprint: the keys of the facts that it may move. The proof holds it to that.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import TypeAlias

from auditor.model import INFINITE, Akm, Phy, Pmf


def duration(value: timedelta) -> str:
    """Write a duration as people do: `24h`, `90min`, `12h30min`, `45s`, `7d`, `infinite`."""
    if value == INFINITE:
        return "infinite"
    seconds = int(value.total_seconds())
    if seconds > 2 * 3600 and seconds % 3600 and seconds % 60 == 0:
        return f"{seconds // 3600}h{seconds % 3600 // 60}min"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds and seconds % size == 0 and not (unit == "d" and seconds < 2 * 86400):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


@dataclass(frozen=True, slots=True)
class SetLeaseTime:
    """Clients of a DHCP scope get this lease; scopes of `also` may move with it where they share the setting."""

    scope: str
    lease_time: timedelta
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"lease_time of scope '{self.scope}' = {duration(self.lease_time)}"

    @property
    def footprint(self) -> tuple[str, ...]:
        return tuple(f"dhcp_scopes[{scope}].lease_time" for scope in (self.scope, *self.also))


@dataclass(frozen=True, slots=True)
class AddReservation:
    """A MAC address always gets the same address; `name` becomes the entry's key."""

    scope: str
    name: str
    mac: str
    address: IPv4Address

    @property
    def title(self) -> str:
        return f"reserve {self.address} for {self.mac}"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"reservations[{self.name}].",)


@dataclass(frozen=True, slots=True)
class EnlargePool:
    """A DHCP scope gives out more addresses: `size` of them from the same first address on."""

    scope: str
    size: int

    @property
    def title(self) -> str:
        return f"pool of scope '{self.scope}' = {self.size} addresses"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"dhcp_scopes[{self.scope}].pool",)


@dataclass(frozen=True, slots=True)
class SetDomainNameServers:
    """Clients of a DHCP scope are told these resolvers (option 6)."""

    scope: str
    servers: tuple[IPv4Address, ...]

    @property
    def title(self) -> str:
        return f"domain_name_servers of scope '{self.scope}' = {', '.join(map(str, self.servers))}"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"dhcp_scopes[{self.scope}].domain_name_servers",)


@dataclass(frozen=True, slots=True)
class StopPreferringIpv6Only:
    """A DHCP scope no longer tells clients to do without IPv4 (option 108)."""

    scope: str

    @property
    def title(self) -> str:
        return f"scope '{self.scope}' no longer sends option 108 (IPv6-only preferred)"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"dhcp_scopes[{self.scope}].ipv6_only_preferred",)


@dataclass(frozen=True, slots=True)
class ExemptFromRebindProtection:
    """A resolver lets private answers pass for one domain and the names below it."""

    resolver: str
    domain: str

    @property
    def title(self) -> str:
        return f"resolver '{self.resolver}' lets private answers pass for {self.domain}"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"resolvers[{self.resolver}].exempt_domains",)


@dataclass(frozen=True, slots=True)
class ForwardDomain:
    """A resolver asks these servers, and no others, for one domain and the names below it."""

    resolver: str
    domain: str
    servers: tuple[IPv4Address, ...]

    @property
    def title(self) -> str:
        return f"resolver '{self.resolver}' asks {', '.join(map(str, self.servers))} for {self.domain}"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"resolvers[{self.resolver}].forwarders",)


@dataclass(frozen=True, slots=True)
class GiveOutIpv4Answers:
    """A resolver gives out A records again."""

    resolver: str

    @property
    def title(self) -> str:
        return f"resolver '{self.resolver}' gives out A records"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"resolvers[{self.resolver}].drops_ipv4",)


@dataclass(frozen=True, slots=True)
class RemoveLocalAnswer:
    """A resolver no longer answers a domain itself but asks for it."""

    resolver: str
    answer: str
    domain: str

    @property
    def title(self) -> str:
        return f"resolver '{self.resolver}' no longer answers {self.domain} itself"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"resolvers[{self.resolver}].local_answers", f"resolvers[{self.resolver}].forwarders")


@dataclass(frozen=True, slots=True)
class StopDnsRedirect:
    """Questions to other resolvers are no longer redirected to the local one."""

    redirect: str

    @property
    def title(self) -> str:
        return f"no redirect of port 53 ('{self.redirect}')"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"dns_redirects[{self.redirect}]", f"port_forwards[{self.redirect}]")


@dataclass(frozen=True, slots=True)
class DisableStationIsolation:
    """Stations of a BSS may talk to each other; BSSs of `also` may follow where they share the setting."""

    bss: str
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"station_isolation of BSS '{self.bss}' off"

    @property
    def footprint(self) -> tuple[str, ...]:
        return tuple(f"bsses[{bss}].isolation" for bss in (self.bss, *self.also))


@dataclass(frozen=True, slots=True)
class DisablePortIsolation:
    """A BSS or an Ethernet port may talk to isolated ports of its bridge. Exactly one of the two is given.

    BSSs of `also` may follow where they share the setting.
    """

    bss: str = ""
    port: str = ""
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"bridge port isolation of '{self.bss or self.port}' off"

    @property
    def footprint(self) -> tuple[str, ...]:
        bsses = (self.bss, *self.also) if self.bss else ()
        return tuple(f"bsses[{bss}].port_isolated" for bss in bsses) or (f"ports[{self.port}].isolated",)


@dataclass(frozen=True, slots=True)
class SetPhy:
    """A radio offers at most this PHY; all its BSSs (`bsses`) follow."""

    radio: str
    phy: Phy
    bsses: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"radio '{self.radio}' at most {self.phy.value}"

    @property
    def footprint(self) -> tuple[str, ...]:
        radio = tuple(f"radios[{self.radio}].{name}" for name in ("phy", "width", "ax_required"))
        return radio + tuple(f"bsses[{bss}].{name}" for bss in self.bsses for name in ("phy", "ax_required"))


@dataclass(frozen=True, slots=True)
class AcceptStationsWithoutAx:
    """A radio no longer refuses stations without 802.11ax."""

    radio: str
    bsses: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"radio '{self.radio}' accepts stations without 802.11ax"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"radios[{self.radio}].ax_required", *(f"bsses[{bss}].ax_required" for bss in self.bsses))


@dataclass(frozen=True, slots=True)
class GoWithoutAx:
    """One BSS goes without 802.11ax; the others of its radio keep it.

    BSSs of `also` may follow where they share the setting.
    """

    bss: str
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"BSS '{self.bss}' without 802.11ax"

    @property
    def footprint(self) -> tuple[str, ...]:
        return tuple(f"bsses[{bss}].{name}" for bss in (self.bss, *self.also) for name in ("phy", "ax_required"))


@dataclass(frozen=True, slots=True)
class SetAuthentication:
    """A BSS takes these AKMs with this PMF setting; the passphrase stays as it is.

    BSSs of `also` may follow where they share the setting.
    """

    bss: str
    akms: frozenset[Akm]
    pmf: Pmf
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"authentication of BSS '{self.bss}' = {' + '.join(sorted(akm.value for akm in self.akms))}"

    @property
    def footprint(self) -> tuple[str, ...]:
        return tuple(f"bsses[{bss}].{name}" for bss in (self.bss, *self.also) for name in ("akms", "ciphers", "pmf"))


@dataclass(frozen=True, slots=True)
class SetPmf:
    """A BSS asks for, or does without, protected management frames; BSSs of `also` may follow."""

    bss: str
    pmf: Pmf
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"pmf of BSS '{self.bss}' {self.pmf.value}"

    @property
    def footprint(self) -> tuple[str, ...]:
        return tuple(f"bsses[{bss}].pmf" for bss in (self.bss, *self.also))


@dataclass(frozen=True, slots=True)
class UseCcmpOnly:
    """A BSS no longer offers TKIP; BSSs of `also` may follow where they share the setting."""

    bss: str
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"pairwise_cipher of BSS '{self.bss}' = CCMP"

    @property
    def footprint(self) -> tuple[str, ...]:
        """With TKIP alone a BSS goes without 802.11n and newer, and gets them back with CCMP."""
        names = ("ciphers", "phy", "ax_required")
        return tuple(f"bsses[{bss}].{name}" for bss in (self.bss, *self.also) for name in names)


@dataclass(frozen=True, slots=True)
class DisableFastTransition:
    """A BSS no longer offers 802.11r; BSSs of `also` may follow where they share the setting."""

    bss: str
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"802.11r of BSS '{self.bss}' off"

    @property
    def footprint(self) -> tuple[str, ...]:
        return tuple(f"bsses[{bss}].fast_transition" for bss in (self.bss, *self.also))


@dataclass(frozen=True, slots=True)
class AdmitStations:
    """A BSS's list of MAC addresses lets stations in (`allowed_by_list`: add them; otherwise: remove them).

    BSSs of `also` may follow where they share the list.
    """

    bss: str
    macs: tuple[str, ...]
    allowed_by_list: bool
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"BSS '{self.bss}' admits {', '.join(self.macs)}"

    @property
    def footprint(self) -> tuple[str, ...]:
        return tuple(f"bsses[{bss}].mac_list" for bss in (self.bss, *self.also))


@dataclass(frozen=True, slots=True)
class PollSilentStations:
    """A BSS asks a silent station whether it is there before it disconnects it."""

    bss: str

    @property
    def title(self) -> str:
        return f"BSS '{self.bss}' polls silent stations before disconnecting them"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"bsses[{self.bss}].idle_timeout",)


@dataclass(frozen=True, slots=True)
class SetSessionTimeout:
    """A BSS ends sessions after this time and not before; BSSs of `also` may follow where they share the setting."""

    bss: str
    limit: timedelta
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"session_timeout of BSS '{self.bss}' = {duration(self.limit)}"

    @property
    def footprint(self) -> tuple[str, ...]:
        return tuple(f"bsses[{bss}].session_timeout" for bss in (self.bss, *self.also))


@dataclass(frozen=True, slots=True)
class SetIdleTimeout:
    """A BSS disconnects stations that are silent for this time; BSSs of `also` may follow where they share it."""

    bss: str
    limit: timedelta
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"idle_timeout of BSS '{self.bss}' = {duration(self.limit)}"

    @property
    def footprint(self) -> tuple[str, ...]:
        return tuple(f"bsses[{bss}].idle_timeout" for bss in (self.bss, *self.also))


@dataclass(frozen=True, slots=True)
class SetReauthPeriod:
    """Stations of a BSS repeat their 802.1X authentication after this time."""

    bss: str
    period: timedelta

    @property
    def title(self) -> str:
        return f"reauthentication period of BSS '{self.bss}' = {duration(self.period)}"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"bsses[{self.bss}].reauth_period",)


@dataclass(frozen=True, slots=True)
class BypassPortal:
    """A captive portal lets these MAC addresses pass without login and without timers."""

    portal: str
    macs: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"portal '{self.portal}' lets {', '.join(self.macs)} pass"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"portals[{self.portal}].bypass_macs",)


@dataclass(frozen=True, slots=True)
class RemovePortalTimers:
    """A captive portal no longer ends sessions by its hard limit (`session`), or for silence (`idle`)."""

    portal: str
    session: bool
    idle: bool

    @property
    def title(self) -> str:
        which = " and ".join(word for word, on in (("session", self.session), ("idle", self.idle)) if on)
        return f"portal '{self.portal}' without {which} timeout"

    @property
    def footprint(self) -> tuple[str, ...]:
        names = (("session_timeout", self.session), ("idle_timeout", self.idle))
        return tuple(f"portals[{self.portal}].{name}" for name, on in names if on)


_ENDS = ("]", " (bridged)]")


@dataclass(frozen=True, slots=True)
class AllowTraffic:
    """A filter lets one kind of traffic pass, by a rule before `before` (the key of the rule that blocks).

    `entering` and `leaving` are keys of interfaces. Networks None: any. `port` None: the protocol has none.
    `name` becomes the key of the rule.
    """

    filter: str
    name: str
    entering: str
    leaving: str
    sources: tuple[IPv4Network, ...] | None
    destinations: tuple[IPv4Network, ...] | None
    protocol: str
    port: int | None
    before: str | None

    @property
    def title(self) -> str:
        port = f" {self.port}" if self.port is not None else ""
        way = f"from {self.entering} to {self.leaving}" if self.entering else "within a bridge"
        return f"allow {self.protocol}{port} {way}"

    def rules(self, count: int) -> tuple[str, ...]:
        """The keys of the new rules, where one cannot name all networks."""
        return (self.name, *(f"{self.name}_{number}" for number in range(2, count + 1)))

    @property
    def chain(self) -> str:
        """The chain that the filter is, or that it tells something of: see `footprint`."""
        return self.filter.removesuffix(" (bridged)").removesuffix(" (replies)").removesuffix(" (later packets)")

    @property
    def arp_rule(self) -> str:
        """The key of the rule that lets ARP pass, where a filter within a bridge stops that too."""
        return f"{self.name}_arp"

    @property
    def footprint(self) -> tuple[str, ...]:
        """One chain can be several filters: for packets that follow the first one, and for frames within a bridge."""
        chain = self.chain
        rules = (*self.rules(len(self.sources or "1") * len(self.destinations or "1")), self.arp_rule)
        parts = (*(f".rules[{name}]" for name in rules), ".rules.order")
        places = [(f"{kind}_filters[{chain}", end) for kind in ("forward", "input", "bridge") for end in _ENDS]
        first = (f"{place}{end}{part}" for place, end in places for part in parts)
        following = (f"{place} ({which}){end}" for place, end in places for which in ("replies", "later packets"))
        return (*first, *following)


@dataclass(frozen=True, slots=True)
class NegotiateSpeed:
    """An Ethernet port negotiates speed and duplex."""

    port: str

    @property
    def title(self) -> str:
        return f"port '{self.port}' negotiates its speed"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"ports[{self.port}].speed", f"ports[{self.port}].full_duplex")


@dataclass(frozen=True, slots=True)
class CarryVlan:
    """A port that carries tagged networks carries this VLAN too, which its device has already."""

    port: str
    vlan: int

    @property
    def title(self) -> str:
        return f"port '{self.port}' carries VLAN {self.vlan}"

    @property
    def footprint(self) -> tuple[str, ...]:
        return (f"ports[{self.port}].links",)


Intent: TypeAlias = (
    SetLeaseTime
    | AddReservation
    | EnlargePool
    | SetDomainNameServers
    | StopPreferringIpv6Only
    | ExemptFromRebindProtection
    | ForwardDomain
    | GiveOutIpv4Answers
    | RemoveLocalAnswer
    | StopDnsRedirect
    | DisableStationIsolation
    | DisablePortIsolation
    | SetPhy
    | AcceptStationsWithoutAx
    | GoWithoutAx
    | SetAuthentication
    | SetPmf
    | UseCcmpOnly
    | DisableFastTransition
    | AdmitStations
    | PollSilentStations
    | SetSessionTimeout
    | SetIdleTimeout
    | SetReauthPeriod
    | BypassPortal
    | RemovePortalTimers
    | AllowTraffic
    | NegotiateSpeed
    | CarryVlan
)
