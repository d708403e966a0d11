"""Whatever text a device shows: networks are read without an error, and keys differ."""

from hypothesis import given
from hypothesis import strategies as st

from auditor.platforms.cisco_ios import network, port_access, routes
from auditor.platforms.cisco_ios.interface_names import canonical, kind_of, module_of, parent_of
from auditor.platforms.cisco_ios.network import Network
from auditor.platforms.cisco_ios.vlans import vlan_list
from tests.platforms.cisco_ios.network_shop import config

_NUMBERS = st.sampled_from(["1", "30", "4094", "4095", "0", "x", "1-4094", "10,20-30", "30-10", "", "１"])
_NAMES = st.sampled_from(
    ["Vlan30", "Vlan", "Vlan99999", "GigabitEthernet1/0/1", "GigabitEthernet1/0/1.30", "GigabitEthernet1/0/1.x",
     "Port-channel1", "Port-channel1.30", "BVI30", "BVI", "BDI30", "Dialer1", "Loopback0", "Null0",
     "Dot11Radio0.30", "?", "\x1b[m"]
)  # fmt: skip
_LINES = st.one_of(
    st.builds("ip address {} {}".format, st.sampled_from(["10.0.0.1", "dhcp", "x", "192.0.2.2"]),
              st.sampled_from(["255.0.0.0", "", "255.255.255.252", "24", "secondary"])),
    st.builds("switchport {} {}".format, st.sampled_from(
        ["access vlan", "trunk allowed vlan", "trunk allowed vlan add", "trunk allowed vlan except", "mode",
         "voice vlan",
         "trunk native vlan", "private-vlan host-association", "private-vlan mapping", "port-security maximum",
         "port-security", "protected", "mode private-vlan", ""]),
        st.one_of(_NUMBERS, st.sampled_from(["trunk", "access", "host", "100 101", "dynamic auto", "name POS"]))),
    st.builds("{} {}".format, st.sampled_from(
        ["encapsulation dot1Q", "encapsulation dot1q", "bridge-group", "channel-group", "speed", "speed auto",
         "standby 1 ip",
         "source template", "bridge-domain", "service instance", "no switchport", "shutdown", "vrf forwarding",
         "no ip address",
         "ip unnumbered", "private-vlan association", "private-vlan isolated", "state", "name",
         "authentication port-control",
         "ipv6 address"]),
        st.one_of(_NUMBERS, _NAMES)),
)  # fmt: skip
_HEADS = st.one_of(
    st.builds("interface {}".format, _NAMES),
    st.builds("vlan {}".format, _NUMBERS),
    st.builds("template {}".format, _NUMBERS),
    st.builds("ip route {} {} {}".format, st.sampled_from(["0.0.0.0 0.0.0.0", "vrf x 0.0.0.0 0.0.0.0", "x y"]), _NAMES,
              _NUMBERS),
    st.sampled_from(["ip routing", "no ip routing", "switch 1 provision x", "ip arp inspection vlan 1-4094",
                     "bridge irb",
                     "ip dhcp snooping", "ip dhcp snooping vlan 30", "router bgp 1", "ip default-gateway x",
                     "vtp mode transparent"]),
)  # fmt: skip
_BLOCKS = st.builds(
    lambda head, lines: "\n".join([head, *(f" {line}" for line in lines)]), _HEADS, st.lists(_LINES, max_size=5)
)


def _read(text: str) -> Network:
    found = config(text + "\n")
    read = network.read(found, found.reading)
    port_access.filters(found, read)
    port_access.dhcp_doubts(found, read)
    routes.forwarding(found, read)
    return read


@given(st.lists(_BLOCKS, max_size=12).map("\n".join))
def test_any_configuration_is_read(text: str) -> None:
    found = _read(text)
    for listed in (found.interfaces, found.ports):
        keys = [item.key for item in listed]
        assert len(set(keys)) == len(keys)
    for each in found.links.by_name:
        found.networks_of(each)
        found.networks_of_vlan(found.vlan_named(each))


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    _read(text)
    for name in (canonical(text), text):
        kind_of(name), module_of(name), parent_of(name)


@given(st.text(alphabet="0123456789,-", max_size=60))
def test_lists_of_vlans_hold_vlans(text: str) -> None:
    try:
        assert all(1 <= vid <= 4094 for vid in vlan_list(text))
    except ValueError:
        return
