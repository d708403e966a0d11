"""Shops of lists, placeholders, further files, jump hosts: what stands in several places arrives in the sites."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.credentials import KeyFile
from auditor.errors import InventoryError, Mistake
from auditor.inventory import AtOnce, GitCapture, Inventory, Timeouts, load
from auditor.inventory.lists import read_rows
from auditor.inventory.mistakes import Mistakes

GROUP = """\
defaults: {platform: openwrt}
sites_from: shops.csv
groups:
  branch:
    readers: {tills: {ssid: "SHOP-{store}"}}
    devices:
      gw: {host: "10.{octet}.0.1", tags: [edge]}
      ap: {host: "{device}.{site}.example"}
"""
ROWS = "site;groups;store;octet;tags\nlyon-01;branch;0042;7;pci north\nlyon-02;branch;0043;8;\n"


def write(folder: Path, **files: str | bytes) -> Path:
    """Write files, `shops` as CSV and the others as YAML; returns the one called `inventory`."""
    for name, text in files.items():
        path = folder / f"{name}.{'csv' if name == 'shops' else 'yaml'}"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / "inventory.yaml"


def mistakes_of(path: Path) -> tuple[Mistake, ...]:
    with pytest.raises(InventoryError) as caught:
        load(path)
    return caught.value.mistakes


def told(path: Path) -> list[str]:
    return [f"{Path(each.file).name}:{each.line}: {each.message}" for each in mistakes_of(path)]


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        ROWS.replace(";", ","),
        ROWS.replace(";", "\t"),
        "\ufeff" + ROWS.replace("\n", "\r\n"),
        ROWS.replace("0042", '"0042"').replace("pci north", '"pci;north"') + "\n;;;;\n",
    ],
)
def test_a_row_is_a_shop_and_fills_what_its_group_says(tmp_path: Path, rows: str) -> None:
    inventory = load(write(tmp_path, inventory=GROUP, shops=rows))
    first, second = inventory.sites
    assert (first.name, first.groups, first.tags, second.tags) == ("lyon-01", ("branch",), ("pci", "north"), ())
    assert [group.entries[0].selector.ssid for site in inventory.sites for group in site.readers] == [
        "SHOP-0042",
        "SHOP-0043",
    ]
    assert [[device.host for device in site.devices] for site in inventory.sites] == [
        ["10.7.0.1", "ap.lyon-01.example"],
        ["10.8.0.1", "ap.lyon-02.example"],
    ]
    assert first.devices[0].tags == ("edge",)
    assert (Path(second.span.file).name, second.span.first) == ("shops.csv", 3)
    assert [path.name for path in inventory.files] == ["inventory.yaml", "shops.csv"]


def test_what_a_shop_says_itself_wins_over_its_row_and_the_row_over_the_template(tmp_path: Path) -> None:
    text = """\
        sites_from: {file: shops.csv, site: {timezone: UTC, sdk_version: "{sdk}", integration: ios-sdk}}
        sites: {b: {timezone: Asia/Tokyo, devices: {gw: {port: 2222}}}}
        groups: {g: {devices: {gw: {host: "{site}", platform: openwrt, port: 22}}}}
        """
    rows = "site,groups,timezone,sdk\na,g,Europe/Paris,1.0\nb,g,Europe/Paris,2.0\nc,g,,3.0\n"
    inventory = load(write(tmp_path, inventory=text, shops=rows))
    assert [(site.timezone, site.sdk_version) for site in inventory.sites] == [
        ("Asia/Tokyo", "2.0"),
        ("Europe/Paris", "1.0"),
        ("UTC", "3.0"),
    ]
    assert {site.name: site.devices[0].port for site in inventory.sites} == {"a": 22, "b": 2222, "c": 22}


def test_the_hash_changes_with_every_file(tmp_path: Path) -> None:
    path = write(tmp_path, inventory=GROUP, shops=ROWS)
    before = load(path).sha256
    write(tmp_path, shops=ROWS.replace("0042", "0044"))
    assert load(path).sha256 != before


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{store}", "{other}"),
        ("{{store}", "{store}"),
        ("a{store}{store}b", "a{other}{other}b"),
        ("}", "}"),
    ],
)
def test_a_filled_text_is_not_looked_at_again(tmp_path: Path, text: str, value: str) -> None:
    data = f'sites: {{s: {{vars: {{store: "{{other}}", other: x}}, readers: [{{ssid: "{text}"}}]}}}}'
    (group,) = load(write(tmp_path, inventory=data)).sites[0].readers
    assert group.entries[0].selector.ssid == value


def test_a_site_without_variables_takes_braces_literally(tmp_path: Path) -> None:
    data = 'sites: {s: {readers: [{ssid: "{store}{{"}]}}'
    assert load(write(tmp_path, inventory=data)).sites[0].readers[0].entries[0].selector.ssid == "{store}{{"


@pytest.mark.parametrize("cell", ["null", "~", "no", "[a]", "&x", "a: b", "# c"])
def test_what_a_cell_says_is_text(tmp_path: Path, cell: str) -> None:
    data = 'sites_from: {file: shops.csv, site: {readers: [{ssid: "{net}"}]}}'
    inventory = load(write(tmp_path, inventory=data, shops=f"site;net\na;{cell}\n"))
    assert inventory.sites[0].readers[0].entries[0].selector.ssid == cell


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("", "shops.csv:1: the list is empty"),
        ("shop;store\na;1\n", "shops.csv:1: the column `site` is missing"),
        ("site;store;store\na;1;2\n", "shops.csv:1: the column 'store' stands twice"),
        ("site;;store\na;1;2\n", "shops.csv:1: column 2 has no name"),
        ("site;wifi password\na;1\n", "shops.csv:1: a secret never stands in the inventory"),
        ("site;PSK\na;1\n", "shops.csv:1: a secret never stands in the inventory"),
        ("site;store\na;1\n\na;2\n", "shops.csv:4: the site 'a' stands twice; the first is in line 2"),
        ("site;store\n;1\n", "shops.csv:2: the site has no name"),
        ("site;store\n../a;1\n", "shops.csv:2: expected a name"),
        ("site;store\na;1;2\n", "shops.csv:2: this row has 3 columns, the header 2"),
        ("site;store\na\n", "shops.csv:2: this row has 1 columns, the header 2"),
        ('site;store\na;"1\nb;2\n', "shops.csv:2: this row cannot be read"),
        ('site;store\na;"1\n2"\n', "shops.csv:2: expected a text of one line"),
        ("site;store\na;\x1b[2J\n", "shops.csv:2: expected a text of one line"),
        (b"site;store\na;\xe9\n", "shops.csv:2: this is not UTF-8 text"),
        ("site;timezone\na;Paris\n", "shops.csv:2: expected a time zone like Europe/Paris"),
        ("site;groups\na;mall\n", "shops.csv:2: there is no group 'mall'"),
    ],
)
def test_mistakes_in_a_list_name_its_line(tmp_path: Path, rows: str | bytes, expected: str) -> None:
    mistakes = told(write(tmp_path, inventory="sites_from: shops.csv\n", shops=rows))
    assert len(mistakes) == 1
    assert mistakes[0].startswith(expected)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('"{stor}"', "inventory.yaml:1: there is no variable 'stor'; did you mean 'store'?"),
        ('"{{ store }}"', "inventory.yaml:1: write {store} with single braces"),
        ('"a{ b"', "inventory.yaml:1: a brace opens no placeholder"),
        ('"x{long}"', "inventory.yaml:1: expected an SSID of 1 to 32 bytes, found"),
        ('"{empty}"', "inventory.yaml:1: expected an SSID of 1 to 32 bytes, found ''"),
        ("{store}", "inventory.yaml:1: expected an SSID of 1 to 32 bytes, found a mapping; a placeholder stands in"),
    ],
)
def test_mistakes_in_a_template_name_the_template_and_the_row(tmp_path: Path, template: str, expected: str) -> None:
    data = f"sites_from: {{file: shops.csv, site: {{readers: [{{ssid: {template}}}]}}}}"
    rows = "site;store;empty;long\na;1;;" + "x" * 40 + "\nb;1;;" + "x" * 40 + "\n"
    first = told(write(tmp_path, inventory=data, shops=rows))[0]
    assert first.startswith(expected)
    if "expected an SSID of 1 to 32 bytes, found '" in first:
        assert "filled for site a, " in first
        assert first.endswith("shops.csv:2)")


def test_a_wrong_template_does_not_bury_other_mistakes(tmp_path: Path) -> None:
    data = 'sites_from: {file: shops.csv, site: {readers: [{vlan: "{store}"}], timezone: "{zone}"}}'
    rows = "site;store;zone\n" + "".join(f"s{number};x{number};UTC\n" for number in range(300)) + "last;5;Mars\n"
    mistakes = told(write(tmp_path, inventory=data, shops=rows))
    assert len(mistakes) == 7
    assert mistakes[5] == "inventory.yaml:1: wrong for 295 more sites as well"
    assert "Mars" in mistakes[-1]


def test_further_files_are_read_and_paths_begin_at_the_file_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "regions").mkdir()
    north = "sites: {n: {devices: {gw: {captures: saved/gw, platform: p, credentials: {key_file: id}}}}}"
    (tmp_path / "regions" / "north.yaml").write_text(north)
    (tmp_path / "regions" / "east.yaml").write_text("sites: {e: {groups: mall}}\nlimits: {site: 3}\n")
    path = write(tmp_path, inventory="include: [regions/*.yaml]\ngroups: {mall: {timezone: UTC}}\n")
    inventory = load(path)
    assert [site.name for site in inventory.sites] == ["e", "n"]
    device = inventory.sites[1].devices[0]
    assert device.captures == tmp_path / "regions" / "saved" / "gw"
    assert device.credentials == KeyFile(tmp_path / "regions" / "id")
    assert Path(device.span.file).name == "north.yaml"
    assert inventory.at_once == AtOnce(site=3)
    assert inventory.sites[0].timezone == "UTC"


@pytest.mark.parametrize(
    ("main", "other", "expected"),
    [
        ("include: none.yaml\nsites: {a: {}}", "sites: {b: {}}", "inventory.yaml:1: there is no file"),
        ("include: ['n*.yaml']\nsites: {a: {}}", "sites: {b: {}}", "inventory.yaml:1: no file is called like"),
        ("include: other.yaml\nsites: {a: {}}", "include: inventory.yaml", "other.yaml:1: '"),
        ("include: [other.yaml, other.yaml]\nsites: {a: {}}", "sites: {b: {}}", "inventory.yaml:1: '"),
        ("include: other.yaml\nsites: {a: {}}", "\nsites: {a: {}}", "other.yaml:2: the site a is already defined in"),
        ("include: other.yaml\nsites: {a: {}}\nlimits: {site: 1}", "limits: {site: 2}", "other.yaml:1: the limits is"),
        (
            "include: other.yaml\nsites: {a: {}}\ndefaults: {port: 1}",
            "defaults: {port: 2}",
            "other.yaml:1: the default port is already",
        ),
        ("include: other.yaml\nsites: {a: {}}", "sites: {b: {timezone: Paris}}", "other.yaml:1: expected a time zone"),
        ("include: other.yaml\nsites: {a: {}}", "sites: {b: [}", "other.yaml:1: this cannot be read as YAML"),
    ],
)
def test_mistakes_of_several_files(tmp_path: Path, main: str, other: str, expected: str) -> None:
    mistakes = told(write(tmp_path, inventory=main, other=other))
    assert len(mistakes) == 1
    assert mistakes[0].startswith(expected)


def test_files_that_include_each_other_without_end_are_refused(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.yaml").write_text(f"include: {number + 1}.yaml\n")
    (mistake,) = told(write(tmp_path, inventory="include: 0.yaml\nsites: {a: {}}\n"))
    assert "levels deep" in mistake


def one(tmp_path: Path, text: str) -> Inventory:
    return load(write(tmp_path, inventory=text))


def test_a_jump_host_is_the_whole_way_to_it(tmp_path: Path) -> None:
    text = """\
        jump_hosts:
          edge: {host: 192.0.2.8, username: audit, credentials: {key_file: id}, timeouts: {login: 5s}}
          bastion: {host: 192.0.2.9, port: 2222, jump_host: edge, at_once: 5, old_ssh: true}
        defaults: {platform: p, host: h}
        sites:
          s:
            devices:
              a: {host: h, jump_host: bastion}
              b: {host: h, jump_host: "edge, me@192.0.2.7:2200"}
              c: {host: h, jump_host: "[2001:db8::9]:22"}
        """.replace("platform: p, host: h", "platform: p")
    a, b, c = one(tmp_path, text).sites[0].devices
    assert [(hop.name, hop.host, hop.port, hop.username, hop.at_once) for hop in a.path] == [
        ("edge", "192.0.2.8", None, "audit", None),
        ("bastion", "192.0.2.9", 2222, None, 5),
    ]
    assert a.path[0].credentials == KeyFile(tmp_path / "id")
    assert [hop.timeouts for hop in a.path] == [Timeouts(login=5.0), Timeouts()]
    assert (a.path[1].old_ssh, a.jump_host) == (True, "bastion")
    assert [(hop.host, hop.port, hop.username) for hop in b.path] == [
        ("192.0.2.8", None, "audit"),
        ("192.0.2.7", 2200, "me"),
    ]
    assert (c.path[0].host, c.path[0].port) == ("2001:db8::9", 22)


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ("{a: {host: h, jump_host: b}, b: {host: h, jump_host: a}}", "leads through itself"),
        ("{a: {host: h, jump_host: a}}", "leads through itself"),
        ("{a: {}}", "`host` is missing"),
        ("{a: {host: h, at_once: 0}}", "a whole number"),
        ("{a: h}", "expected a mapping with `host`"),
        ("{a: {host: h, password: x}}", "a secret never stands"),
        ("{a: {host: h, timeouts: {command: 5s}}}", "unknown key"),
        ("{a: {host: h, timeouts: 5s}}", "expected a mapping with connect or login"),
        ("{a: {host: h, timeouts: {login: 2d}}}", "longer than a day"),
        ("{hq: {host: h}}\ndevices: {hq: {host: h, platform: p}}", "'hq' is a device of `devices`"),
    ],
)
def test_mistakes_of_jump_hosts(tmp_path: Path, hosts: str, expected: str) -> None:
    mistakes = told(write(tmp_path, inventory=f"jump_hosts: {hosts}\nsites: {{s: {{}}}}\n"))
    assert expected in mistakes[0]


def test_tags_and_timeouts_are_joined(tmp_path: Path) -> None:
    text = """\
        defaults: {platform: p, tags: [chain], timeouts: {connect: 5s, login: 20s}}
        groups: {g: {tags: north, timeouts: {login: 30s, device: 1h30m}}}
        sites: {s: {groups: g, tags: [north, pilot], devices: {gw: {host: h, timeouts: {connect: 2s}, tags: [edge]}}}}
        """
    site = one(tmp_path, text).sites[0]
    assert (site.tags, site.devices[0].tags) == (("chain", "north", "pilot"), ("edge",))
    assert site.devices[0].timeouts == Timeouts(connect=2.0, login=30.0, device=5400.0)


def test_captures_may_be_a_pattern_or_stand_in_git(tmp_path: Path) -> None:
    text = """\
        groups:
          g:
            devices:
              a: {platform: p, captures: "store/{region}/{site}-{device}"}
              b: {platform: p, host: "10.0.0.{n}", captures: "store/{host}"}
              c: {platform: p, captures: {git: oxi.git, file: "{device}.cfg", commit: v1}}
        sites:
          s: {groups: g, vars: {region: lyon, n: 9}}
          t: {devices: {gw: {platform: p, captures: "store/{device}{x}"}}}
        """
    first, second = one(tmp_path, text).sites
    assert [device.captures for device in first.devices] == [
        tmp_path / "store/lyon/s-a",
        tmp_path / "store/10.0.0.9",
        GitCapture(tmp_path / "oxi.git", "c.cfg", "v1"),
    ]
    assert [device.host for device in first.devices] == [None] * 3
    assert second.devices[0].captures == tmp_path / "store/gw{x}"


@pytest.mark.parametrize(
    ("captures", "expected"),
    [
        ('"store/{up}/x"', "leads out of this folder"),
        ("{git: a, file: ../b}", "expected a path inside the repository"),
        ("{git: a}", "expected a path, or {git:"),
        ("{git: a, file: b, commit: --output=x}", "expected a commit"),
    ],
)
def test_captures_do_not_lead_elsewhere(tmp_path: Path, captures: str, expected: str) -> None:
    text = f"sites: {{s: {{vars: {{up: '..'}}, devices: {{a: {{platform: p, captures: {captures}}}}}}}}}"
    assert expected in told(write(tmp_path, inventory=text))[0]


LISTS = st.one_of(
    st.binary(max_size=200), st.text(max_size=200).map(str.encode), st.text(';,\t"\r\nsite ab').map(str.encode)
)


@settings(deadline=None)
@given(LISTS)
def test_any_list_is_read_or_tells_its_mistakes(data: bytes) -> None:
    mistakes = Mistakes("shops.csv")
    rows = list(read_rows(data, mistakes))
    names = [row.site for row in rows]
    assert len(set(names)) == len(names)
    for row in rows:
        assert row.variables["site"] == row.site
        assert 1 < row.span.first <= data.count(b"\n") + data.count(b"\r") + 1
    found: tuple[Mistake, ...] = ()
    try:
        mistakes.raise_if_any()
    except InventoryError as error:
        found = error.mistakes
    assert rows or found or data.strip()
    assert all(str(each).isprintable() for each in found)
