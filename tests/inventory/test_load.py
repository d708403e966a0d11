"""What stands in the inventory arrives in the sites, with its lines, by the order of precedence."""

from datetime import date, timedelta
from ipaddress import IPv4Network, IPv6Address, ip_address
from pathlib import Path
from textwrap import dedent

import pytest

from auditor.credentials import Agent, CredentialRef, Environment, KeyFile, Keyring, Prompt
from auditor.errors import InventoryError
from auditor.inventory import (
    Addressing,
    Connection,
    Declarable,
    DeviceEntry,
    Integration,
    Inventory,
    PolicyOptions,
    Role,
    SameLan,
    Sessions,
    SiteEntry,
    Wifi6,
    Words,
    load,
    loads,
)
from auditor.inventory.settings import LAYER_KEYS
from auditor.model.facts import Span
from auditor.profiles import Transport

FILE = Path("lists/shops.yaml")
EXAMPLE = Path(__file__).parents[2] / "inventory.example.yaml"


def read(text: str) -> Inventory:
    return loads(dedent(text).encode(), FILE)


def site(text: str) -> SiteEntry:
    return read(text).sites[0]


def device(text: str) -> DeviceEntry:
    return site(text).devices[0]


def test_the_example_loads_and_names_every_key() -> None:
    inventory = load(EXAMPLE)
    lyon, branch, short = inventory.sites
    assert branch.devices[0].host == "10.42.0.1"
    assert (lyon.integration, lyon.integration_from, short.integration_from) == (
        Integration.JAVASCRIPT_SDK,
        "site",
        "group mall",
    )
    assert {declaration.name for declaration in lyon.declared} == set(Declarable)
    text = EXAMPLE.read_text(encoding="utf-8")
    keys = {*LAYER_KEYS, "groups", "devices", "sites", "host", "captures", "part", "roles", "entries", "passphrase_env"}
    keys |= {"include", "sites_from", "sources", "file", "site", "limits", "jump_hosts", "at_once", "jitter", "address"}
    keys |= {"vars", "git", "commit", "command", "slow_command", "connect", "login", "vault", "field", "interactive"}
    keys |= {"ssid", "vlan", "subnet", "mac", "mac_ethernet", "ip", "model", "count", "connection", "addressing", "dns"}
    keys |= {"agent", "key_file", "env", "keyring", "prompt", "value", "by", "until", "same_lan", "wifi6", "sessions"}
    assert [key for key in sorted(keys) if f"{key}:" not in text] == []
    for words in (Integration, Connection, Addressing, Role, SameLan, Wifi6, Sessions):
        assert [word for word in words if str(word) not in text] == []


@pytest.mark.parametrize("key", LAYER_KEYS)
def test_every_key_of_a_layer_may_stand_in_defaults_groups_and_sites(key: str) -> None:
    value = {
        "policy": "p", "policy_options": "{}", "timezone": "UTC", "opening_hours": "24h", "integration": "ios-sdk",
        "sdk_version": "1.0", "readers": "{}", "pos": "[]", "declared": "{}", "platform": "x", "port": "22",
        "username": "u", "credentials": "{agent: true}", "jump_host": "j", "managed_by": "m", "max_capture_age": "1d",
        "transport": "napalm", "enable": "{env: E}", "old_ssh": "true", "tags": "[a, b]", "timeouts": "{login: 5s}",
    }[key]  # fmt: skip
    read(f"defaults: {{{key}: {value}}}\ngroups: {{g: {{{key}: {value}}}}}\nsites: {{s: {{{key}: {value}}}}}\n")


def test_a_site_may_say_nothing() -> None:
    entry = site("sites:\n  lyon-01:\n")
    assert entry == SiteEntry(
        name="lyon-01", groups=(), timezone=None, hours=None, integration=Integration.UNKNOWN, sdk_version=None,
        integration_from="not declared", readers=(), pos=(), devices=(), declared=(), policy="stripe-terminal",
        policy_options=PolicyOptions(), span=Span("", "lists/shops.yaml", 2, 2),
    )  # fmt: skip


def test_scalars_replace_in_the_order_defaults_groups_site_device() -> None:
    text = """
        defaults: {username: of-defaults, platform: of-defaults, jump_host: of-defaults, managed_by: of-defaults}
        groups:
          first: {username: of-first, platform: of-first, jump_host: of-first}
          second: {username: of-second, platform: of-second}
          unused: {username: of-unused, jump_host: of-unused}
        sites:
          lyon-01:
            groups: [first, second]
            username: of-site
            devices:
              gw: {host: 192.0.2.1}
              ap: {host: 192.0.2.2, username: of-device, platform: of-device}
        """
    gw, ap = site(text).devices
    assert (gw.managed_by, gw.jump_host, gw.platform, gw.username) == (
        "of-defaults",
        "of-first",
        "of-second",
        "of-site",
    )
    assert (ap.jump_host, ap.platform, ap.username) == ("of-first", "of-device", "of-device")
    swapped = site(text.replace("[first, second]", "[second, first]")).devices[0]
    assert (swapped.platform, swapped.username) == ("of-first", "of-site")


@pytest.mark.parametrize(
    ("where", "origin"),
    [
        ("defaults: {integration: ios-sdk}\nsites: {s: {}}", "defaults"),
        ("groups: {mall: {integration: ios-sdk}}\nsites: {s: {groups: mall}}", "group mall"),
        ("groups: {mall: {integration: android-sdk}}\nsites: {s: {groups: mall, integration: ios-sdk}}", "site"),
    ],
)
def test_the_integration_says_where_it_is_from(where: str, origin: str) -> None:
    entry = site(where)
    assert (entry.integration, entry.integration_from) == (Integration.IOS_SDK, origin)


def test_named_entries_join_by_name_and_the_later_one_wins_whole() -> None:
    entry = site("""
        groups:
          mall:
            readers: {tills: {ssid: SHOP-POS, model: bbpos-wisepos-e}, kiosk: {vlan: 7}}
            declared: {egress: {value: open, by: a}, dhcp: {value: b, by: b}}
            policy_options: {wifi6: strict, sessions: literal}
            opening_hours: {mon-sat: 09:00-21:00}
        sites:
          lyon-01:
            groups: mall
            readers: {tills: {vlan: 30}, office: {ip: 192.168.30.9}}
            declared: {egress: {value: filtered, by: c, until: 2027-03-31}}
            policy_options: {sessions: pragmatic, same_lan: routed-ok}
            opening_hours: {sat: closed}
        """)
    assert [(group.name, group.entries[0].selector.vlan) for group in entry.readers] == [
        ("tills", 30),
        ("kiosk", 7),
        ("office", None),
    ]
    assert entry.readers[0].entries[0].model is None
    assert entry.readers[0].entries[0].selector.ssid is None
    assert [(each.name, each.value, each.by, each.until) for each in entry.declared] == [
        ("egress", "filtered", "c", date(2027, 3, 31)),
        ("dhcp", "b", "b", None),
    ]
    assert entry.policy_options == PolicyOptions(SameLan.ROUTED_OK, Wifi6.STRICT, Sessions.PRAGMATIC)
    assert entry.hours is not None
    assert [len(day) for day in entry.hours.days] == [1, 1, 1, 1, 1, 0, 0]


def test_a_list_replaces_what_lower_layers_name() -> None:
    entry = site("""
        groups: {mall: {readers: {tills: {vlan: 1}}, pos: {tills: {vlan: 1}}}}
        sites: {lyon-01: {groups: mall, readers: [{vlan: 2}, {vlan: 3}], pos: []}}
        """)
    assert [(group.name, group.entries[0].selector.vlan) for group in entry.readers] == [
        ("readers-1", 2),
        ("readers-2", 3),
    ]
    assert entry.pos == ()


def test_an_sdk_version_is_not_inherited_by_another_integration() -> None:
    text = "groups: {{mall: {{integration: ios-sdk, sdk_version: 3.10}}}}\nsites: {{s: {{groups: mall{}}}}}"
    assert site(text.format("")).sdk_version == "3.10"
    assert site(text.format(", integration: ios-sdk")).sdk_version == "3.10"
    assert site(text.format(", integration: javascript-sdk")).sdk_version is None


def test_a_reader_group_may_have_its_own_integration() -> None:
    entry = site("""
        sites:
          s:
            integration: ios-sdk
            sdk_version: 3.1.0
            readers:
              a: {vlan: 1}
              b: {vlan: 1, integration: server-driven}
              c: {integration: ios-sdk, sdk_version: 2.0.0, entries: [{vlan: 1}, {ssid: S}]}
        """)
    assert [entry.integration_of(group) for group in entry.readers] == [
        (Integration.IOS_SDK, "3.1.0"),
        (Integration.SERVER_DRIVEN, None),
        (Integration.IOS_SDK, "2.0.0"),
    ]
    assert [len(group.entries) for group in entry.readers] == [1, 1, 2]


def test_selectors_are_read_whatever_their_notation() -> None:
    (group,) = site("""
        sites:
          s:
            readers:
              tills:
                - {ssid: 123, vlan: 30, subnet: 192.168.30.0/24, ip: 192.168.30.9, connection: wifi, addressing: static}
                - {mac: 02-00-5E-10-00-01, mac_ethernet: 0200.5e10.0002}
                - mac: 02005e100003
                  ip: 2001:db8::9
        """).readers
    first, second, third = group.entries
    assert (first.selector.ssid, first.selector.vlan) == ("123", 30)
    assert first.selector.subnet == IPv4Network("192.168.30.0/24")
    assert (first.connection, first.addressing) == (Connection.WIFI, Addressing.STATIC)
    assert (second.selector.mac, second.selector.mac_ethernet) == ("02:00:5e:10:00:01", "02:00:5e:10:00:02")
    assert (second.connection, second.addressing, second.count) == (None, Addressing.DHCP, None)
    assert (third.selector.mac, third.selector.ip) == ("02:00:5e:10:00:03", IPv6Address("2001:db8::9"))
    assert [(entry.selector.line.first, entry.selector.line.last) for entry in group.entries] == [
        (6, 6),
        (7, 7),
        (8, 9),
    ]


def test_tills_ask_dhcp_or_fixed_resolvers() -> None:
    entries = [
        group.entries[0]
        for group in site("""
        sites:
          s:
            pos:
              - {vlan: 1}
              - {vlan: 1, dns: dhcp}
              - {vlan: 1, dns: 192.0.2.53}
              - {vlan: 1, dns: [192.0.2.53, "2001:db8::53"]}
        """).pos
    ]
    addresses = (ip_address("192.0.2.53"), ip_address("2001:db8::53"))
    assert [entry.dns for entry in entries] == ["dhcp", "dhcp", addresses[:1], addresses]


def test_a_shared_device_is_one_device_with_a_part_for_each_site() -> None:
    inventory = read("""
        defaults: {username: audit, platform: openwrt}
        devices:
          hq: {host: 192.0.2.10, port: 2222}
        sites:
          a: {username: other, devices: {hq: {part: floor 1}}}
          b: {devices: {hq: {}}}
          c: {devices: {hq: }}
        """)
    devices = [entry.devices[0] for entry in inventory.sites]
    assert [each.part for each in devices] == ["floor 1", None, None]
    assert {(each.key, each.port, each.username, each.shared) for each in devices} == {("hq", 2222, "audit", True)}
    assert inventory.shared == (devices[1],)


def test_a_shared_device_stands_elsewhere_unless_the_site_says_so() -> None:
    inventory = read("""
        devices: {hq: {host: 192.0.2.10, platform: openwrt}}
        sites:
          a: {devices: {hq: {on_site: true}}}
          b: {devices: {hq: {}, gw: {host: 192.0.2.1, platform: openwrt}}}
        """)
    assert [[each.on_site for each in site.devices] for site in inventory.sites] == [[True], [False, True]]


def test_devices_of_the_same_name_differ_by_their_key() -> None:
    inventory = read("sites: {a: {devices: {gw: {host: h, platform: p}}}, b: {devices: {gw: {host: h, platform: p}}}}")
    assert [entry.devices[0].key for entry in inventory.sites] == ["a/gw", "b/gw"]


def test_a_device_says_how_it_is_reached() -> None:
    entry = device("""
        sites:
          s:
            devices:
              gw:
                host: fe80::1%eth0
                platform: openwrt
                jump_host: audit@192.0.2.9:2222, [2001:db8::9]:22
                roles: [router, dhcp, router]
                managed_by: a controller
                max_capture_age: 1d12h
        """)
    assert (entry.host, entry.port, entry.username, entry.credentials) == ("fe80::1%eth0", None, None, None)
    assert entry.jump_host == "audit@192.0.2.9:2222,[2001:db8::9]:22"
    assert entry.roles == (Role.ROUTER, Role.DHCP)
    assert (entry.managed_by, entry.max_capture_age) == ("a controller", timedelta(hours=36))
    assert entry.span == Span("", "lists/shops.yaml", 5, 11)


def test_paths_begin_at_the_inventory() -> None:
    entry = device("sites: {s: {devices: {gw: {captures: saved/gw/, platform: p, credentials: {key_file: id}}}}}")
    assert entry.captures == Path("lists/saved/gw")
    assert entry.credentials == KeyFile(Path("lists/id"))
    entry = device("sites: {s: {devices: {gw: {captures: /srv/gw, platform: p}}}}")
    assert entry.captures == Path("/srv/gw")


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("{agent: true}", Agent()),
        ("{env: AUDIT_PASSWORD}", Environment("AUDIT_PASSWORD")),
        ("{keyring: shop-routers}", Keyring("shop-routers")),
        ("{prompt: yes}", Prompt()),
        ("{key_file: /keys/a, passphrase_env: A}", KeyFile(Path("/keys/a"), "A")),
    ],
)
def test_a_credential_is_a_reference(text: str, reference: CredentialRef) -> None:
    entry = device(f"sites: {{s: {{credentials: {text}, devices: {{gw: {{host: h, platform: p}}}}}}}}")
    assert entry.credentials == reference


def test_text_stays_text_whatever_yaml_would_make_of_it() -> None:
    entry = site("""
        groups: {no: {}, 1e3: {}}
        sites:
          010:
            groups: [no, 1e3]
            integration: ios-sdk
            sdk_version: 2.10
            readers: {on: {ssid: "null"}, off: {ssid: yes}}
        """)
    assert (entry.name, entry.groups, entry.sdk_version) == ("010", ("no", "1e3"), "2.10")
    assert [(group.name, group.entries[0].selector.ssid) for group in entry.readers] == [("on", "null"), ("off", "yes")]


def test_anchors_and_merge_keys_are_understood() -> None:
    entry = site("""
        sites:
          a:
            devices:
              gw: &ap {host: 192.0.2.1, platform: openwrt, username: audit}
              ap1: {<<: *ap, host: 192.0.2.2}
              ap2: {username: other, <<: [{host: 192.0.2.3}, *ap]}
        """)
    assert [(each.host, each.username) for each in entry.devices] == [
        ("192.0.2.1", "audit"),
        ("192.0.2.2", "audit"),
        ("192.0.2.3", "other"),
    ]


def test_the_hash_is_of_the_bytes_and_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "shops.yaml"
    path.write_bytes(b"\xef\xbb\xbfsites:\r\n  a: {}\r\n")
    inventory = load(path)
    assert (inventory.path, inventory.sites[0].span.first) == (path, 2)
    assert inventory.sha256 != loads(b"sites:\n  a: {}\n", path).sha256


@pytest.mark.parametrize(("text", "connection"), [("", None), (", connection: ethernet", Connection.ETHERNET)])
def test_a_point_of_sale_may_say_how_it_is_connected(text: str, connection: Connection | None) -> None:
    data = f"sites: {{s: {{pos: {{till: {{ip: 192.168.30.20{text}}}}}}}}}".encode()
    assert loads(data, Path("i.yaml")).sites[0].pos[0].entries[0].connection is connection


@pytest.mark.parametrize("entry", ["{connection: bluetooth, count: 2}", "{model: stripe-m2, count: 2}"])
def test_mobile_readers_need_nothing_that_selects_them(entry: str) -> None:
    words = Words(models=("bbpos-wisepos-e", "stripe-m2"), mobile_models=("stripe-m2",))
    inventory = loads(f"sites: {{s: {{readers: {{queue: {entry}}}}}}}".encode(), FILE, words=words)
    (reader,) = inventory.sites[0].readers[0].entries
    assert (reader.selector.is_empty, reader.count) == (True, 2)


def test_a_point_of_sale_on_bluetooth_is_a_mistake() -> None:
    data = b"sites: {s: {pos: {till: {ip: 192.168.30.20, connection: bluetooth}}}}"
    with pytest.raises(InventoryError, match="one of: wifi, ethernet"):
        loads(data, Path("i.yaml"))


def test_how_a_device_is_asked() -> None:
    entry = device(
        """\
        sites:
          lyon-01:
            devices:
              gw:
                host: 192.0.2.1
                platform: cisco_ios
                transport: napalm
                enable: {keyring: shops}
                old_ssh: true
        """
    )
    assert (entry.transport, entry.enable, entry.old_ssh) == (Transport.NAPALM, Keyring("shops"), True)
