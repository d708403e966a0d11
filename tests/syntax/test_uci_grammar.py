"""The grammar of UCI, one case per rule."""

from dataclasses import dataclass

import pytest

from auditor.syntax.uci import LineKind, Section, made_up_name, parse


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    text: str
    options: dict[str, tuple[str, ...]]
    strict: bool = True


def options(section: Section) -> dict[str, tuple[str, ...]]:
    return {name: tuple(each.value for each in section.values(name)) for name in section.names()}


CASES = (
    Case("single quotes", "option a 'x y'\n", {"a": ("x y",)}),
    Case("double quotes", 'option a "x y"\n', {"a": ("x y",)}),
    Case("no quotes", "option a x\n", {"a": ("x",)}),
    Case("one-letter commands", "o a 1\nl b 2\n", {"a": ("1",), "b": ("2",)}),
    Case("comment line", "# option a 1\n  # b\noption c 1\n", {"c": ("1",)}),
    Case("comment inside a word", "option a ab#cd\n", {"a": ("ab",)}),
    Case("hash inside quotes", "option a 'ab#cd'\n", {"a": ("ab#cd",)}),
    Case("comment behind a value", "option a x # y\n", {"a": ("x",)}),
    Case("semicolon separates", "option a 'x'; option b y\n", {"a": ("x",), "b": ("y",)}),
    Case("semicolon between blanks", "option a x ; option b y\n", {"a": ("x",), "b": ("y",)}),
    Case("semicolon at a bare word hides the rest", "option a x; option b y\n", {"a": ("x",)}),
    Case("semicolon in quotes", "option a 'x;y'\n", {"a": ("x;y",)}),
    Case("semicolon at the end", "option a 'x';\n", {"a": ("x",)}, strict=False),
    Case("single quotes over lines", "option a 'x\n y'\n", {"a": ("x\n y",)}),
    Case("double quotes over lines", 'option a "x\ny"\n', {"a": ("x\ny",)}),
    Case("no escapes in single quotes", r"option a 'x\ny'" + "\n", {"a": (r"x\ny",)}),
    Case("escapes in double quotes", 'option a "x\\"y\\\\z"\n', {"a": ('x"y\\z',)}),
    Case("exported apostrophe", "option a 'it'\\''s'\n", {"a": ("it's",)}),
    Case("joined lines", "option a one\\\ntwo\n", {"a": ("onetwo",)}),
    Case("joined lines with CRLF", "option a one\\\r\ntwo\r\n", {"a": ("onetwo",)}),
    Case("joined lines in double quotes", 'option a "one\\\ntwo"\n', {"a": ("onetwo",)}),
    Case("escaped blank", "option a x\\ y\n", {"a": ("x y",)}),
    Case("quotes joined to a word", "option a x'y z'w\n", {"a": ("xy zw",)}),
    Case("last option wins", "option a 1\noption a 2\n", {"a": ("2",)}),
    Case("list", "list a 1\nlist a 2\n", {"a": ("1", "2")}),
    Case("option then list keeps both", "option a 1\nlist a 2\n", {"a": ("1", "2")}),
    Case("list then option replaces", "list a 1\nlist a 2\noption a 3\n", {"a": ("3",)}),
    Case("list, option, list", "list a 1\noption a 2\nlist a 3\n", {"a": ("2", "3")}),
    Case("empty value vanishes", "option a ''\noption b\nlist c ''\n", {}),
    Case("empty value unsets nothing", "option a 1\noption a ''\n", {"a": ("1",)}),
    Case("CRLF", "option a x\r\noption b 'y'\r\n", {"a": ("x",), "b": ("y",)}),
    Case("CR stays in quotes over lines", "option a 'x\r\ny'\r\n", {"a": ("x\r\ny",)}),
    Case("two words", "option a two words\n", {"a": ("two",)}, strict=False),
    Case("many words", "option a two words here\noption b 1\n", {"a": ("two",), "b": ("1",)}, strict=False),
    Case(
        "a command behind too many words", "option a two words option b 1\n", {"a": ("two",), "b": ("1",)}, strict=False
    ),
    Case("unknown command", "optoin a 1\noption b 1\n", {"b": ("1",)}, strict=False),
    Case("hyphen in an option name", "option a-b 1\noption c 1\n", {"c": ("1",)}, strict=False),
    Case("option without name", "option\noption b 1\n", {"b": ("1",)}, strict=False),
    Case("unterminated quote", "option a 1\noption b 'x\noption c 1\n", {"a": ("1",)}, strict=False),
    Case("no final line break", "option a 'x'", {"a": ("x",)}),
    Case("NUL", "option a 'x\0y'\noption b 1\n", {"b": ("1",)}, strict=False),
    Case("non-ASCII value", "option a Bäckerei\n", {"a": ("Bäckerei",)}),
    Case("template marker", "option a %%LAN%%\n", {"a": ("%%LAN%%",)}),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_statement(case: Case) -> None:
    document = parse("config thing 'x'\n" + case.text, package="p")
    (section,) = document.sections
    assert options(section) == case.options
    assert document.strict is case.strict
    assert (section.damaged is not None) is bool(document.unreadable)


def test_section_types_may_hold_hyphens_and_names_may_not() -> None:
    document = parse("config wifi-iface 'a'\n\toption x 1\nconfig wifi-iface 'a-b'\n\toption y 2\n", package="wireless")
    (section,) = document.sections
    # libuci stays in the section before: netifd reads `y` as an option of `a`.
    assert options(section) == {"x": ("1",), "y": ("2",)}
    assert section.type == "wifi-iface"
    assert section.damaged is not None
    assert [(each.first, each.last, each.section) for each in document.unreadable] == [(3, 3, 0)]
    assert not document.strict


def test_one_letter_header_without_name() -> None:
    (section,) = parse("c foo\no a 1\n", package="p").sections
    assert (section.type, section.name, section.number) == ("foo", None, 1)


def test_sections_of_one_name_merge_across_the_file() -> None:
    text = "config host 'a'\n\toption x 1\n\nconfig host 'b'\n\n"
    text += "config host 'a'\n\toption x 2\n\toption y 3\n\nconfig host\n"
    first, second, third = parse(text, package="dhcp").sections
    assert options(first) == {"x": ("2",), "y": ("3",)}
    assert [heading.first for heading in first.headings] == [1, 6]
    assert text[first.start : first.end] == "config host 'a'\n\toption x 1"
    assert (second.number, third.number) == (2, 3)


def test_another_type_under_the_same_name_is_refused_by_strict_uci_only() -> None:
    document = parse("config host 'a'\n\toption x 1\nconfig domain 'a'\n\toption y 1\n", package="dhcp")
    (section,) = document.sections
    assert section.type == "domain"
    assert options(section) == {"x": ("1",), "y": ("1",)}
    assert [(refusal.line, document.strict) for refusal in document.refusals] == [(3, False)]


def test_byte_order_mark_costs_the_first_line() -> None:
    document = parse("\ufeffconfig host 'a'\n\toption x 1\nconfig host 'b'\n", package="dhcp")
    assert [section.name for section in document.sections] == ["b"]
    assert [(each.first, each.section) for each in document.unreadable] == [(1, None), (2, None)]
    assert not document.strict


def test_blocks_of_an_export() -> None:
    text = (
        "package dhcp\n\nconfig dnsmasq\n\toption a '1'\n\npackage network\n\nconfig interface 'lan'\n\nconfig device\n"
    )
    document = parse(text)
    assert document.packages == ("dhcp", "network")
    assert [(each.package, each.id) for each in document.sections] == [
        ("dhcp", "cfg01411c"),
        ("network", "lan"),
        ("network", made_up_name(2, "device")),
    ]
    assert document.of_type("network", "interface") == (document.sections[1],)
    assert document.of_type("dhcp", "interface") == ()


def test_options_do_not_cross_a_package_line() -> None:
    document = parse("package a\nconfig x\npackage b\noption c 1\n")
    assert document.sections[0].statements == ()
    assert document.unreadable[0].section is None


def test_a_package_twice_is_refused_and_read_on() -> None:
    document = parse("package a\nconfig x\npackage a\nconfig x\n")
    assert [section.number for section in document.sections] == [1, 2]
    assert not document.strict


def test_package_default() -> None:
    assert parse("", package="dhcp").packages == ("dhcp",)
    assert parse("config x\n", package="dhcp").sections[0].package == "dhcp"


def test_made_up_name_of_a_first_dnsmasq_section() -> None:
    assert made_up_name(1, "dnsmasq") == "cfg01411c"


def test_anonymous_sections_are_found_by_their_made_up_name() -> None:
    document = parse("config dnsmasq\n\toption a 1\nconfig dnsmasq 'cfg01411c'\n\toption b 2\n", package="dhcp")
    (section,) = document.sections
    assert options(section) == {"a": ("1",), "b": ("2",)}


def test_unterminated_quote_takes_everything_to_the_end() -> None:
    document = parse("config a\n\toption x 'y\n\nconfig b\n", package="p")
    assert [(each.first, each.last, each.section) for each in document.unreadable] == [(2, 4, 0)]
    assert document.unreadable[0].why.startswith("unterminated")


def test_lines_drawn_in_by_too_many_arguments_are_told() -> None:
    document = parse("config a\n\toption x one 'two\nthree'\n\toption y 1\n", package="p")
    assert options(document.sections[0]) == {"x": ("one",), "y": ("1",)}
    assert [(each.first, each.last) for each in document.unreadable] == [(3, 3)]


def test_positions() -> None:
    text = "config host 'a'\n\toption name 'x'\n\tlist m \"1\n2\" # c\n\toption z\n"
    name, several, empty = parse(text, package="dhcp").sections[0].statements
    assert text[name.start : name.end] == "option name 'x'"
    assert text[name.value_start : name.value_end] == "'x'"
    assert text[several.start : several.end] == 'list m "1\n2"'
    assert (several.first, several.last) == (3, 4)
    assert text[empty.start : empty.end] == "option z"
    assert empty.value_start == empty.value_end == empty.end


def test_every_line_has_a_kind() -> None:
    text = "package p\n# c\nconfig a\n\toption x 'a\nb'\n\n\tbad\n"
    assert parse(text).line_kinds() == (
        LineKind.PACKAGE,
        LineKind.NOTHING,
        LineKind.HEADER,
        LineKind.STATEMENT,
        LineKind.STATEMENT,
        LineKind.NOTHING,
        LineKind.UNREADABLE,
    )


def test_option_is_the_effective_statement() -> None:
    (section,) = parse("config a\noption x 1\noption x 2\noption y ''\n", package="p").sections
    decided = section.option("x")
    assert decided is not None
    assert (decided.value, decided.first) == ("2", 3)
    assert section.option("y") is None
    assert section.option("z") is None
