"""Texts that were made to take long: twice the text takes about twice the time, and not four times."""

import time
from collections.abc import Callable

import pytest

from auditor.diff import unified_diff
from auditor.platforms.openwrt.recognise import looks_like_uci
from auditor.secrets import Redactor
from auditor.syntax.json_text import JsonError
from auditor.syntax.json_text import parse as parse_json
from auditor.syntax.text_redact import redact_text
from auditor.syntax.uci import parse
from auditor.syntax.uci_redact import redact

pytestmark = pytest.mark.growth

REDACTOR = Redactor(b"k" * 32)

UCI = {
    "sections": "config rule\n\toption src 'lan'\n",
    "one section in many parts": "config rule 'r'\n\toption src 'lan'\n",
    "values of one list": "\tlist server '192.0.2.53'\n",
    "secrets with words behind": "\toption key a b c\n",
    "secrets with a comment behind": "\toption key ab#cd\n",
    "unreadable lines between secrets": "\toption\n\toption key a b\n",
    "commands on one line": "config rule\r",
    "words on one line": "option a b;",
    "joined lines": "\toption o a\\\n",
    "quotes": "''",
    "comments": "# password x\n",
    "underscores": "_",
    "hashes": "$1$",
    "addresses": "://a:",
}
TEXTS = {
    "dashes": "-",
    "dashes and blanks": "- ",
    "blanks": " ",
    "words": "a ",
    "an open list of JSON": '"key":["a",',
    "open strings of JSON": '"key":"a',
    "nested JSON": '\\"key\\":\\"a\\\\\\\\',
    "secrets of uci show": "wireless.a.key='x\n",
    "options": "--user x:",
    "keys": "-----BEGIN PRIVATE KEY-----\n",
    "tokens": "--token ",
}
JSON = {"items": "1,", "objects": '{"a":"b"},', "escapes": '"\\n",', "blanks": " \n"}


def _seconds(work: Callable[[str], object], text: str) -> float:
    """The shortest of three times, because others use this machine too."""
    times: list[float] = []
    for _ in range(3):
        started = time.process_time()
        work(text)
        times.append(time.process_time() - started)
    return min(times)


def _grows_with_the_text(work: Callable[[str], object], piece: str, before: str = "") -> None:
    """Compare two sizes of one text; what takes less than a few hundredths is quick whatever the ratio is."""
    small = before + piece * (60_000 // len(piece))
    large = before + piece * (240_000 // len(piece))
    seconds = _seconds(work, large)
    assert seconds < 0.2 or seconds < 9 * _seconds(work, small)


@pytest.mark.parametrize("name", UCI)
def test_reading_uci(name: str) -> None:
    _grows_with_the_text(parse.__wrapped__, UCI[name], "config wifi-iface\n")


@pytest.mark.parametrize("name", UCI)
def test_redacting_uci(name: str) -> None:
    parse.cache_clear()
    _grows_with_the_text(lambda text: redact(text, REDACTOR), UCI[name], "config wifi-iface\n")
    parse.cache_clear()


@pytest.mark.parametrize("name", [*UCI, *TEXTS])
def test_redacting_any_text(name: str) -> None:
    _grows_with_the_text(lambda text: redact_text(text, REDACTOR), (UCI | TEXTS)[name])


@pytest.mark.parametrize("text", ["config a", "config 'a'", "config", "package"])
def test_recognising_a_text_among_blanks(text: str) -> None:
    _grows_with_the_text(looks_like_uci, " ", text)
    _grows_with_the_text(lambda blanks: looks_like_uci(f"{blanks}! x"), " ", text)


@pytest.mark.parametrize("name", JSON)
def test_reading_json(name: str) -> None:
    def read(text: str) -> None:
        with pytest.raises(JsonError):
            parse_json(text)

    _grows_with_the_text(read, JSON[name], "[")


def test_a_diff_among_many_equal_lines() -> None:
    def compare(text: str) -> None:
        diff = unified_diff(f"{text}end\n", f"{text}new\nend\n", "/etc/config/dhcp")
        assert diff.count("\n+") == 2

    _grows_with_the_text(compare, "\tlist server '192.0.2.53'\n")


def test_a_diff_with_changes_at_both_ends() -> None:
    def compare(text: str) -> None:
        assert unified_diff(f"a\n{text}end\n", f"b\n{text}new\n", "/etc/config/dhcp")

    _grows_with_the_text(compare, "\tlist server '192.0.2.53'\n")
