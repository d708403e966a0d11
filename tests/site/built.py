"""Small devices, networks and filters for the tests of the site; every value is stated on no line."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any, TypeVar

from auditor.model import (
    Action,
    AddressSource,
    Akm,
    Band,
    Bss,
    Cipher,
    Device,
    DhcpScope,
    Filter,
    FilterRule,
    Forwarder,
    Interface,
    IsolationScope,
    Listed,
    LocalAnswer,
    MacPolicy,
    Passphrase,
    Phy,
    Pmf,
    PortRange,
    Resolver,
    Route,
    SourceNat,
    Stated,
    Unknown,
)

T = TypeVar("T")

UNKNOWN = Unknown("nobody knows")


def said(value: T) -> Stated[T]:
    return Stated(value, ())


def interface(key: str, *addresses: str, device: str = "gw", **more: Any) -> Interface:
    """An interface with static addresses; `vlan` and `link` as given, else a link of its own."""
    vlan, link = more.pop("vlan", None), more.pop("link", None)
    built = Interface(
        device=device,
        key=key,
        enabled=said(True),
        link=said(link or (f"br.{vlan}" if vlan else f"br-{key}")),
        vlan=said(vlan),
        address_source=said(AddressSource.STATIC if addresses else AddressSource.NONE),
        addresses=said(tuple(map(IPv4Interface, addresses))),
        gateway=said(None),
        uplink=said(False),
        ipv6_offered=said(False),
    )
    return replace(built, **more)


def uplink(key: str = "wan", *, device: str = "gw") -> Interface:
    return interface(
        key, device=device, uplink=said(True), address_source=said(AddressSource.DHCP), addresses=Unknown("by DHCP")
    )


def device(name: str = "gw", *interfaces: Interface, **more: Any) -> Device:
    """A device that has nothing but what is given."""
    built = Device(
        name=name,
        platform="made up",
        version=said("1"),
        pending_changes=said(False),
        interfaces=Listed(interfaces),
        ports=Listed(),
        radios=Listed(),
        bsses=Listed(),
        dhcp_scopes=Listed(),
        reservations=Listed(),
        resolvers=Listed(),
        dns_redirects=Listed(),
        blocklists=Listed(),
        forward_filters=Listed(),
        input_filters=Listed(),
        bridge_filters=Listed(),
        source_nats=Listed(),
        port_forwards=Listed(),
        portals=Listed(),
        connection_tracking=Listed(),
        schedules=Listed(),
        leases=Listed(),
        neighbours=Listed(),
        stations=Listed(),
        port_states=Listed(),
        disagreements=Listed(),
        coverage=(),
    )
    return replace(built, **more)


def rule(key: str, action: Action | Unknown, **matches: Any) -> FilterRule:
    """A filter rule that matches everything but what is given: plain values or facts."""
    facts = {name: value if isinstance(value, Unknown) else said(value) for name, value in matches.items()}
    return FilterRule(
        key=key,
        name=key,
        entering=facts.get("entering", said(None)),
        leaving=facts.get("leaving", said(None)),
        sources=facts.get("sources", said(None)),
        destinations=facts.get("destinations", said(None)),
        protocols=facts.get("protocols", said(None)),
        destination_ports=facts.get("destination_ports", said(None)),
        narrow=facts.get("narrow", said(False)),
        action=action if isinstance(action, Unknown) else said(action),
    )


def filtered(*rules: FilterRule, default: Action = Action.ACCEPT, key: str = "forward", **more: Any) -> Filter:
    return Filter("gw", key, Listed(rules, **more), said(default))


def networks(*words: str) -> tuple[IPv4Network, ...]:
    return tuple(map(IPv4Network, words))


def ports(*numbers: int) -> tuple[PortRange, ...]:
    return tuple(PortRange(number, number) for number in numbers)


def nat(*leaving: str) -> SourceNat:
    return SourceNat("gw", "masquerade", said(frozenset(leaving)))


def route(destination: str, gateway: str | None = None, *, device: str = "gw", **more: Any) -> Route:
    """A static route; `via` is its interface, further facts as given."""
    via = more.pop("via", None)
    built = Route(
        device=device,
        key=f"{destination} by {gateway or via}",
        destination=said(IPv4Network(destination)),
        gateway=said(IPv4Address(gateway) if gateway else None),
        interface=said(via),
        discards=said(False),
        distance=said(1),
    )
    return replace(built, **more)


def scope(key: str, *servers: str, device: str = "gw", **more: Any) -> DhcpScope:
    """A scope on the interface of its name that hands out these resolvers."""
    built = DhcpScope(
        device=device,
        key=key,
        interface=said(key),
        serving=said(True),
        subnet=UNKNOWN,
        pool=UNKNOWN,
        lease_time=UNKNOWN,
        domain_name_servers=said(tuple(map(IPv4Address, servers))),
        routers=said(()),
        ipv6_only_preferred=said(False),
        lease_store_persistent=said(True),
    )
    return replace(built, **more)


def resolver(key: str = "main", *forwarders: Forwarder, device: str = "gw", **more: Any) -> Resolver:
    """A resolver on port 53 of all interfaces without rebind protection."""
    built = Resolver(
        device=device,
        key=key,
        software="made up",
        port=said(53),
        serving=said(True),
        interfaces=said(None),
        drops_private=said(False),
        private_ranges=networks("10.0.0.0/8", "192.168.0.0/16"),
        exempt_domains=said(()),
        drops_ipv4=said(False),
        forwarders=Listed(forwarders),
        local_answers=Listed(),
    )
    return replace(built, **more)


def forwarder(address: str | None, domain: str | None = None, port: int = 53) -> Forwarder:
    where = IPv4Address(address) if address else None
    return Forwarder(f"{domain or ''}>{address or ''}", domain, where, port, said("a line"))


def answer(domain: str, address: str | None = None) -> LocalAnswer:
    return LocalAnswer(f"{domain}={address}", domain, address, said("a line"))


def bss(key: str, *networks_: str, device: str = "gw", ssid: str = "SHOP", **more: Any) -> Bss:
    built = Bss(
        device=device,
        key=key,
        radio="radio",
        ssid=said(ssid),
        enabled=said(True),
        networks=said(networks_),
        band=said(Band.GHZ_5),
        phy=said(Phy.AC),
        ax_required=said(False),
        akms=said(frozenset({Akm.WPA2_PSK})),
        ciphers=said(frozenset({Cipher.CCMP})),
        pmf=said(Pmf.DISABLED),
        passphrase=said(Passphrase.USABLE),
        isolation=said(IsolationScope.NONE),
        port_isolated=said(False),
        fast_transition=said(False),
        mac_policy=said(MacPolicy.OFF),
        mac_list=said(()),
        station_limit=said(None),
        idle_timeout=said(None),
        session_timeout=said(None),
        reauth_period=said(None),
    )
    return replace(built, **more)
