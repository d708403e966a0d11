"""What the outputs of a device say, and that each fact names the line it stands on."""

from datetime import timedelta
from ipaddress import IPv4Address, IPv4Interface

import pytest

from auditor.capture import Gap
from auditor.model import Device, Span, Stated, StationState, Unknown
from tests.platforms.openwrt.captures import line, model

DUMP = """\
{
	"interface": [
		{
			"interface": "wan",
			"up": true,
			"proto": "dhcp",
			"ipv4-address": [
				{
					"address": "192.0.2.7",
					"mask": 24
				}
			]
		},
		{
			"interface": "lan",
			"up": true,
			"ipv4-address": [
				{
					"address": "10.9.9.9",
					"mask": 8
				}
			]
		}
	]
}
"""
STATUS = """\
{
	"radio0": {
		"up": true,
		"interfaces": [
			{
				"section": "tills",
				"ifname": "phy0-ap0"
			}
		]
	}
}
"""
PORTS = """\
{
	"br-lan": {
		"devtype": "bridge",
		"speed": "1000F"
	},
	"lan1": {
		"devtype": "dsa",
		"carrier": true,
		"link-advertising": [
			"100baseT-F",
			"1000baseT-F"
		],
		"speed": "100H",
		"statistics": {
			"rx_errors": 17
		}
	},
	"lan2": {
		"devtype": "dsa",
		"carrier": false,
		"speed": "-1F"
	}
}
"""
STATIONS = (
    "02:00:00:00:00:0A  -52 dBm / -95 dBm (SNR 43)  20 ms ago\n"
    "\tRX: 144.4 MBit/s, MCS 15, 20MHz                 1234 Pkts.\n"
    "\tTX: 130.0 MBit/s, MCS 14, 20MHz                  567 Pkts.\n"
    "\texpected throughput: unknown\n"
    "\n"
    "02:00:00:00:00:0b  -70 dBm / unknown (SNR -70)  0 ms ago\n"
)


def counts(device: Device, path: str) -> tuple[int, int, int]:
    (found,) = (c for c in device.coverage if c.file == path)
    return found.understood, found.irrelevant, len(found.unknown)


def test_nothing_captured_is_nothing_known() -> None:
    device = model()
    assert isinstance(device.pending_changes, Unknown)
    for listed in (device.leases, device.neighbours, device.stations, device.port_states, device.connection_tracking):
        assert listed.items == ()
        assert len(listed.holes) == 1


def test_a_refused_command_says_why() -> None:
    device = model(gaps=(Gap("commands/dhcp-leases.txt", "timed out", "try again"),))
    (hole,) = device.leases.holes
    assert "timed out" in hole.why
    assert hole.settle == "try again"


def test_staged_changes() -> None:
    path = "commands/pending-changes.txt"
    assert model({path: ""}).pending_changes == Stated(False, (Span("gw", path, 1, 1),))
    staged = model({path: "dhcp.lan.leasetime='2h'\n"}).pending_changes
    assert staged == Stated(True, (Span("gw", path, 1, 1),))


def test_connection_tracking() -> None:
    (timer,) = model({"commands/tcp-idle.txt": "7440\n"}).connection_tracking.items
    assert timer.tcp_established.value == timedelta(seconds=7440)  # type: ignore[union-attr]
    assert model({"commands/tcp-idle.txt": "soon\n"}).connection_tracking.holes


def test_leases() -> None:
    path = "commands/dhcp-leases.txt"
    device = model(
        {
            path: "1795480000 02:00:00:00:00:0A 192.168.30.10 reader-1 *\nduid 00:01\n1 2 fd00::5 x y\nwhat is this\n"
            "1795480000 02:00:00:00:00:0a 192.168.40.10 reader-1 *\n"
        }
    )
    first, second = device.leases.items
    assert (first.key, first.mac) == ("02:00:00:00:00:0a", "02:00:00:00:00:0a")
    assert first.address == Stated(IPv4Address("192.168.30.10"), (Span("gw", path, 1, 1),))
    assert second.key == "02:00:00:00:00:0a 192.168.40.10"
    assert [hole.near[0].first for hole in device.leases.holes] == [4]
    assert counts(device, path) == (2, 2, 1)


def test_neighbours() -> None:
    path = "commands/neighbours.txt"
    device = model(
        {
            path: "192.168.30.10 dev br-lan lladdr 02:00:00:00:00:01 REACHABLE\n"
            "192.168.30.11 dev br-lan  FAILED\nnonsense\n"
        }
    )
    (found,) = device.neighbours.items
    assert (found.mac, found.address) == ("02:00:00:00:00:01", IPv4Address("192.168.30.10"))
    assert found.link == Stated("br-lan", (Span("gw", path, 1, 1),))
    assert counts(device, path) == (1, 1, 1)


def stations(**files: str) -> tuple[StationState, ...]:
    return model({"commands/wireless-status.txt": STATUS, **files}).stations.items


def test_stations() -> None:
    path = "commands/stations-phy0-ap0.txt"
    device = model({"commands/wireless-status.txt": STATUS, path: STATIONS})
    near, far = device.stations.items
    assert near.mac == "02:00:00:00:00:0a"
    assert near.signal == Stated(-52, (Span("gw", path, 1, 1),))
    assert near.snr == Stated(43, (Span("gw", path, 1, 1),))
    assert near.bss.value == "tills"  # type: ignore[union-attr]
    assert line(STATUS, "section", "commands/wireless-status.txt") in near.bss.spans
    assert far.signal.value == -70  # type: ignore[union-attr]
    assert isinstance(far.snr, Unknown)
    assert counts(device, path) == (2, 4, 0)


def test_a_bss_whose_stations_were_not_captured_is_a_hole() -> None:
    device = model({"commands/wireless-status.txt": STATUS})
    assert [hole.why for hole in device.stations.holes] == ["commands/stations-phy0-ap0.txt was not captured from gw"]
    wired = model({"commands/wireless-status.txt": ""})
    assert wired.stations.holes == ()


def test_a_station_on_an_unknown_interface_has_an_unknown_bss() -> None:
    found = stations(**{"commands/stations-wlan7.txt": STATIONS})
    assert all(isinstance(one.bss, Unknown) for one in found)


def test_ports() -> None:
    path = "commands/device-status.txt"
    first, second = model({path: PORTS}).port_states.items
    assert (first.key, second.key) == ("lan1", "lan2")
    assert first.up.value is True  # type: ignore[union-attr]
    assert first.speed == Stated(100, (line(PORTS, '"100H"', path),))
    assert first.full_duplex.value is False  # type: ignore[union-attr]
    assert first.advertised.value == {100, 1000}  # type: ignore[union-attr]
    assert first.receive_errors == Stated(17, (line(PORTS, "rx_errors", path),))
    assert second.up.value is False  # type: ignore[union-attr]
    assert second.speed.value is None  # type: ignore[union-attr]
    assert second.full_duplex.value is None  # type: ignore[union-attr]
    assert isinstance(second.receive_errors, Unknown)


def test_addresses_from_outside_are_filled_in_and_configured_ones_stay() -> None:
    path = "commands/interface-dump.txt"
    device = model({path: DUMP})
    wan, lan = device.interface("wan"), device.interface("lan")
    assert wan is not None
    assert lan is not None
    assert wan.addresses == Stated(
        (IPv4Interface("192.0.2.7/24"),), (line(DUMP, "192.0.2.7", path), line(DUMP, '"mask": 24', path))
    )
    assert lan.addresses.value == (IPv4Interface("192.168.30.1/24"),)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text", ["{", "[]", "", '{"interface": 5}', DUMP.replace("true", "false"), DUMP.replace("24", '"x"')]
)
def test_an_interface_that_reports_no_address_keeps_its_unknown(text: str) -> None:
    wan = model({"commands/interface-dump.txt": text}).interface("wan")
    assert wan is not None
    assert isinstance(wan.addresses, Unknown)


def test_an_answer_that_is_no_json_is_a_hole_and_its_lines_are_unknown() -> None:
    device = model({"commands/device-status.txt": "{\n\toops\n}\n"})
    assert device.port_states.holes
    assert counts(device, "commands/device-status.txt") == (0, 0, 3)


def test_services() -> None:
    path = "commands/enabled-services.txt"
    device = model({path: "S19dnsmasq\nK10gpio\nsomething\n"})
    assert counts(device, path) == (2, 0, 1)
    (resolver,) = model({path: "S50cron\n"}).resolvers.items
    assert resolver.serving == Stated(False, (Span("gw", path, 1, 1),))


def test_neighbours_by_when_they_were_heard() -> None:
    text = (
        "192.168.30.101 dev br-lan lladdr 02:00:5e:10:00:01 REACHABLE\n"
        "192.168.30.102 dev br-lan lladdr 02:00:5e:10:00:02 STALE\n"
        "192.168.30.103 dev br-lan lladdr 02:00:5e:10:00:03 DELAY\n"
        "192.168.30.104 dev br-lan lladdr 02:00:5e:10:00:04 FAILED\n"
        "192.168.30.105 dev br-lan INCOMPLETE\n"
        "192.168.30.106 dev br-lan lladdr 02:00:5e:10:00:06 ref 1 used 0/0/0 probes 1 REACHABLE\n"
    )
    found = model({"commands/neighbours.txt": text}).neighbours
    assert not found.holes
    reachable = {each.mac[-2:]: each.reachable.value for each in found}  # type: ignore[union-attr]
    assert reachable == {"01": True, "02": False, "03": True, "06": True}


LLDP = """\
{
  "lldp": {
    "interface": [
      {
        "lan4": {
          "via": "LLDP",
          "chassis": {
            "shop-switch": {
              "id": {
                "type": "mac",
                "value": "02:00:5e:00:30:01"
              },
              "mgmt-ip": "192.168.1.2"
            }
          },
          "port": {
            "id": {
              "type": "local",
              "value": "24"
            }
          }
        }
      }
    ]
  }
}
"""


def test_what_is_at_the_other_end_of_a_cable() -> None:
    device = model({"commands/lldp.json": LLDP})
    (found,) = device.link_neighbours
    assert (found.key, found.port.value, found.remote_port.value) == (  # type: ignore[union-attr]
        "lan4 02:00:5e:00:30:01 24", "lan4", "24",
    )  # fmt: skip
    assert [span.first for span in found.system.spans] == [5, 8, 11]
    (counted,) = (each for each in device.coverage if each.file == "commands/lldp.json")
    assert (counted.understood, counted.unknown) == (4, ())


@pytest.mark.parametrize(
    ("files", "holes"), [({}, 0), ({"commands/lldp.json": ""}, 0), ({"commands/lldp.json": "{"}, 1)]
)
def test_a_router_without_lldp_hears_nothing(files: dict[str, str], holes: int) -> None:
    found = model(files).link_neighbours
    assert (len(found), len(found.holes)) == (0, holes)


def test_an_lldpd_that_refuses_is_a_hole() -> None:
    refused = Gap("commands/lldp.json", "the device refused it", "log in as root")
    assert [hole.settle for hole in model(gaps=(refused,)).link_neighbours.holes] == ["log in as root"]
