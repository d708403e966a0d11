"""What holds for every text: it is read, no line is lost, and the positions give the text back."""

from pathlib import Path

import pytest
from hypothesis import given

from auditor.syntax.uci import Document, LineKind, parse
from tests.syntax.uci_texts import TEXTS, real_files, real_text


def check(document: Document) -> None:
    text = document.text
    lines = text.count("\n") + (not text.endswith("\n") and text != "")
    assert document.line_count == lines
    kinds = document.line_kinds()
    assert len(kinds) == lines
    nothing = {number for number, kind in enumerate(kinds, 1) if kind is LineKind.NOTHING}
    assert nothing == document.blank_or_comment
    pieces = [*document.package_lines]
    for section in document.sections:
        pieces += section.headings
    statements = [statement for section in document.sections for statement in section.statements]
    spans = sorted(
        [(piece.start, piece.end, piece.first, piece.last) for piece in pieces]
        + [(piece.start, piece.end, piece.first, piece.last) for piece in statements]
    )
    position = 0
    for start, end, first, last in spans:
        assert position <= start < end <= len(text)
        assert first == 1 + text.count("\n", 0, start)
        assert last == 1 + text.count("\n", 0, end)
        position = end
    for statement in statements:
        assert statement.start < statement.value_start <= statement.value_end == statement.end
        assert text[statement.start] == statement.keyword[0]
    for damage in document.unreadable:
        assert 1 <= damage.first <= damage.last <= lines
        assert damage.section is None or document.sections[damage.section].damaged is not None
    if document.unreadable:
        assert not document.strict


@given(TEXTS)
def test_any_text_is_read_and_every_line_counted_once(text: str) -> None:
    check(parse(text, package="p"))


@given(TEXTS)
def test_prints_back(text: str) -> None:
    """What no header, statement or package line claims is blank, a comment, a separator, or told."""
    document = parse(text, package="p")
    headings = [*document.package_lines, *(each for section in document.sections for each in section.headings)]
    statements = [each for section in document.sections for each in section.statements]
    pieces = sorted([(each.start, each.end) for each in headings] + [(each.start, each.end) for each in statements])
    printed, position = "", 0
    for start, end in pieces:
        printed += text[position:start] + text[start:end]
        position = end
    assert printed + text[position:] == text
    for number in document.blank_or_comment:
        line = text.split("\n")[number - 1]
        joined = number > 1 and "\\" in text.split("\n")[number - 2]
        assert not line.strip() or line.lstrip()[0] == "#" or joined


@given(TEXTS)
def test_one_statement_read_alone_has_the_same_value(text: str) -> None:
    for section in parse(text, package="p").sections:
        for statement in section.statements:
            written = text[statement.start : statement.end]
            (alone,) = parse("config x\n" + written + "\n", package="p").sections
            assert (alone.statements[0].name, alone.statements[0].value) == (statement.name, statement.value)


@pytest.mark.parametrize("path", real_files(), ids=lambda path: "/".join(path.parts[-3:]))
def test_real_files(path: Path) -> None:
    text = real_text(path)
    document = parse(text, package=path.name)
    check(document)
    assert document.sections or not text.strip()
