"""Every mistake is answered with its line, its key and what was expected; all of them at once."""

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import InventoryError, Mistake
from auditor.inventory import Words, load, loads

FILE = Path("shops.yaml")


def mistakes_of(text: str | bytes, words: Words | None = None) -> tuple[Mistake, ...]:
    data = text if isinstance(text, bytes) else dedent(text).encode()
    with pytest.raises(InventoryError) as caught:
        loads(data, FILE, words=words)
    return caught.value.mistakes


def in_a_site(line: str) -> str:
    """Put one line into a site; it is line 3 of the file."""
    return f"sites:\n  lyon-01:\n    {line}\n"


def in_a_device(line: str) -> str:
    """Put one line into a device that is complete otherwise; it is line 6 of the file."""
    return f"sites:\n  lyon-01:\n    devices:\n      gw:\n        platform: openwrt\n        {line}\n"


SITE = "sites.lyon-01"
DEVICE = "sites.lyon-01.devices.gw"
TABLE = [
    # The file itself.
    ("", 1, "(top level)", "the inventory is empty"),
    ("# nothing\n", 1, "(top level)", "the inventory is empty"),
    ("- a\n", 1, "(top level)", "expected a mapping with `sites`, found a list"),
    ("hello", 1, "(top level)", "found a single text"),
    ("defaults: {}\n", 1, "(top level)", "`sites` is missing"),
    ("sites:\n", 1, "sites", "names no site"),
    ("sites: {}\n", 1, "sites", "names no site"),
    ("sites: [a]\n", 1, "sites", "expected a mapping of named sites, found a list"),
    ("sites:\n\tlyon: {}\n", 2, "YAML", "a tab stands in the indentation"),
    ("sites:\n  a: {}\n b: {}\n", 3, "YAML", "cannot be read as YAML"),
    ('sites: {a: "b\n', 2, "YAML", "cannot be read as YAML"),
    ("sites: {a: {}}\n---\nsites: {b: {}}\n", 2, "YAML", "a second document"),
    ("sites:\n  a: \x07\n", 2, "YAML", "U+0007"),
    (b"sites:\n  a: \xff\n", 2, "YAML", "not UTF-8"),
    ("sites: {a: {}}\n".encode("utf-16"), 1, "YAML", "not UTF-8"),
    ("site:\n  a: {}\nsites: {b: {}}\n", 1, "site", "did you mean 'sites'?"),
    ("sites: {a: {}}\nusername: x\n", 2, "username", "belong here but to `defaults`, a group or a site"),
    # YAML that means nothing here.
    ("sites:\n  a: {}\n  a: {}\n", 3, "sites.a", "stands twice in this mapping; the first is in line 2"),
    ("sites:\n  a: !!python/object:os.system {}\n", 2, "sites.a", "the tag"),
    ("sites:\n  ? [a]\n  : {}\n  b: {}\n", 2, "sites", "a key is one word"),
    ("sites:\n  a: *x\n", 2, "sites.a", "no anchor &x"),
    ("sites: &x\n  a: *x\n", 2, "sites.a", "contains itself"),
    ("sites:\n  a:\n    <<: b\n", 3, "sites.a.<<", "expected an alias of a mapping"),
    ("sites: " + "[" * 40, 1, None, "nested more than"),
    # Names and references.
    ("sites:\n  ../../etc: {}\n", 2, "sites.../../etc", "expected a name"),
    ("groups:\n  '': {}\nsites: {a: {}}\n", 2, "groups.''", "expected a name"),
    ("groups: {mall: {}}\n" + in_a_site("groups: mal"), 4, f"{SITE}.groups", "no group 'mal'; did you mean 'mall'?"),
    ("groups: {mall: {}}\n" + in_a_site("groups: [mall, mall]"), 4, f"{SITE}.groups", "twice"),
    ("groups:\n  a: {groups: [b]}\n  b: {}\nsites: {s: {}}\n", 2, "groups.a.groups", "groups do not nest"),
    ("defaults:\n  devices: {}\nsites: {s: {}}\n", 2, "defaults.devices", "to the top level"),
    ("groups:\n  a: {vars: {}}\nsites: {s: {}}\n", 2, "groups.a.vars", "belong here but to a site"),
    (in_a_site("devices: {hq: {}}") + "devices: {hq-1: {host: a, platform: x}}", 3, f"{SITE}.devices.hq", "'hq-1'?"),
    (in_a_site("devices: {gw: 5}"), 3, f"{SITE}.devices.gw", "expected a mapping, found a single text"),
    (in_a_site("devices: {gw: {host: h, platform: p, part: x}}"), 3, f"{SITE}.devices.gw.part", "has parts"),
    (
        "devices: {hq: {host: a, platform: x}}\n" + in_a_site("devices: {hq: {host: b}}"),
        4,
        f"{SITE}.devices.hq.host",
        "`devices.hq` at the top level",
    ),
    ("devices: {hq: {host: a, platform: x, part: y}}\nsites: {s: {}}\n", 1, "devices.hq.part", "to the site"),
    ("devices: {hq: {host: a, platform: x, on_site: true}}\nsites: {s: {}}\n", 1, "devices.hq.on_site", "it stands"),
    (in_a_site("devices: {gw: {host: h, platform: p, on_site: true}}"), 3, f"{SITE}.devices.gw.on_site", "elsewhere"),
    # Keys.
    (in_a_site("integratoin: ios-sdk"), 3, f"{SITE}.integratoin", "unknown key; did you mean 'integration'?"),
    (in_a_site("host: 192.0.2.1"), 3, f"{SITE}.host", "belong here but to a device"),
    (in_a_site("ssid: SHOP"), 3, f"{SITE}.ssid", "an entry of `readers` or `pos`"),
    (in_a_site("wifi6: strict"), 3, f"{SITE}.wifi6", "`policy_options`"),
    (in_a_device("host: a\n        user_name: a"), 7, f"{DEVICE}.user_name", "did you mean 'username'?"),
    # Single values.
    (in_a_site("timezone: Paris"), 3, f"{SITE}.timezone", "did you mean 'Europe/Paris'?"),
    (in_a_site("timezone: ../etc/passwd"), 3, f"{SITE}.timezone", "expected a time zone like Europe/Paris"),
    (in_a_site("timezone: Europe"), 3, f"{SITE}.timezone", "expected a time zone"),
    (in_a_site("timezone:"), 3, f"{SITE}.timezone", "has no value; expected a time zone"),
    (in_a_site("timezone: [a]"), 3, f"{SITE}.timezone", "expected a time zone like Europe/Paris, found a list"),
    (in_a_site("integration: javascript"), 3, f"{SITE}.integration", "did you mean 'javascript-sdk'?"),
    (in_a_site("sdk_version: newest"), 3, f"{SITE}.sdk_version", "expected a version like 2.10.0, found 'newest'"),
    (in_a_site("policy: Stripe Terminal"), 3, f"{SITE}.policy", "lower case letters"),
    (in_a_site("policy_options: {same_lan: routed}"), 3, f"{SITE}.policy_options.same_lan", "'routed-ok'?"),
    (in_a_site("max_capture_age: 12"), 3, f"{SITE}.max_capture_age", "give the unit too"),
    (in_a_site("max_capture_age: 0h"), 3, f"{SITE}.max_capture_age", "longer than nothing"),
    (in_a_site("max_capture_age: soon"), 3, f"{SITE}.max_capture_age", "expected a duration like 12h"),
    (in_a_site("max_capture_age: 99999999999999999999d"), 3, f"{SITE}.max_capture_age", "expected a duration"),
    # Opening hours.
    (in_a_site("opening_hours: {mon-fry: 24h}"), 3, f"{SITE}.opening_hours.mon-fry", "expected days like mon"),
    (in_a_site("opening_hours: {mon: 8-20}"), 3, f"{SITE}.opening_hours.mon", "expected hours like 08:00-20:00"),
    (in_a_site("opening_hours: {mon: 08:00-25:00}"), 3, f"{SITE}.opening_hours.mon", "00:00 to 24:00"),
    (in_a_site("opening_hours: {mon: 08:00-08:00}"), 3, f"{SITE}.opening_hours.mon", "write `24h`"),
    (in_a_site("opening_hours: {mon: [08:00-12:00, 11:00-15:00]}"), 3, f"{SITE}.opening_hours.mon", "overlap"),
    (in_a_site("opening_hours: {mon: []}"), 3, f"{SITE}.opening_hours.mon", "write `closed`"),
    (in_a_site("opening_hours: {mon: {a: b}}"), 3, f"{SITE}.opening_hours.mon", "found a mapping"),
    (in_a_site("opening_hours: {mon: }"), 3, f"{SITE}.opening_hours.mon", "found nothing"),
    (in_a_site("opening_hours: {mon-fri: 24h, fri-tue: 24h}"), 3, f"{SITE}.opening_hours.fri-tue", "the same day"),
    (in_a_site("opening_hours: closed"), 3, f"{SITE}.opening_hours", "closed on every day"),
    # Readers and tills.
    (in_a_site("readers: {tills: {model: bbpos-wisepos-e}}"), 3, f"{SITE}.readers.tills", "at least one of: ssid"),
    (in_a_site("readers: {tills: }"), 3, f"{SITE}.readers.tills", "found nothing"),
    (in_a_site("readers: {tills: []}"), 3, f"{SITE}.readers.tills", "the list is empty"),
    (in_a_site("readers: SHOP-POS"), 3, f"{SITE}.readers", "found a single text"),
    (in_a_site("readers: [{vlan: 5000}]"), 3, f"{SITE}.readers[1].vlan", "from 1 to 4094, found '5000'"),
    (in_a_site("readers: [{vlan: 1}, {vlan: x}]"), 3, f"{SITE}.readers[2].vlan", "a VLAN number"),
    (in_a_site("readers: [{mac: 00:11}]"), 3, f"{SITE}.readers[1].mac", "expected a MAC address"),
    (in_a_site("readers: [{mac: 01:00:5e:00:00:01}]"), 3, f"{SITE}.readers[1].mac", "multicast"),
    (in_a_site("readers: [{ip: 192.168.30.300}]"), 3, f"{SITE}.readers[1].ip", "expected an IP address"),
    (in_a_site("readers: [{subnet: 192.168.30.0}]"), 3, f"{SITE}.readers[1].subnet", "the prefix length is missing"),
    (in_a_site("readers: [{subnet: 192.168.30.5/24}]"), 3, f"{SITE}.readers[1].subnet", "inside 192.168.30.0/24"),
    (in_a_site("readers: [{subnet: 10.0.0.0/33}]"), 3, f"{SITE}.readers[1].subnet", "expected a subnet"),
    (in_a_site("readers: [{subnet: 10.0.0.0/24, ip: 10.0.1.1}]"), 3, f"{SITE}.readers[1].ip", "not inside"),
    (in_a_site(f"readers: [{{ssid: {'x' * 33}}}]"), 3, f"{SITE}.readers[1].ssid", "33 bytes"),
    (in_a_site("readers: [{ssid: ''}]"), 3, f"{SITE}.readers[1].ssid", "it has no text"),
    (in_a_site("readers: [{ssid: a, model: WisePOS E}]"), 3, f"{SITE}.readers[1].model", "a reader model"),
    (in_a_site("readers: [{ssid: a, count: -1}]"), 3, f"{SITE}.readers[1].count", "a whole number"),
    (in_a_site("readers: [{ip: 10.0.0.1, count: 2}]"), 3, f"{SITE}.readers[1].count", "is one reader"),
    (in_a_site("readers: [{ssid: a, connection: cable}]"), 3, f"{SITE}.readers[1].connection", "one of: wifi"),
    (in_a_site("readers: [{ssid: a, connection: ethernet}]"), 3, f"{SITE}.readers[1].connection", "no ssid"),
    (in_a_site("readers: [{count: 2}]"), 3, f"{SITE}.readers[1]", "only mobile readers need none"),
    (in_a_site("readers: [{ssid: a, addressing: fixed}]"), 3, f"{SITE}.readers[1].addressing", "dhcp, static"),
    (
        in_a_site("readers: {t: [{ssid: a, integration: ios-sdk}]}"),
        3,
        f"{SITE}.readers.t[1].integration",
        "whole group",
    ),
    (in_a_site("readers: {t: {entries: [{ssid: b}], ssid: a}}"), 3, f"{SITE}.readers.t.ssid", "an entry"),
    (in_a_site("readers: {t: {entries: x}}"), 3, f"{SITE}.readers.t.entries", "expected a list of entries"),
    (in_a_site("readers: {t: {ssid: a, dns: dhcp}}"), 3, f"{SITE}.readers.t.dns", "unknown key"),
    (in_a_site("pos: [{ssid: a, dns: 10.0.0.300}]"), 3, f"{SITE}.pos[1].dns", "`dhcp` or IP addresses"),
    (in_a_site("pos: [{ssid: a, dns: [dhcp, 10.0.0.3]}]"), 3, f"{SITE}.pos[1].dns", "not both"),
    (in_a_site("pos: [{ssid: a, dns: []}]"), 3, f"{SITE}.pos[1].dns", "IP addresses of resolvers"),
    (in_a_site("pos: [{ssid: a, model: x}]"), 3, f"{SITE}.pos[1].model", "unknown key"),
    # Devices.
    (in_a_device("port: 22"), 4, DEVICE, "neither `host` nor `captures`"),
    (in_a_device("captures: c\n        host: h"), 6, f"{DEVICE}.captures", "both `host` and `captures`"),
    (in_a_site("devices: {gw: {host: h}}"), 3, f"{SITE}.devices.gw", "`platform` is missing"),
    (in_a_device("host: admin@192.0.2.1"), 6, f"{DEVICE}.host", "write the user under `username`"),
    (in_a_device("host: 192.0.2.1:22"), 6, f"{DEVICE}.host", "write the port under `port`"),
    (in_a_device("host: ssh://router"), 6, f"{DEVICE}.host", "without a scheme"),
    (in_a_device("host: 192.0.2.256"), 6, f"{DEVICE}.host", "expected a host name or IP address"),
    (in_a_device("host: -oProxyCommand=id"), 6, f"{DEVICE}.host", "expected a host name or IP address"),
    (in_a_device("host: a b"), 6, f"{DEVICE}.host", "expected a host name or IP address"),
    (in_a_device("host: h\n        port: 70000"), 7, f"{DEVICE}.port", "from 1 to 65535"),
    (in_a_device("host: h\n        username: a b"), 7, f"{DEVICE}.username", "without spaces"),
    (in_a_device("host: h\n        roles: [router, ap]"), 7, f"{DEVICE}.roles[2]", "one of: router"),
    (in_a_device("host: h\n        jump_host: a@b@c:d"), 7, f"{DEVICE}.jump_host", "expected a jump host"),
    (in_a_device("host: h\n        credentials: agent"), 7, f"{DEVICE}.credentials", "expected one of {agent"),
    (in_a_device("host: h\n        credentials: {agent: 1}"), 7, f"{DEVICE}.credentials.agent", "expected true"),
    (in_a_device("host: h\n        transport: telnet"), 7, f"{DEVICE}.transport", "one of: ssh, napalm"),
    (in_a_device("host: h\n        enable: {key_file: k}"), 7, f"{DEVICE}.enable", "expected one of {env"),
    (in_a_device("host: h\n        enable: {agent: true}"), 7, f"{DEVICE}.enable", "expected one of {env"),
    (in_a_device("host: h\n        old_ssh: 1"), 7, f"{DEVICE}.old_ssh", "expected true"),
    (in_a_device("host: h\n        credentials: {}"), 7, f"{DEVICE}.credentials", "expected one of {agent"),
    (in_a_device("captures: ''"), 6, f"{DEVICE}.captures", "expected a path"),
    (in_a_device("captures: ~nobody-has-this-name/x"), 6, f"{DEVICE}.captures", "no such home directory"),
    # Declarations.
    (in_a_site("declared: {egres: {}}"), 3, f"{SITE}.declared.egres", "did you mean 'egress'?"),
    (in_a_site("declared: {egress: open}"), 3, f"{SITE}.declared.egress", "expected {value: …, by: who"),
    (in_a_site("declared: {egress: }"), 3, f"{SITE}.declared.egress", "has no value"),
    (in_a_site("declared: {egress: {value: open}}"), 3, f"{SITE}.declared.egress", "`by` is missing"),
    (in_a_site("declared: {egress: {by: x}}"), 3, f"{SITE}.declared.egress", "`value` is missing"),
    (
        in_a_site("declared: {egress: {value: yes, by: x}}"),
        3,
        f"{SITE}.declared.egress.value",
        "one of: open, filtered",
    ),
    (
        in_a_site("declared: {egress: {value: open, by: x, until: 31.3.2027}}"),
        3,
        f"{SITE}.declared.egress.until",
        "expected a date like 2027-03-31, found '31.3.2027'",
    ),
    (in_a_site("declared: {dhcp: {value: a, by: x, until: 2027-02-30}}"), 3, f"{SITE}.declared.dhcp.until", "a date"),
]


@pytest.mark.parametrize(("text", "line", "key", "words"), TABLE)
def test_a_mistake_is_named_with_its_line_key_and_expectation(
    text: str | bytes, line: int, key: str | None, words: str
) -> None:
    mistakes = mistakes_of(text)
    matching = [each for each in mistakes if words in each.message]
    assert matching, [str(each) for each in mistakes]
    assert matching[0].file == "shops.yaml"
    assert matching[0].line == line
    assert key is None or matching[0].key == key


@pytest.mark.parametrize(("text", "line", "key", "words"), TABLE)
def test_one_mistake_gives_no_second_one(text: str | bytes, line: int, key: str | None, words: str) -> None:
    assert len(mistakes_of(text)) == 1


def test_all_mistakes_are_told_at_once_in_the_order_of_the_lines() -> None:
    mistakes = mistakes_of(
        """
        defaults: {port: 0}
        groups:
          mall: {integration: javascipt-sdk}
        sites:
          lyon-01:
            groups: [mal]
            timezone: Europe/Pariss
            readers: {tills: {vlan: 0}}
            devices:
              gw: {host: a@b, platform: openwrt}
        """
    )
    assert [(each.line, each.key) for each in mistakes] == [
        (2, "defaults.port"),
        (4, "groups.mall.integration"),
        (7, "sites.lyon-01.groups"),
        (8, "sites.lyon-01.timezone"),
        (9, "sites.lyon-01.readers.tills.vlan"),
        (11, "sites.lyon-01.devices.gw.host"),
    ]


def test_a_mistake_behind_an_anchor_is_told_once_at_the_anchor() -> None:
    mistakes = mistakes_of("sites:\n  a: &a\n    timezone: Paris\n  b: *a\n  c: {<<: *a}\n")
    assert [(each.line, each.key) for each in mistakes] == [(3, "sites.a.timezone")]


@pytest.mark.parametrize(
    "text",
    [
        in_a_device("host: h\n        password: hunter2-hunter2"),
        in_a_device("host: h\n        Enable-Password: hunter2-hunter2"),
        in_a_device("host: h\n        radius_shared_secret: hunter2-hunter2"),
        in_a_device("host: h\n        credentials: {password: hunter2-hunter2}"),
        in_a_device("host: h\n        credentials: {passphrase: hunter2-hunter2, agent: true}"),
        in_a_site("anything: {deep: [{secret: hunter2-hunter2}]}"),
        in_a_site("password: [hunter2-hunter2]"),
    ],
)
def test_a_secret_is_sent_to_its_place_and_not_repeated(text: str) -> None:
    mistakes = mistakes_of(text)
    assert any("a secret never stands in the inventory" in each.message for each in mistakes)
    assert not any("hunter2" in str(each) for each in mistakes)


@pytest.mark.parametrize(
    "text",
    [
        in_a_device("host: admin:hunter2@192.0.2.1"),
        in_a_device("host: h\n        username: admin:hunter2"),
        in_a_device("host: h\n        jump_host: admin:hunter2@192.0.2.9"),
        in_a_device("host: h\n        credentials: hunter2"),
        in_a_device("host: h\n        enable: hunter2"),
        in_a_device("host: h\n        enable: {secret: hunter2-hunter2}"),
        in_a_device("host: h\n        credentials: {env: hunter2!}"),
        in_a_device("host: h\n        credentials: {prompt: hunter2}"),
        in_a_device("host: h\n        unknown: hunter2"),
        in_a_site("devices: {gw: hunter2}"),
    ],
)
def test_a_value_that_may_be_a_secret_is_not_shown(text: str) -> None:
    assert not any("hunter2" in str(each) for each in mistakes_of(text))


def test_a_shop_may_be_called_secret() -> None:
    assert loads(b"sites: {secret: {}}\n", FILE).sites[0].name == "secret"


def test_text_of_the_file_cannot_steer_the_terminal() -> None:
    told = str(mistakes_of('sites:\n  "\\e[31mred\\a": {}\n  b: {timezone: "\\e]0;x\\a", "k\\n\\e[2J": 1}\n')[0])
    assert told.isprintable()
    for each in mistakes_of('sites:\n  "\\e[31mred\\a": {}\n  b: {timezone: "\\e]0;x\\a", "k\\n\\e[2J": 1}\n'):
        assert str(each).isprintable()


def test_aliases_that_unfold_without_end_are_refused_before_they_do() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 15)]
    mistakes = mistakes_of("\n".join([*lines, "sites: {s: {}}"]))
    assert any("unfold into more than a million" in each.message for each in mistakes)


def test_a_platform_policy_or_model_that_the_program_does_not_know_is_a_mistake() -> None:
    words = Words(platforms=("openwrt",), policies=("stripe-terminal",), models=("bbpos-wisepos-e",))
    text = """
        sites:
          lyon-01:
            policy: stripe-terminals
            readers: {tills: {ssid: SHOP-POS, model: wisepos-e}}
            devices:
              gw: {host: 192.0.2.1, platform: open-wrt}
        """
    assert [each.message for each in mistakes_of(text, words)] == [
        "expected a policy, one of: stripe-terminal, found 'stripe-terminals'; did you mean 'stripe-terminal'?",
        "expected a reader model, one of: bbpos-wisepos-e, found 'wisepos-e'; did you mean 'bbpos-wisepos-e'?",
        "expected a platform, one of: openwrt, found 'open-wrt'; did you mean 'openwrt'?",
    ]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{model: bbpos-wisepos-e}", "only mobile readers need none"),
        ("{model: bbpos-wisepos-e, connection: bluetooth}", "has a network connection of its own"),
        ("{model: stripe-m2, connection: wifi}", "has no network connection of its own"),
    ],
)
def test_model_and_connection_of_a_reader_agree(entry: str, words: str) -> None:
    known = Words(models=("bbpos-wisepos-e", "stripe-m2"), mobile_models=("stripe-m2",))
    (mistake,) = mistakes_of(in_a_site(f"readers: {{queue: {entry}}}"), known)
    assert words in mistake.message


def test_a_file_that_is_not_there_is_a_mistake_too(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path, Path("a\0b")):
        with pytest.raises(InventoryError, match="cannot be read"):
            load(path)


KEYS = (
    *(
        "defaults",
        "groups",
        "devices",
        "sites",
        "policy",
        "policy_options",
        "timezone",
        "opening_hours",
    ),
    *(
        "integration",
        "sdk_version",
        "readers",
        "pos",
        "declared",
        "platform",
        "port",
        "username",
        "credentials",
    ),
    *(
        "jump_host",
        "managed_by",
        "max_capture_age",
        "host",
        "captures",
        "part",
        "roles",
        "ssid",
        "vlan",
    ),
    *(
        "subnet",
        "mac",
        "ip",
        "count",
        "connection",
        "dns",
        "entries",
        "egress",
        "value",
        "by",
        "until",
    ),
    *(
        "mon-fri",
        "sat",
        "same_lan",
        "key_file",
        "env",
        "<<",
        "a",
        "b",
    ),
)
TEXTS = (
    *(
        "openwrt",
        "08:00-20:00",
        "18:00-02:00",
        "24h",
        "closed",
        "192.0.2.1",
        "192.168.30.0/24",
        "2001:db8::/32",
    ),
    *(
        "javascript-sdk",
        "Europe/Paris",
        "22",
        "true",
        "~",
        "a",
        "02:00:5e:10:00:01",
        "dhcp",
        "7d",
    ),
    *(
        "fe80::1%eth0",
        "::ffff:1.2.3.4",
        "0/0",
        "mall",
    ),
)
PLACES = (
    "sites: {{a: {}}}",
    "sites: {{a: {{devices: {}}}}}",
    "sites: {{a: {{readers: {}}}}}",
    "sites: {{a: {{pos: {}}}}}",
    "sites: {{a: {{opening_hours: {}}}}}",
    "sites: {{a: {{declared: {}}}}}",
    "groups: {{a: {}}}",
)
VALUES = st.one_of(st.text(max_size=12), st.sampled_from(TEXTS))
TREES = st.recursive(
    VALUES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.sampled_from(KEYS), VALUES), inner, max_size=5)
    ),
    max_leaves=25,
)


def flow(tree: object) -> str:
    """Write a tree as YAML in one line, every text in double quotes."""
    match tree:
        case dict():
            return "{" + ", ".join(f"{flow(key)}: {flow(value)}" for key, value in tree.items()) + "}"
        case list():
            return "[" + ", ".join(map(flow, tree)) + "]"
        case _:
            return '"' + "".join(f"\\U{ord(char):08x}" for char in str(tree)) + '"'


def mistakes_or_none(data: bytes) -> tuple[Mistake, ...]:
    try:
        loads(data, FILE)
    except InventoryError as error:
        return error.mistakes
    return ()


def tells_or_loads(data: bytes) -> None:
    for mistake in mistakes_or_none(data):
        assert str(mistake).isprintable()
        assert 1 <= mistake.line <= len(data) + 1


@settings(deadline=None)
@given(st.one_of(st.text().map(str.encode), st.binary(), TREES.map(lambda tree: flow(tree).encode())))
def test_any_text_loads_or_tells_its_mistakes(data: bytes) -> None:
    tells_or_loads(data)


@settings(deadline=None)
@given(TREES, st.sampled_from(PLACES))
def test_any_tree_in_the_place_of_a_setting_loads_or_tells_its_mistakes(tree: object, place: str) -> None:
    tells_or_loads(place.format(flow(tree)).encode())
