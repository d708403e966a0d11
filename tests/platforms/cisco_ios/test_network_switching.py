"""The switching part: which VLANs a port carries, which ports are kept apart, and what belongs to it at all."""

import pytest

from auditor.model import Unknown
from auditor.platforms.cisco_ios.interface_names import Kind, canonical, kind_of
from auditor.platforms.cisco_ios.parse import parse
from auditor.profiles import load_profile
from tests.platforms.cisco_ios.network_shop import (
    CLASSIC,
    ROUTER,
    SWITCH,
    TRANSPARENT,
    interface,
    links,
    port,
    read,
    taken,
    value,
)

VLANS = "vlan 10\n name LAN\nvlan 30\n name POS\nvlan 40\n name GUEST\n"
PORT = "GigabitEthernet1/0/5"


def _on(lines: str, head: str = TRANSPARENT + VLANS) -> object:
    return links(read(f"interface {PORT}\n{lines}", head), PORT)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", ("vlan.1",)),
        (" switchport access vlan 30\n switchport mode access\n", ("vlan.30",)),
        (" switchport access vlan 30\n switchport voice vlan 40\n", ("vlan.30", "vlan.40")),
        (" switchport access vlan name POS\n", ("vlan.30",)),
        (" switchport mode trunk\n", ("vlan.1", "vlan.10", "vlan.30", "vlan.40")),
        (" switchport trunk allowed vlan 30\n switchport trunk allowed vlan add 40\n switchport mode trunk\n",
         ("vlan.30", "vlan.40")),
        (" switchport trunk allowed vlan except 2-39\n switchport mode trunk\n", ("vlan.1", "vlan.40")),
        (" switchport trunk allowed vlan none\n switchport mode trunk\n", ()),
        (" switchport trunk allowed vlan 30,999\n switchport mode trunk\n", ("vlan.30",)),
        (" switchport access vlan 999\n switchport mode access\n", ()),
        (" switchport access vlan 30\n switchport trunk allowed vlan 10,40\n switchport mode access\n", ("vlan.30",)),
    ],
)  # fmt: skip
def test_vlans_of_a_port(lines: str, expected: tuple[str, ...]) -> None:
    assert _on(lines) == expected


@pytest.mark.parametrize("mode", ["", " switchport mode dynamic desirable\n"])
def test_whether_it_is_a_trunk_the_other_end_decides(mode: str) -> None:
    text = f"interface {PORT}\n switchport access vlan 30\n{mode} switchport trunk allowed vlan 30,40\n"
    carried = port(read(text, TRANSPARENT + VLANS), PORT).links
    assert isinstance(carried, Unknown)
    assert carried.could_be == (("vlan.30",), ("vlan.30", "vlan.40"))


def test_a_shut_trunk_is_listed_apart() -> None:
    text = f"interface {PORT}\n switchport trunk allowed vlan 30,40\n switchport mode trunk\n shutdown\n"
    found = read(text, TRANSPARENT + VLANS)
    assert PORT not in {each.key for each in found.ports}
    assert [(each.key, each.links.value) for each in found.shut_ports] == [(PORT, ("vlan.30", "vlan.40"))]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "lines",
    [
        " switchport access vlan dynamic\n",
        " switchport mode dot1q-tunnel\n switchport access vlan 30\n",
        " switchport mode something\n",
        " switchport access vlan 4095\n",
        " switchport access vlan x30\n",
        " switchport trunk allowed vlan 30-10\n switchport mode trunk\n",
        " switchport trunk native vlan 0\n switchport mode trunk\n",
        " switchport vlan mapping 30 40\n switchport mode trunk\n",
        " switchport mode private-vlan trunk\n",
        " switchport mode private-vlan host\n",
        " switchport access vlan name NOBODY\n",
        " source template BUILT-IN\n",
    ],
)
def test_vlans_that_cannot_be_told(lines: str) -> None:
    found = read(f"interface {PORT}\n{lines}", TRANSPARENT + VLANS)
    assert isinstance(port(found, PORT).links, Unknown)


def test_without_the_vlan_database_those_that_lines_name_exist() -> None:
    lines = f"interface {PORT}\n switchport access vlan 30\n switchport mode access\n"
    assert links(read(lines, SWITCH), PORT) == ("vlan.30",)
    shown = "VLAN Name                             Status    Ports\n---- ---- --\n1    default     active    Gi1/0/1\n"
    assert links(read(lines, SWITCH, vlan_brief=shown), PORT) == ()
    shown += "30   POS                              active    Gi1/0/5\n"
    found = read(lines, SWITCH, vlan_brief=shown)
    assert links(found, PORT) == ("vlan.30",)
    assert value(found.vlan_named("POS")) == 30


@pytest.mark.parametrize("stopped", [" shutdown\n", " state suspend\n"])
def test_a_vlan_that_is_stopped_is_carried_by_no_port(stopped: str) -> None:
    lines = f"vlan 30\n{stopped}interface {PORT}\n switchport access vlan 30\n switchport mode access\n"
    found = read(lines, TRANSPARENT)
    assert links(found, PORT) == ()
    assert value(interface(found, "VLAN 30").enabled) is False


def test_a_vlan_without_interface_of_its_own_has_a_place() -> None:
    found = read(VLANS + "interface Vlan10\n ip address 192.168.1.2 255.255.255.0\n", TRANSPARENT)
    assert [value(i.link) for i in found.interfaces] == ["vlan.10", "vlan.30", "vlan.40"]
    assert value(found.networks_of_vlan(found.vlan_named("POS"))) == ("VLAN 30",)
    assert value(found.networks_of_vlan(found.vlan_named("LAN"))) == ("Vlan10",)


@pytest.mark.parametrize(("lines", "expected"), [(" switchport protected\n", True), ("", False)])
def test_protected_ports(lines: str, expected: bool) -> None:
    assert value(port(read(f"interface {PORT}\n{lines}", TRANSPARENT), PORT).isolated) is expected


def test_lines_of_a_template_count_where_the_port_is_silent() -> None:
    lines = "template TILL\n switchport access vlan 30\n switchport mode access\n switchport protected\n"
    lines += f"interface {PORT}\n switchport access vlan 40\n source template TILL\n"
    found = read(lines, TRANSPARENT + VLANS)
    assert links(found, PORT) == ("vlan.40",)
    assert value(port(found, PORT).isolated) is True


def test_a_bundle_is_one_port() -> None:
    member = " switchport trunk allowed vlan 10,30\n switchport mode trunk\n"
    lines = f"interface Port-channel1\n{member}"
    lines += f"interface {PORT}\n{member} speed 1000\n channel-group 1 mode active\n"
    found = read(lines, TRANSPARENT + VLANS)
    assert [each.key for each in found.ports] == ["Port-channel1"]
    assert (links(found, "Port-channel1"), value(port(found, "Port-channel1").speed)) == (("vlan.10", "vlan.30"), 1000)
    assert value(found.networks_of(PORT)) == ("VLAN 10", "VLAN 30")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", None),
        (" speed auto\n duplex auto\n", None),
        (" speed 100\n duplex full\n", 100),
        (" speed 1000\n", 1000),
        (" speed auto 100 1000\n", None),
        (" speed auto 1000\n", 1000),
        (" speed auto 1000 2500\n", 1000),
        (" speed nonegotiate\n", 1000),
        (" no negotiation auto\n", 1000),
        (" speed 100\n no negotiation auto\n", 100),
        (" negotiation auto\n", None),
    ],
)
def test_speeds(lines: str, expected: int | None) -> None:
    assert value(port(read(f"interface {PORT}\n{lines}", TRANSPARENT), PORT).speed) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", None),
        (" duplex full\n", None),
        (" speed auto 100\n duplex full\n", None),
        (" speed 100\n", None),
        (" speed 100\n duplex auto\n", None),
        (" speed 100\n duplex full\n", True),
        (" speed 100\n full-duplex\n", True),
        (" speed 100\n duplex half\n", False),
        (" duplex full\n no negotiation auto\n", True),
    ],
)
def test_a_duplex_mode_is_fixed_together_with_the_speed(lines: str, expected: bool | None) -> None:
    assert value(port(read(f"interface {PORT}\n{lines}", TRANSPARENT), PORT).full_duplex) is expected


@pytest.mark.parametrize("said", ["fast", "auto fast", "1 000", "9" * 40])
def test_a_speed_that_cannot_be_read_is_unknown(said: str) -> None:
    assert isinstance(port(read(f"interface {PORT}\n speed {said}\n", TRANSPARENT), PORT).speed, Unknown)


# -- private VLANs ---------------------------------------------------------------------------------------------

PRIVATE = "vlan 100\n private-vlan primary\n private-vlan association {ids}\nvlan 101\n private-vlan isolated\n"
HOST = f"interface {PORT}\n switchport private-vlan host-association 100 {{vid}}\n switchport mode private-vlan host\n"


@pytest.mark.parametrize(
    ("ids", "vid", "expected"), [("101", 101, True), ("101-102", 101, None), ("102", 102, False), ("103", 103, None)]
)
def test_private_vlans(ids: str, vid: int, expected: bool | None) -> None:
    lines = PRIVATE.format(ids=ids) + "vlan 102\n private-vlan community\n" + HOST.format(vid=vid)
    found = read(lines, TRANSPARENT)
    isolated = port(found, PORT).isolated
    assert (None if isinstance(isolated, Unknown) else isolated.value) is expected
    assert links(found, PORT) == ("vlan.100",)


def test_a_promiscuous_port_and_the_interface_of_a_private_vlan() -> None:
    lines = PRIVATE.format(ids="101") + f"interface {PORT}\n switchport private-vlan mapping 100 101\n"
    lines += " switchport mode private-vlan promiscuous\ninterface Vlan100\n ip address 10.0.0.1 255.0.0.0\n"
    found = read(lines, TRANSPARENT)
    assert (links(found, PORT), value(port(found, PORT).isolated)) == (("vlan.100",), False)
    assert found.doubts
    assert not read(lines + " private-vlan mapping 101\n", TRANSPARENT).doubts
    assert value(found.networks_of_vlan(found.vlan_named("101"))) == ("Vlan100",)


# -- what is a switch port -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "name", "lines", "others", "expected"),
    [
        (SWITCH, PORT, "", "", True),
        (SWITCH, PORT, " no switchport\n no ip address\n", "", False),
        (SWITCH, "GigabitEthernet0/0", " no ip address\n", "", False),
        (SWITCH, PORT, " switchport access vlan 30\n no switchport\n ip address 10.0.0.1 255.0.0.0\n", "", False),
        (ROUTER, "GigabitEthernet0/0/1", " no ip address\n negotiation auto\n", "", False),
        (ROUTER, "GigabitEthernet0/1/0", "", "interface Vlan1\n ip address 10.0.0.1 255.0.0.0\n", True),
        (ROUTER, "GigabitEthernet0/1/0", " no ip address\n",
         "interface GigabitEthernet0/1/1\n switchport mode access\n", True),
        (ROUTER, "GigabitEthernet0/0/1", " no ip address\n negotiation auto\n",
         "interface GigabitEthernet0/1/1\n switchport mode access\n", False),
        (CLASSIC, "FastEthernet0", " no ip address\n",
         "interface FastEthernet4\n ip address dhcp\n duplex auto\n speed auto\ninterface Vlan1\n no ip address\n",
         True),
        (CLASSIC, "FastEthernet4", " no ip address\n duplex auto\n speed auto\n", "interface Vlan1\n no ip address\n",
         False),
        (CLASSIC, "GigabitEthernet3/1", " no ip address\n", "interface GigabitEthernet3/2\n switchport\n", False),
        (CLASSIC, "FastEthernet0", " no ip address\n", "interface Vlan1\n ip address 10.0.0.1 255.0.0.0\n", None),
        (ROUTER, "GigabitEthernet0/0/1", " no ip address\n", "interface Vlan1\n ip address 10.0.0.1 255.0.0.0\n", None),
    ],
)  # fmt: skip
def test_whether_a_port_is_a_switch_port(head: str, name: str, lines: str, others: str, expected: bool | None) -> None:
    found = read(f"interface {name}\n{lines}{others}", head)
    switched = found.links.switched(name)
    assert (None if isinstance(switched, Unknown) else switched.value) is expected


def test_a_port_in_doubt_says_what_it_can_be() -> None:
    found = read("interface FastEthernet0\n no ip address\ninterface Vlan1\n ip address 10.0.0.1 255.0.0.0\n", CLASSIC)
    doubt = port(found, "FastEthernet0").links
    assert isinstance(doubt, Unknown)
    assert doubt.could_be == (("vlan.1",), ("FastEthernet0",))


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("Gi1/0/5", "GigabitEthernet1/0/5"), ("Te1/1/1", "TenGigabitEthernet1/1/1"), ("Fa0", "FastEthernet0"),
        ("Po1", "Port-channel1"), ("Vl30", "Vlan30"), ("vlan30", "Vlan30"), ("Gi0/0/1.30", "GigabitEthernet0/0/1.30"),
        ("Gig 1/0/5", "GigabitEthernet1/0/5"), ("Tw0/0/0", "TwoGigabitEthernet0/0/0"),
        ("gigabite1/0/1", "GigabitEthernet1/0/1"),
        ("Twe1/0/1", "TwentyFiveGigE1/0/1"), ("CPU", "CPU"), ("", ""), ("GigabitEthernet1/0/5", "GigabitEthernet1/0/5"),
    ],
)  # fmt: skip
def test_names_of_show_outputs(short: str, full: str) -> None:
    assert canonical(short) == full


def test_kinds_of_interfaces() -> None:
    names = ("GigabitEthernet1/0/5", "TwentyFiveGigE1/0/1", "Wlan-GigabitEthernet0/1/8", "Vlan30", "BVI1", "Dialer1")
    kinds = [Kind.ETHERNET, Kind.ETHERNET, Kind.ETHERNET, Kind.SVI, Kind.BRIDGE, Kind.POINT_TO_POINT]
    assert [kind_of(name) for name in names] == kinds


# -- lines that nobody knows -----------------------------------------------------------------------------------


def test_an_unknown_line_of_the_switching_part_hides_what_is_concluded_from_silence() -> None:
    lines = f"interface {PORT}\n switchport access vlan 30\n switchport mode access\n switchport frobnicate\n"
    device = parse(taken(lines + "line con 0\n", TRANSPARENT + VLANS), load_profile("cisco_ios"))
    (only,) = device.ports
    assert isinstance(only.isolated, Unknown)
    assert value(only.links) == ("vlan.30",)


@pytest.mark.parametrize(
    "line", ["switchport frobnicate", "bridge-group 30 input-address-list 700", "ip route-cache-of-tomorrow"]
)
def test_unknown_lines_of_a_port_are_counted(line: str) -> None:
    lines = f"interface GigabitEthernet0/0\n no ip address\n bridge-group 30\n {line}\n"
    device = parse(taken(lines + "line con 0\n", CLASSIC), load_profile("cisco_ios"))
    running = next(each for each in device.coverage if each.file == "running-config.txt")
    assert [unknown.line for unknown in running.unknown] == [6]
