"""Each operation on the ways a setting can be written, and what holds for all of them."""

import difflib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auditor.syntax.uci import Document, parse
from auditor.syntax.uci_edit import (
    AddListValue,
    AddSection,
    DeleteListValue,
    DeleteOption,
    DeleteSection,
    EditError,
    NoSuchPlace,
    NotLocal,
    NotWritable,
    Operation,
    SetOption,
    apply,
)
from tests.syntax.uci_texts import NAMES, PLAIN_VALUES, TIDY_TEXTS

HEAD = "config host 'h'\n"
SET = SetOption("p", "h", "a", "new")


def edit(text: str, operation: Operation) -> str:
    return apply(text, operation, package="p")


def meaning(text: str) -> list[tuple[str, str | None, dict[str, tuple[str, ...]]]]:
    return [
        (
            section.type,
            section.name,
            {name: tuple(each.value for each in section.values(name)) for name in section.names()},
        )
        for section in parse(text, package="p").sections
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("\toption a 'old'\n", "\toption a 'new'\n", id="single quotes"),
        pytest.param('\toption a "old"\n', '\toption a "new"\n', id="double quotes"),
        pytest.param("  option   a  old  # why\n", "  option   a  new  # why\n", id="bare, comment and blanks stay"),
        pytest.param("\toption a 'old'\r\n", "\toption a 'new'\r\n", id="CRLF"),
        pytest.param("\toption a 'old'", "\toption a 'new'", id="no final line break"),
        pytest.param("\toption a 'o\nl\nd'\n\toption b 1\n", "\toption a 'new'\n\toption b 1\n", id="over lines"),
        pytest.param("\tlist a 1\n\tlist b 2\n\tlist a 3\n", "\toption a new\n\tlist b 2\n", id="list"),
        pytest.param("\tl a 1\n", "\toption a new\n", id="one-letter list"),
        pytest.param("\to a 1\n", "\to a new\n", id="one-letter option"),
        pytest.param(
            "\toption a 1\n\toption b 2\n\toption a '3'\n", "\toption b 2\n\toption a 'new'\n", id="overridden"
        ),
        pytest.param("\toption a 'x'; option b 'y'\n", "\toption a 'new'; option b 'y'\n", id="shared line"),
        pytest.param("\toption a x; option b y\n", "\toption a new; option b y\n", id="hidden neighbour stays hidden"),
        pytest.param("\toption a\n", "\toption a 'new'\n", id="written without value"),
        pytest.param("\toption a ''\n", "\toption a 'new'\n", id="written empty"),
        pytest.param("\toption a 'new'\n", "\toption a 'new'\n", id="already so"),
        pytest.param("", "\toption a 'new'\n", id="section without options"),
        pytest.param('  option b "1"\n\n# c\n', '  option b "1"\n  option a "new"\n\n# c\n', id="not there"),
        pytest.param("\toption b 1", "\toption b 1\n\toption a 'new'", id="not there, no final line break"),
        pytest.param("\toption b 1\r\n", "\toption b 1\r\n\toption a 'new'\r\n", id="not there, CRLF"),
        pytest.param("\toption b '1'; config x\n", "\toption b '1' ; option a 'new'; config x\n", id="before a header"),
    ],
)
def test_set(before: str, after: str) -> None:
    head = HEAD.replace("\n", "\r\n") if "\r" in before else HEAD
    assert edit(head + before, SET) == head + after


def test_set_in_a_merged_section_changes_the_part_that_decides() -> None:
    text = "config host 'h'\n\toption a 1\n\nconfig x 'y'\n\nconfig host 'h'\n\toption a 2\n"
    expected = "config host 'h'\n\nconfig x 'y'\n\nconfig host 'h'\n\toption a new\n"
    assert edit(text, SET) == expected


def test_set_in_one_package_of_an_export() -> None:
    text = "package o\nconfig host 'h'\n\toption a 1\n\npackage p\nconfig host 'h'\n\toption a 1\n"
    assert apply(text, SET) == text[:-2] + "new\n"


def test_set_in_an_anonymous_section() -> None:
    text = "config dnsmasq\n\toption a 1\n"
    assert edit(text, SetOption("p", "cfg01411c", "a", "2")) == "config dnsmasq\n\toption a 2\n"


def test_set_quotes_what_it_writes() -> None:
    assert edit(HEAD + "\toption a x\n", SetOption("p", "h", "a", "it's; #1")) == HEAD + "\toption a 'it'\\''s; #1'\n"
    assert edit(HEAD + '\toption a "x"\n', SetOption("p", "h", "a", 'a"b\\')) == HEAD + '\toption a "a\\"b\\\\"\n'


def test_set_to_nothing_deletes() -> None:
    assert edit(HEAD + "\toption a 1\n", SetOption("p", "h", "a", "")) == HEAD


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("\toption a 1\n\toption b 2\n", "\toption b 2\n", id="line"),
        pytest.param("\toption a 1\n\tlist a 2  # c\n\toption b 2\n", "\toption b 2\n", id="all that is written"),
        pytest.param("\toption a '1'; option b 2\n", "\toption b 2\n", id="first on its line"),
        pytest.param("\toption b '2'; option a 1\n", "\toption b '2'\n", id="last on its line"),
        pytest.param("\toption b '2'; option a '1'; o c 3\n", "\toption b '2'; o c 3\n", id="between"),
        pytest.param("\toption b 2\n", "\toption b 2\n", id="not there"),
        pytest.param("\toption a '1\n2'\n", "", id="over lines"),
    ],
)
def test_delete(before: str, after: str) -> None:
    assert edit(HEAD + before, DeleteOption("p", "h", "a")) == HEAD + after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "\tlist a '1'\n\toption b 2\n", "\tlist a '1'\n\tlist a 'new'\n\toption b 2\n", id="behind the list"
        ),
        pytest.param("\toption b 2\n", "\toption b 2\n\tlist a 'new'\n", id="first value"),
        pytest.param("\toption a 1\n", "\toption a 1\n\tlist a 'new'\n", id="option becomes part of the list"),
        pytest.param("\tlist a 1\n\tlist a new\n", "\tlist a 1\n\tlist a new\n", id="there already"),
        pytest.param(
            "\tlist a 'new'\n\toption a 1\n", "\tlist a 'new'\n\toption a 1\n\tlist a 'new'\n", id="overridden"
        ),
    ],
)
def test_add_list_value(before: str, after: str) -> None:
    assert edit(HEAD + before, AddListValue("p", "h", "a", "new")) == HEAD + after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("\tlist a x\n\tlist a y\n\tlist a x\n", "\tlist a y\n", id="every one of that value"),
        pytest.param("\tlist a y\n", "\tlist a y\n", id="not there"),
        pytest.param("\toption a x\n", "\toption a x\n", id="an option is no list"),
        pytest.param("\toption a x\n\tlist a y\n", "\tlist a y\n", id="option of a list"),
        pytest.param("\tlist a 1\n\toption a x\n\tlist a y\n", "\tlist a y\n", id="what it hid stays out"),
    ],
)
def test_delete_list_value(before: str, after: str) -> None:
    assert edit(HEAD + before, DeleteListValue("p", "h", "a", "x")) == HEAD + after


NEW = AddSection("p", "rule", "r", (("name", "it's"), ("proto", ("tcp", "udp"))))
WRITTEN = "config rule 'r'\n\toption name 'it'\\''s'\n\tlist proto 'tcp'\n\tlist proto 'udp'\n"


def test_add_section_at_the_end() -> None:
    assert edit(HEAD + "\toption a 1\n", NEW) == HEAD + "\toption a 1\n\n" + WRITTEN


def test_add_section_to_an_empty_file() -> None:
    assert edit("", NEW) == WRITTEN


def test_add_section_at_the_end_of_its_package() -> None:
    text = "package o\n\nconfig x\n\npackage p\n\nconfig y\n\npackage q\n\nconfig z\n"
    assert apply(text, NEW) == text.replace("config y\n", "config y\n\n" + WRITTEN)


def test_add_section_to_a_package_without_sections() -> None:
    text = "package o\n\nconfig x\n\npackage p\n\npackage q\n\nconfig z\n"
    assert apply(text, NEW) == text.replace("package p\n", "package p\n\n" + WRITTEN)


def test_add_section_before_another_and_its_comment() -> None:
    text = "config host 'g'\n\n# about h\nconfig host 'h'\n"
    operation = AddSection("p", "rule", "r", NEW.options, before="h")
    assert edit(text, operation) == "config host 'g'\n\n" + WRITTEN + "\n# about h\nconfig host 'h'\n"


def test_add_section_before_an_anonymous_one() -> None:
    operation = AddSection("p", "rule", "r", NEW.options, before="cfg01411c")
    assert edit("config dnsmasq\n", operation) == WRITTEN + "\nconfig dnsmasq\n"


def test_add_section_follows_the_indent_of_the_file() -> None:
    text = "config x\n  option a 1\n"
    assert edit(text, NEW).endswith("\n  option name 'it'\\''s'\n  list proto 'tcp'\n  list proto 'udp'\n")


def test_another_section_of_that_name_is_not_overwritten() -> None:
    with pytest.raises(EditError, match="already"):
        edit("config rule 'r'\n\toption name 'other'\n", NEW)


def test_delete_section() -> None:
    text = "config a 'a'\n\toption x 1\n\nconfig host 'h'\n\toption x 1\n\nconfig b 'b'\n"
    assert edit(text, DeleteSection("p", "h")) == "config a 'a'\n\toption x 1\n\nconfig b 'b'\n"


def test_delete_all_parts_of_a_section() -> None:
    text = "config host 'h'\n\toption x 1\n\nconfig b 'b'\n\nconfig host 'h'\n\toption y 1\n"
    assert edit(text, DeleteSection("p", "h")) == "\nconfig b 'b'\n\n"


@pytest.mark.parametrize("operation", [SET, DeleteOption("p", "h", "a"), DeleteSection("p", "h")])
def test_no_such_section(operation: Operation) -> None:
    with pytest.raises(NoSuchPlace, match=r"p\.h"):
        edit("config host 'other'\n", operation)


def test_no_such_package() -> None:
    with pytest.raises(NoSuchPlace, match="wireless"):
        edit(HEAD, SetOption("wireless", "h", "a", "1"))


@pytest.mark.parametrize(
    "operation",
    [
        SetOption("p", "h", "a", "1\noption b 2"),
        SetOption("p", "h", "a", "\x1b[2J"),
        SetOption("p", "h", "a", "\x9b2J"),
        SetOption("p", "h", "a-b", "1"),
        SetOption("p", "h", "", "1"),
        SetOption("p", "h", "a\n", "1"),
        AddListValue("p", "h", "a", ""),
        AddSection("p", "ru le", "r", ()),
        AddSection("p", "rule", "r-1", ()),
        AddSection("p", "rule", "r", (("a", "1\r"),)),
        AddSection("p", "rule", "r", (("a", "1"), ("a", "2"))),
        AddSection("p", "rule", "r", (("a", ("1", "")),)),
    ],
)
def test_what_uci_cannot_hold_is_refused(operation: Operation) -> None:
    with pytest.raises(NotWritable):
        edit(HEAD, operation)


def test_errors_are_value_errors_and_do_not_show_the_value() -> None:
    with pytest.raises(ValueError, match="control character") as caught:
        edit(HEAD, SetOption("p", "h", "key", "geheim\n"))
    assert "geheim" not in str(caught.value)


def test_an_edit_that_would_change_more_is_refused() -> None:
    # Behind the open quote everything is lost, so a new line would be swallowed as well.
    with pytest.raises(NotLocal):
        edit(HEAD + "\toption b '1'; option c 'open\n", SET)


def sections(document: Document) -> st.SearchStrategy[str]:
    return st.sampled_from([section.id for section in document.sections])


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, Operation]:
    text = draw(TIDY_TEXTS)
    section = draw(sections(parse(text, package="p")))
    name, value = draw(NAMES), draw(PLAIN_VALUES)
    before = draw(st.sampled_from([None, section]))
    operations: list[Operation] = [
        SetOption("p", section, name, value),
        DeleteOption("p", section, name),
        AddListValue("p", section, name, value),
        DeleteListValue("p", section, name, "1"),
        AddSection("p", "rule", "fresh", ((name, value), ("list", (value, "2"))), before),
        DeleteSection("p", section),
    ]
    operation = draw(st.sampled_from(operations))
    return text, operation


@given(cases())
def test_twice_is_once(case: tuple[str, Operation]) -> None:
    text, operation = case
    assume(not isinstance(operation, DeleteSection))
    once = edit(text, operation)
    if isinstance(operation, AddSection) and operation.before is not None:
        assume(operation.before in {section.id for section in parse(once, package="p").sections})
    assert edit(once, operation) == once


@given(cases())
def test_edits_are_local(case: tuple[str, Operation]) -> None:
    text, operation = case
    document = parse(text, package="p")
    touched: set[int] = set()
    if not isinstance(operation, AddSection):
        section = next(each for each in document.sections if each.id == operation.section_id)
        whole = isinstance(operation, DeleteSection)
        mine = [each for each in section.statements if whole or each.name == getattr(operation, "name", None)]
        touched = {line for each in mine for line in range(each.first, each.last + 1)}
        if whole:
            touched |= {heading.first for heading in section.headings}
            touched |= document.blank_or_comment
    old, new = text.split("\n"), edit(text, operation).split("\n")
    removed = [
        line
        for tag, first, last, _, _ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag in ("replace", "delete")
        for line in range(first + 1, last + 1)
    ]
    # Equal lines may be matched in another order, so contents are compared, not numbers.
    allowed = [old[line - 1] for line in touched]
    assert all(old[line - 1] in allowed for line in removed)


@given(TIDY_TEXTS, st.data())
def test_set_then_get(text: str, data: st.DataObject) -> None:
    section_id, name, value = data.draw(sections(parse(text, package="p"))), data.draw(NAMES), data.draw(PLAIN_VALUES)
    document = parse(edit(text, SetOption("p", section_id, name, value)), package="p")
    section = next(section for section in document.sections if section.id == section_id)
    (statement,) = section.values(name)
    assert (statement.keyword, statement.value) == ("option", value)


@given(TIDY_TEXTS, st.data())
def test_add_then_delete_is_nothing(text: str, data: st.DataObject) -> None:
    section_id, name = data.draw(sections(parse(text, package="p"))), data.draw(NAMES)
    added = edit(text, AddListValue("p", section_id, name, "not there before"))
    assert meaning(edit(added, DeleteListValue("p", section_id, name, "not there before"))) == meaning(text)
    before = data.draw(st.sampled_from([None, section_id]))
    grown = edit(text, AddSection("p", "rule", "fresh", (("a", "1"),), before))
    assert meaning(grown) != meaning(text)
    assert meaning(edit(grown, DeleteSection("p", "fresh"))) == meaning(text)
