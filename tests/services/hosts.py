"""Made-up hosts for tests of services: texts, interfaces of a small shop, and what is known as data of the services."""

import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from ipaddress import IPv4Interface
from pathlib import Path

from auditor import resources
from auditor.capture import Capture, CapturedFile, Gap, Kind
from auditor.errors import DataError
from auditor.model import AddressSource, Interface, Listed, Stated
from auditor.profiles import Profile, load_profile, read_profile
from auditor.services import Host, Reading, Socket

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DEVICE = "gw"


def interface_of(link: str, *addresses: str, uplink: bool = False) -> Interface:
    """An interface that is up, with static addresses such as `192.168.10.1/24`."""
    return Interface(
        device=DEVICE,
        key=link,
        enabled=Stated(True, ()),
        link=Stated(link, ()),
        vlan=Stated(None, ()),
        address_source=Stated(AddressSource.STATIC, ()),
        addresses=Stated(tuple(map(IPv4Interface, addresses)), ()),
        gateway=Stated("198.18.0.1" if uplink else None, ()),
        uplink=Stated(uplink, ()),
        ipv6_offered=Stated(False, ()),
    )


SHOP = (interface_of("br-lan", "192.168.10.1/24"), interface_of("wan", "198.18.0.2/24", uplink=True))
"""The network of the readers, and the way to the internet."""


def host_of(
    files: Mapping[str, str],
    *services: str,
    interfaces: Iterable[Interface] | Listed[Interface] = SHOP,
    sockets: tuple[Socket, ...] | None = None,
    gaps: Iterable[Gap] = (),
) -> Host:
    """A host with these texts (absolute path → text), and what is known as data of the named services."""
    captured = tuple(CapturedFile(path, text, Kind.CONFIGURATION) for path, text in files.items())
    capture = Capture(DEVICE, "linux", captured, tuple(gaps), NOW, False, "a test")
    listed = interfaces if isinstance(interfaces, Listed) else Listed(tuple(interfaces))
    return Host(DEVICE, Reading(capture, profile_of(*services)), listed, Listed(), sockets)


@cache
def profile_of(*services: str) -> Profile:
    """The profile of a Linux host, or a small one where it does not list all of these services."""
    try:
        linux = load_profile("linux")
    except DataError:
        linux = None
    if linux is not None and set(services) <= set(linux.services):
        return linux
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "linux.yaml")
        Path(folder, "services").symlink_to(resources.device_profiles() / "services")
        page.write_text(
            f"{{platform: linux, title: Linux, words: {{}}, commands: [], services: [{', '.join(services)}]}}"
        )
        return read_profile(page)
