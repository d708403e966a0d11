"""The reader of running configurations: what devices write, what terminals add, and that no text breaks it."""

import time
from pathlib import Path

import pytest
from hypothesis import given

from auditor.syntax.ios import Command, Document, LineKind, parse
from tests.syntax.ios_texts import PIECES, TEXTS, TIDY, real_files

K = LineKind


def _shape(commands: tuple[Command, ...] | list[Command]) -> list[object]:
    return [each.text if not each.children else [each.text, *_shape(each.children)] for each in commands]


def test_blocks_are_what_is_indented() -> None:
    document = parse(
        "version 15.7\n!\npolicy-map P\n class A\n  inspect\n class class-default\n  drop log\n!\n"
        "interface Vlan30\n ip address 192.168.30.1 255.255.255.0\n !\n shutdown\nip routing\nend\n"
    )
    assert _shape(document.top) == [
        "version 15.7",
        ["policy-map P", ["class A", "inspect"], ["class class-default", "drop log"]],
        ["interface Vlan30", "ip address 192.168.30.1 255.255.255.0", "shutdown"],
        "ip routing",
    ]
    assert document.ended
    assert document.damage == ()


@pytest.mark.parametrize("kind", ["motd", "login", "exec", "incoming", "prompt-timeout", "slip-ppp"])
@pytest.mark.parametrize("delimiter", ["^C", "\x03", "#", "$", "z", "%"])
def test_a_banner_is_text_whatever_stands_in_it(kind: str, delimiter: str) -> None:
    inside = "interface Vlan1\n no switchport protected\nend\n!\ngw>\nip dhcp pool X"
    document = parse(f"banner {kind} {delimiter}\n{inside}\n{delimiter}\nhostname gw\nend\n")
    assert _shape(document.top) == [f"banner {kind} {delimiter}".strip(), "hostname gw"]
    assert (document.top[0].line, document.top[0].last) == (1, 8)
    assert document.kinds[1:8] == (K.TEXT,) * 7
    assert document.ended


@pytest.mark.parametrize("text", ["banner motd ^Cwelcome^C", "banner motd # welcome #", "banner login \x03\x03"])
def test_a_banner_on_one_line(text: str) -> None:
    assert _shape(parse(f"{text}\nhostname gw\nend\n").top) == [text, "hostname gw"]


@pytest.mark.parametrize(
    ("head", "first", "last"),
    [
        ("crypto pki certificate chain CA", " certificate self-signed 01", "  \tquit"),
        ("crypto ca certificate chain CA", " certificate 0A", "  quit"),
        ("crypto key pubkey-chain rsa", " key-string", "  quit"),
    ],
)
def test_certificates_and_keys_are_text(head: str, first: str, last: str) -> None:
    document = parse(f"{head}\n{first}\n  30820321 end\n  interface Vlan1\n{last}\n!\nhostname gw\nend\n")
    assert _shape(document.top) == [[head, first.strip()], "hostname gw"]
    assert document.damage == ()


def test_a_macro_is_text() -> None:
    document = parse("macro name m\ninterface Vlan1\n shutdown\n@\nhostname gw\nend\n")
    assert _shape(document.top) == ["macro name m", "hostname gw"]


@pytest.mark.parametrize(
    "head", ["banner motd ^C", "banner login #", "macro name m", "crypto pki certificate chain X\n certificate 01"]
)
def test_text_without_an_end_is_damage_and_hides_nothing(head: str) -> None:
    document = parse(f"{head}\nip dhcp pool POS\n lease 0 1\nend\n")
    assert ["ip dhcp pool POS", "lease 0 1"] in _shape(document.top)
    assert len(document.damage) == 1


def test_what_a_terminal_adds_is_no_configuration() -> None:
    text = (
        "gw>enable\ngw#show running-config\nBuilding configuration...\n\nCurrent configuration : 99 bytes\n!\n"
        "version 15.7\ninterface Vlan1\n --More-- \x08\x08\x08\x08\x08\x08\x08\x08\x08        \x08\x08\x08\x08"
        " shutdown\nend\n\ngw#exit\ngw#\n"
    )
    document = parse(text)
    assert _shape(document.top) == ["version 15.7", ["interface Vlan1", "shutdown"]]
    assert document.kinds[:5] == (K.NOISE, K.NOISE, K.NOISE, K.BLANK, K.NOISE)
    assert [document.kinds[number] for number in (11, 12)] == [K.NOISE, K.NOISE]


def test_behind_the_end_nothing_counts() -> None:
    document = parse("version 15.7\nend\n!\nip dhcp pool X\n lease 0 1\n\n")
    assert _shape(document.top) == ["version 15.7"]
    assert document.kinds == (K.COMMAND, K.END, K.COMMENT, K.BEYOND, K.BEYOND, K.BLANK, K.BLANK)


@pytest.mark.parametrize("line", [" description ^C", " description call ^C first", " name ^C", " remark ^C x"])
def test_what_people_call_things_begins_no_banner(line: str) -> None:
    document = parse(f"interface Vlan1\n{line}\n shutdown\nbanner motd ^C\nhello\n^C\nend\n")
    assert _shape(document.top) == [["interface Vlan1", line.strip(), "shutdown"], "banner motd ^C"]
    assert document.damage == ()


@pytest.mark.parametrize(
    ("text", "top"),
    [
        ("interface Vlan1\n end\n shutdown\nend\n", [["interface Vlan1", "end", "shutdown"]]),
        ("ip host end 192.0.2.1\nend\n", ["ip host end 192.0.2.1"]),
        ("interface Vlan1\r\n shutdown\r\nend\r\n", [["interface Vlan1", "shutdown"]]),
        ("  interface Vlan1\n   shutdown\n  ip routing\n", [["interface Vlan1", "shutdown"], "ip routing"]),
        ("interface Vlan1\n\tshutdown\n", [["interface Vlan1", "shutdown"]]),
        ("", []),
        ("!\n!\n", []),
    ],
)
def test_forms(text: str, top: list[object]) -> None:
    assert _shape(parse(text).top) == top


# -- any text --------------------------------------------------------------------------------------------------


def check(text: str) -> Document:
    document = parse(text)
    assert document.text == text
    assert len(document.kinds) == len(document.lines)
    owned: list[int] = []
    for command in document.walk():
        assert command.text
        assert command.text == command.text.strip()
        assert document.kinds[command.line - 1] is K.COMMAND
        owned += range(command.line, command.last + 1)
        assert all(child.indent > command.indent for child in command.children)
    assert owned == sorted(set(owned)), "each line belongs to one command"
    said = [number for number, kind in enumerate(document.kinds, start=1) if kind in (K.COMMAND, K.TEXT)]
    assert owned == said
    return document


@given(TEXTS)
def test_no_text_breaks_it(text: str) -> None:
    check(text)


@given(TIDY)
def test_tidy_configurations_are_understood(made: tuple[str, list[str]]) -> None:
    text, said = made
    document = check(text)
    assert document.ended
    assert document.damage == ()
    assert not {K.NOISE, K.BEYOND} & set(document.kinds)
    assert [" " * command.indent + command.text for command in document.walk()] == said


@pytest.mark.skipif(not real_files(), reason="the collection of real configurations is not here")
@pytest.mark.parametrize("path", real_files(), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_real_configurations_add_up(path: Path) -> None:
    check(path.read_text(encoding="utf-8", errors="surrogateescape"))


@pytest.mark.growth
@pytest.mark.parametrize("before", ["", "banner motd ^C\n", "crypto pki certificate chain X\n", "interface a\n"])
@pytest.mark.parametrize("piece", PIECES)
def test_four_times_the_text_takes_about_four_times_the_time(before: str, piece: str) -> None:
    def seconds(times: int) -> float:
        text = before + piece * times
        best = 9.9
        for _ in range(3):
            started = time.process_time()
            parse(text)
            best = min(best, time.process_time() - started)
        return best

    slow = seconds(8_000)
    assert slow < 0.5 or slow < 9 * seconds(2_000)


@pytest.mark.growth
@pytest.mark.parametrize(
    "line", ["banner motd {0}", " " * 3 + "x{0}", "{0} ^C", "certificate {0}", "macro name {0}", "x" * 50 + "{0}"]
)
def test_many_different_delimiters_and_depths_take_linear_time(line: str) -> None:
    def seconds(count: int) -> float:
        text = "\n".join(line.format(chr(0x4E00 + number % 20_000)) for number in range(count))
        started = time.process_time()
        parse(text)
        return time.process_time() - started

    slow = min(seconds(16_000) for _ in range(2))
    assert slow < 0.5 or slow < 9 * min(seconds(4_000) for _ in range(2))
