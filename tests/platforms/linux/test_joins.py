"""Where services and their host meet: who listens, what a strange process may add, links beside others."""

import pytest

from auditor.model import Listed, Resolver, Stated
from auditor.platforms.linux import discovery, listening, network, sockets
from auditor.platforms.linux.outputs import PROCESSES, SOCKETS
from auditor.platforms.linux.services import SERVICES
from auditor.services import Host, Instance
from tests.platforms.linux.host_outputs import HEADER, INIT, PS, bridge, link, outputs, process, reading
from tests.services.hosts import SHOP
from tests.site.built import forwarder, resolver

LISTENS = 'udp UNCONN 0 0 {}:{} 0.0.0.0:* users:(("{}",pid={},fd=4))\n'


def heard(given: Resolver, *listening_at: tuple[str, int, str, int]) -> tuple[Resolver, list[str]]:
    """The resolver of process 300 on the shop's host with these sockets: address, port, program, process."""
    text = "".join(LISTENS.format(*each) for each in listening_at)
    read = reading({SOCKETS: text})
    host = Host("gw", read, Listed(SHOP), Listed(), sockets.sockets(read))
    instance = Instance("unbound", "unbound", "/etc/unbound/unbound.conf", (), Stated(True, ()), 300)
    (found,), told = listening.heard(host, [(instance, Listed((given,)))])
    return found, [each.what.value for each in told if isinstance(each.what, Stated)]


def _unread(found: Resolver) -> list[str]:
    return [each.unread.why if each.unread is not None else "" for each in found.forwarders]


@pytest.mark.parametrize(
    ("there", "why"),
    [
        ([("127.0.0.1", 5335, "unbound", 300)], ""),
        ([("0.0.0.0", 5335, "unbound", 300)], ""),
        ([("127.0.0.1", 5335, "blocky", 301)], "blocky answers at 127.0.0.1 port 5335, and its settings are not read"),
        ([("0.0.0.0", 5335, "unbound", 300), ("127.0.0.1", 5335, "blocky", 301)], "blocky answers at"),
        ([("127.0.0.2", 5335, "unbound", 300)], "nothing listens at 127.0.0.1 port 5335"),
        ([], "nothing listens at 127.0.0.1 port 5335"),
    ],
)
def test_who_answers_on_the_host_itself(there: list[tuple[str, int, str, int]], why: str) -> None:
    asking = resolver("main", forwarder("127.0.0.1", port=5335), forwarder("192.0.2.1"))
    found, told = heard(asking, ("0.0.0.0", 53, "unbound", 300), *there)
    first, second = _unread(found)
    assert (first.startswith(why) if why else first == "", second, told) == (True, "", [])


def test_an_owner_that_is_not_shown_may_be_the_one() -> None:
    text = "udp UNCONN 0 0 127.0.0.1:5335 0.0.0.0:*\n"
    read = reading({SOCKETS: text})
    host = Host("gw", read, Listed(SHOP), Listed(), sockets.sockets(read))
    instance = Instance("unbound", "unbound", "/etc/unbound/unbound.conf", (), Stated(True, ()), 300)
    asking = resolver("main", forwarder("127.0.0.1", port=5335))
    (found,), _ = listening.heard(host, [(instance, Listed((asking,)))])
    assert _unread(found) == [""]


@pytest.mark.parametrize(
    ("told", "address", "left", "silent"),
    [
        (None, "0.0.0.0", None, []),
        (("br-lan",), "192.168.10.1", ("br-lan",), []),
        (("br-lan", "wan"), "198.18.0.2", ("wan",), ["br-lan"]),
        (None, "198.18.0.2", ("wan",), ["br-lan"]),
        (None, "127.0.0.1", None, []),  # nothing of it is on the network: that is its service's own matter
    ],
)
def test_an_interface_on_which_nothing_listens(
    told: tuple[str, ...] | None, address: str, left: tuple[str, ...] | None, silent: list[str]
) -> None:
    found, said = heard(resolver("main", interfaces=Stated(told, ())), (address, 53, "unbound", 300))
    assert found.interfaces == Stated(left, ())
    assert said == [f"made up is told to answer on {name}, and does not listen there" for name in silent]


@pytest.mark.parametrize(
    ("line", "adds"),
    [
        (process(300, "/usr/sbin/dnsmasq", cgroup="0::/system.slice/docker-0a.scope"), {"dhcp_scopes", "resolvers"}),
        (process(300, "/opt/AdGuardHome/AdGuardHome -s run"), {"dhcp_scopes", "resolvers"}),
        (process(300, "/usr/sbin/udhcpd -f"), {"dhcp_scopes"}),
        (process(300, "/usr/sbin/hostapd /etc/h.conf", uid=1000), {"bsses"}),
        (process(300, "wifidog"), {"dhcp_scopes", "resolvers", "bsses", "portals", "schedules"}),
    ],
)
def test_what_a_process_that_is_not_read_may_add(line: str, adds: set[str]) -> None:
    found = discovery.discover(reading({PROCESSES: HEADER + INIT + line + PS}), SERVICES)
    parts = ("dhcp_scopes", "resolvers", "bsses", "portals", "schedules", "leases")
    assert {part for part in parts if found.missing(part)} == adds


@pytest.mark.parametrize(
    ("programs", "found"),
    [("pihole-FTL\ndnsmasq\n", ["pihole", "dnsmasq"]), ("hostapd\n", ["pihole"]), ("", ["pihole", "dnsmasq"])],
)
def test_configuration_that_a_removed_package_left(programs: str, found: list[str]) -> None:
    texts = {
        PROCESSES: HEADER + INIT + process(300, "/usr/bin/pihole-FTL -f") + PS,
        "/etc/dnsmasq.conf": "stop-dns-rebind\n",
        "/etc/pihole/pihole.toml": "[dns]\n",
        "commands/listing/usr/sbin": programs,
    }
    read = reading(texts)
    assert [each.key for each in discovery.discover(read, SERVICES).instances] == found
    (left,) = (each for each in read.coverage() if each.file == "/etc/dnsmasq.conf")
    assert bool(left.unknown) == ("dnsmasq" in found)  # this test has nobody read it


def test_a_link_beside_a_bridge_is_in_its_network() -> None:
    beside = link("pi-shim", "192.168.10.2/32", kind="macvlan", link="br-lan")
    found = {each.key: each.link for each in network.interfaces(reading(outputs(bridge("br-lan"), beside)))}
    assert [fact.value for fact in found.values() if isinstance(fact, Stated)] == ["br-lan", "br-lan"]
