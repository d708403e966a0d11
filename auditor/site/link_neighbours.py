"""Who stands at the other end of a cable: what LLDP, CDP and MNDP told, and which audited device that is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from auditor.model import Device, Fact, Interface, LinkNeighbour, Port, Unknown


@dataclass(frozen=True, slots=True)
class Cable:
    """A cable as one of its ends tells it: both devices and ports are known."""

    device: Device
    port: Port
    other: Device
    far: Port
    seen: Fact[Any]


@dataclass(frozen=True, slots=True)
class Known:
    """Which devices have an address, and which MAC addresses others know for addresses, each with who knows it."""

    devices: tuple[Device, ...]
    by_address: Mapping[IPv4Address, tuple[Device, ...]]
    by_mac: Mapping[str, frozenset[tuple[str, IPv4Address]]]
    macs: Mapping[IPv4Address, frozenset[tuple[str, str]]]

    @classmethod
    def of(cls, devices: tuple[Device, ...]) -> "Known":
        owners: dict[IPv4Address, dict[str, Device]] = {}
        for device in devices:
            for address in addresses_of(device.interfaces):
                owners.setdefault(address, {})[device.name] = device
        by_mac: dict[str, set[tuple[str, IPv4Address]]] = {}
        macs: dict[IPv4Address, set[tuple[str, str]]] = {}
        for device in devices:
            for each in device.neighbours:
                by_mac.setdefault(each.mac, set()).add((device.name, each.address))
                macs.setdefault(each.address, set()).add((device.name, each.mac))
        return cls(
            devices,
            {address: tuple(found.values()) for address, found in owners.items()},
            {mac: frozenset(found) for mac, found in by_mac.items()},
            {address: frozenset(found) for address, found in macs.items()},
        )

    def macs_of(self, end: Device, interfaces: Iterable[Interface]) -> frozenset[str]:
        """Return the MAC addresses that others know for addresses of these interfaces."""
        told = (pair for address in addresses_of(interfaces) for pair in self.macs.get(address, ()))
        return frozenset(mac for teller, mac in told if teller != end.name)

    def with_address(self, address: IPv4Address) -> tuple[Device, ...]:
        return self.by_address.get(address, ())

    def with_mac(self, mac: str) -> Iterator[Device]:
        """Devices that others know by a MAC address."""
        for teller, address in self.by_mac.get(mac, ()):
            yield from (device for device in self.with_address(address) if device.name != teller)

    def neighbour(self, told: LinkNeighbour) -> Device | None:
        """Which device a neighbour is: by an address that one device alone has, by MAC address, or by its name."""
        by_address = [device for address in told.addresses for device in self.with_address(address)]
        by_mac = [device for mac in told.macs for device in self.with_mac(mac)]
        system = "" if isinstance(told.system, Unknown) else told.system.value.lower()
        by_name = [device for device in self.devices if device.name.lower() in (system, system.partition(".")[0])]
        for found in (by_address, by_mac, by_name):
            others = {device.name: device for device in found if device.name != told.device}
            if others:
                return next(iter(others.values())) if len(others) == 1 else None
        return None

    def neighbours_of(self, device: Device) -> Iterator[tuple[str, Device, LinkNeighbour]]:
        """The devices that are told to be at the other end of ports; a port with several is no cable's end."""
        by_port: dict[str, list[LinkNeighbour]] = {}
        for told in device.link_neighbours:
            if not isinstance(told.port, Unknown):
                by_port.setdefault(told.port.value, []).append(told)
        for port, rows in by_port.items():
            found = [self.neighbour(each) for each in rows]
            other = found[0]
            if other is not None and all(each is other for each in found):
                yield port, other, rows[0]


def cables(known: Known) -> tuple[Cable, ...]:
    """Return the cables between audited devices that neighbours tell, once from each end."""
    devices = known.devices
    told = {device.name: tuple(known.neighbours_of(device)) for device in devices}
    found: dict[tuple[str, str], Cable] = {}
    for device in devices:
        for port, other, neighbour in told[device.name]:
            back = {key for key, whom, _ in told[other.name] if whom is device}
            far = _port(other, neighbour.remote_port) or (named(other, back.pop()) if len(back) == 1 else None)
            near = named(device, port)
            if near is not None and far is not None:
                found[device.name, near.key] = Cable(device, near, other, far, neighbour.port)
                found.setdefault((other.name, far.key), Cable(other, far, device, near, neighbour.port))
    return tuple(found.values())


def _port(device: Device, name: Fact[str | None]) -> Port | None:
    return None if isinstance(name, Unknown) or name.value is None else named(device, name.value)


def named(device: Device, key: str) -> Port | None:
    """Return the port of this key."""
    return next((port for port in device.ports if port.key == key), None)


def addresses_of(interfaces: Iterable[Interface]) -> Iterator[IPv4Address]:
    """Yield the addresses of interfaces, as far as they are known."""
    for interface in interfaces:
        if not isinstance(interface.addresses, Unknown):
            yield from (address.ip for address in interface.addresses.value)
