"""Which network the stations join: hostapd's file, and where the kernel has the interface now."""

import pytest

from auditor.model import Listed, Port, Stated, Unknown
from auditor.services import Host
from auditor.services.hostapd import MAIN, SERVICE
from tests.services.hostapd.access_point import HEALTHY, instance_of, value
from tests.services.hosts import host_of, interface_of

LINKS = (interface_of("br-lan"), interface_of("br-lan.30", "192.168.30.1/24"), interface_of("br-guest"))
TRY = "see which address a reader gets"


def networks(text: str, *links: str) -> object:
    """The networks of `wlan0`, which the kernel has in a bridge with these networks; none: in no bridge."""
    given = host_of({MAIN: text}, "hostapd", interfaces=LINKS)
    port = Port("gw", "wlan0", Stated(links, ()), Stated(False, ()), Stated(None, ()))
    host = Host(given.name, given.reading, given.interfaces, Listed((port,) if links else ()), None)
    (bss,) = SERVICE.read(host, instance_of()).bsses
    if isinstance(bss.networks, Unknown):
        assert bss.networks.settle in (TRY, "collect the host again while the access point is up")
    return value(bss.networks)


@pytest.mark.parametrize(
    ("links", "joined"),
    [
        ((), ("br-lan",)),
        (("br-lan",), ("br-lan",)),
        (("br-lan", "br-lan.30"), ("br-lan",)),  # a bridge that looks at no VLANs, and one that lies on it
        (("br-lan.30",), ("br-lan.30",)),  # the bridge looks at VLANs, and the stations are in this one
        (("br-lan.30", "br-lan.40"), "wlan0 is in several VLANs: br-lan.30, br-lan.40"),
        (("br-guest",), "hostapd is told to put wlan0 into br-lan, and it is in br-guest now"),
    ],
)
def test_a_bridge_that_is_named(links: tuple[str, ...], joined: object) -> None:
    assert networks(HEALTHY, *links) == joined


@pytest.mark.parametrize(
    ("links", "joined"),
    [
        (("br-guest",), ("br-guest",)),
        (("br-lan", "br-lan.30"), ("br-lan",)),
        (("br-lan.30",), ("br-lan.30",)),
        ((), "interface wlan0, which the stations join, is not among those of the host"),
    ],
)
def test_a_bridge_that_the_host_chose(links: tuple[str, ...], joined: object) -> None:
    assert networks(HEALTHY.replace("bridge=br-lan\n", ""), *links) == joined


def test_mac80211_relays_within_a_bss() -> None:
    (bss,) = SERVICE.read(host_of({MAIN: HEALTHY}, "hostapd", interfaces=LINKS), instance_of()).bsses
    assert bss.relays_itself
