"""The harness itself: what it reads, and that a case which is wrong in any way does not hold."""

from pathlib import Path
from textwrap import dedent

import pytest

from auditor.verdicts import Result, Severity
from tests.judges.rooted import why_not
from tests.rules.harness import Case, CaseError, problems, read_cases, shop_of

BASE = "Base: openwrt/healthy, open 08:00-20:00.\n\n## The case\n\n"
SHORT = """
```dhcp section pos
config dhcp 'pos'
\toption interface 'pos'
\toption leasetime '2h'        #! is 2h
```
"""
HEALTHY = """
```dhcp section pos
config dhcp 'pos'
\toption interface 'pos'
\toption leasetime '24h'
```
"""


def _case(folder: Path, *parts: str, rule: str = "dhcp/lease_too_short") -> Case:
    file = folder / rule / "openwrt.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(BASE + "\n".join(map(dedent, parts)), encoding="utf-8")
    (case,) = read_cases(file)
    return case


def _says(folder: Path, *parts: str) -> str:
    return "\n".join(problems(_case(folder, *parts)))


# -- reading --------------------------------------------------------------------------------------------------


def test_marks_are_stripped_and_read(tmp_path: Path) -> None:
    case = _case(
        tmp_path,
        """
        ```dhcp section pos
        config dhcp 'pos'   #= covers #? cannot
        \toption leasetime '2h' # why  #! warning: two hours
        #! note: about all
        \toption start '1'  #! * anywhere
        \toption name 'a#!b'
        ```
        """,
    )
    (block,) = case.blocks
    assert [line.text for line in block.lines] == [
        "config dhcp 'pos'",
        "\toption leasetime '2h' # why",
        "\toption start '1'",
        "\toption name 'a#!b'",
    ]
    assert {(mark.result, mark.severity, mark.text, mark.anywhere) for mark in case.marks} == {
        (Result.PASS, None, "covers", False),
        (Result.UNKNOWN, None, "cannot", False),
        (Result.FAIL, Severity.WARNING, "two hours", False),
        (Result.FAIL, Severity.NOTE, "about all", True),
        (Result.FAIL, Severity.ERROR, "anywhere", True),
    }
    places = shop_of(case).places
    assert [places[mark] for mark in case.marks if not mark.anywhere] == [
        ("gw", "/etc/config/dhcp", 32),
        ("gw", "/etc/config/dhcp", 32),
        ("gw", "/etc/config/dhcp", 33),
    ]


def test_blocks_change_the_shop(tmp_path: Path) -> None:
    case = _case(
        tmp_path,
        """
        With: state none, model none, open mon-fri 08:00-12:00 14:00-18:00.

        ```dhcp + section
        config dhcp 'more'
        ```

        ```firewall + section before pos_dns
        config rule 'first'
        ```

        ```remove wireless
        ```

        ```remove dhcp section guest
        ```

        ```firewall section defaults
        config defaults
        ```

        ```/etc/dnsmasq.conf file
        no-resolv
        ```

        ```yaml inventory
        devices: {ap2: {captures: ap2/, platform: openwrt}}
        pos: ~
        ```

        ```ap2:network file
        config interface 'lan'
        ```
        """,
    )
    shop = shop_of(case)
    texts = {(c.device, f.path): f.text for c in shop.captures for f in c.files}
    assert not any(path.startswith("commands/") for _, path in texts)
    dhcp, firewall = texts["gw", "/etc/config/dhcp"], texts["gw", "/etc/config/firewall"]
    assert dhcp.endswith("\n\nconfig dhcp 'more'\n")
    assert "config dhcp 'guest'" not in dhcp
    assert "config rule 'first'\n\nconfig rule 'pos_dns'\n" in firewall
    assert firewall.startswith("config defaults\n\nconfig zone 'zone_lan'")
    assert ("gw", "/etc/config/wireless") not in texts
    assert texts["gw", "/etc/dnsmasq.conf"] == "no-resolv\n"
    assert texts["ap2", "/etc/config/network"] == "config interface 'lan'\n"
    assert shop.entry.pos == ()
    assert shop.entry.readers[0].entries[0].model is None
    assert shop.entry.hours is not None
    assert shop.failures == ()


def test_a_device_without_files_is_not_reachable(tmp_path: Path) -> None:
    case = _case(tmp_path, "```yaml inventory\ndevices: {ap2: {host: 192.0.2.7, platform: openwrt}}\n```")
    assert [failure.device for failure in shop_of(case).failures] == ["ap2"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("```dhcp sections pos\n```", "cannot read"),
        ("```\n```", "a block must say what it is"),
        ("```dhcp section nothing\n```", "has no section nothing"),
        ("```remove nothing\n```", "has no nothing"),
        ("With: weather fine.", "cannot read the setting 'weather fine'"),
        ("Expect: success", "'success' is no result"),
        ("Fix: maybe", "expected `Fix:"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CaseError, match=rf"openwrt\.md:\d+: .*{says}"):
        shop_of(_case(tmp_path, text))


# -- proving --------------------------------------------------------------------------------------------------


def test_right_cases_hold(tmp_path: Path) -> None:
    assert _says(tmp_path, SHORT, "```commands\nuci set 'dhcp.pos.leasetime=24h'\n```", "Fix: safe") == ""
    assert _says(tmp_path, HEALTHY) == ""
    assert _says(tmp_path, HEALTHY, "With: model verifone-p400.", "Expect: pass lease 24h") == ""
    moved = "With: integration mobile-reader, model none."
    assert _says(tmp_path, SHORT.replace("#! is 2h", ""), moved, "Expect: not_applicable mobile readers") == ""


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([SHORT.replace("#! is 2h", "")], "not expected: fail error"),
        ([SHORT.replace("is 2h", "is 3h")], "fail error 'is 3h' at gw:/etc/config/dhcp:34 is not among the verdicts"),
        ([SHORT.replace("#!", "#! warning:")], "fail warning 'is 2h' at"),
        ([SHORT.replace("#!", "#?")], "unknown 'is 2h' at"),
        ([SHORT.replace("'pos'\n", "'pos' #! is 2h\n", 1)], "at gw:/etc/config/dhcp:32 is not among"),
        ([HEALTHY, "Expect: not_applicable"], "not_applicable '' is not among the verdicts"),
        ([HEALTHY, "Expect: fail"], "fail error '' is not among the verdicts"),
        ([SHORT, "```commands\nuci set 'dhcp.pos.leasetime=48h'\n```"], "the commands are"),
        ([SHORT, "```undo\nuci set 'dhcp.pos.leasetime=48h'\n```"], "the undo are"),
        ([SHORT, "Fix: risky"], "the fix is safe"),
        ([SHORT, "Fix: manual"], "no snippet was expected"),
        ([SHORT, "Fix: none"], "no snippet was expected"),
        ([SHORT, "Then: replace all readers"], "no alternative is called"),
        ([HEALTHY, "Fix: none"], "nothing fails"),
        ([HEALTHY, "Also: dns-rebind"], "`Also: dns-rebind`, but that rule is as in the base shop"),
        ([SHORT, "```remove wireless\n```"], "another rule gets worse"),
    ],
)
def test_wrong_cases_do_not_hold(tmp_path: Path, parts: list[str], says: str) -> None:
    assert says in _says(tmp_path, *parts)


def test_a_rule_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert problems(_case(tmp_path, HEALTHY, rule="dhcp/no_such_rule")) == [
        "there is no rule auditor.rules.dhcp.no_such_rule"
    ]


LINUX = """
Base: linux/healthy.

## The case
"""
GAP = """
```gap /etc/hostapd/wlan1.conf sudo was refused
```

Also: *
"""
WITHOUT = """
```commands/processes without hostapd
```
"""


def _linux(folder: Path, text: str, rule: str = "wifi/open") -> Case:
    file = folder / rule / "linux.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(LINUX + text), encoding="utf-8")
    (case,) = read_cases(file)
    return case


def test_a_gap_is_a_file_that_was_asked_for(tmp_path: Path) -> None:
    (capture,) = shop_of(_linux(tmp_path, GAP)).captures
    assert capture.file("/etc/hostapd/wlan1.conf") is None
    assert [(gap.path, gap.why) for gap in capture.gaps] == [("/etc/hostapd/wlan1.conf", "sudo was refused")]


def test_lines_with_some_words_go(tmp_path: Path) -> None:
    (base,) = shop_of(_linux(tmp_path, WITHOUT), changed=False).captures
    (capture,) = shop_of(_linux(tmp_path, WITHOUT)).captures
    before, after = (one.file("commands/processes.txt") for one in (base, capture))
    assert before is not None
    assert after is not None
    assert set(before.text.split("\n")) - set(after.text.split("\n")) == {
        line for line in before.text.split("\n") if "hostapd" in line
    }


@pytest.mark.skipif(bool(why_not("hostapd")), reason=why_not("hostapd"))
@pytest.mark.parametrize(
    ("line", "words", "says"),
    [
        ("ap_isolat=1", "Fix: manual", "unknown configuration item 'ap_isolat'"),
        ("ap_isolate=1", "Judge: refuses", "`Judge: refuses`, and /etc/hostapd/hostapd.conf is taken"),
    ],
)
def test_a_real_program_judges_what_a_case_changes(tmp_path: Path, line: str, words: str, says: str) -> None:
    text = f"""
```/etc/hostapd/hostapd.conf diff
 ap_isolate=0
+{line}
```

{words}
Also: *
"""
    assert any(says in problem for problem in problems(_linux(tmp_path, text)))
