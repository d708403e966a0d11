"""Reading and editing nft's own text and its JSON."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.syntax import nft_json, nft_text
from auditor.syntax.json_text import JsonError
from auditor.syntax.nft_edit import get, put
from auditor.syntax.nft_rule import statements_of
from auditor.syntax.nft_tree import Aside, Choose, Match, Named, Opaque, Ruleset, Selector, Translate, Values, Verdict
from auditor.syntax.nft_words import words_of
from tests.judges.nftables import complaint, loaded, why_not

FILE = "/etc/nftables.conf"
SHOP = """#!/usr/sbin/nft -f
flush ruleset

define LAN = { 192.168.10.0/24,
               192.168.20.0/24 } # the shop

table inet fw {
	set guests { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.9 }; }
	set seen { type ipv4_addr; flags dynamic,timeout; timeout 1h; }
	chain forward {
		type filter hook forward priority filter + 10; policy drop;
		ct state established,related accept
		ip saddr $LAN tcp dport { 80, 443 } accept comment "web; all"
		ip saddr @guests drop; ip daddr 192.0.2.7 drop
		jump rest
	}
	chain rest {
	}
}
add rule inet fw rest counter packets 5 bytes 6 drop
"""


def rule(text: str) -> tuple[object, ...]:
    return statements_of(words_of(text))[0]


def one(*texts: str, braces: bool = False) -> Values:
    return Values(tuple(((text, text),) for text in texts), braces)


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("accept", (Verdict("accept"),)),
        ("counter drop", (Aside("counter"), Verdict("drop"))),
        ('log prefix "a b" level info reject with tcp reset', (Aside("log"), Verdict("reject"))),
        ("jump x", (Verdict("jump", "x"),)),
        ("iifname lan", (Match(Selector(("meta iifname",)), "==", one("lan")),)),
        ('meta oifname != "br-lan"', (Match(Selector(("meta oifname",)), "!=", one("br-lan")),)),
        ("ct state new,related", (Match(Selector(("ct state",)), "in", one("new", "related")),)),
        ("ct state { new }", (Match(Selector(("ct state",)), "==", one("new", braces=True)),)),
        ("ip saddr @x", (Match(Selector(("ip saddr",)), "==", Named("x")),)),
        ("tcp dport 80-90", (Match(Selector(("tcp dport",)), "==", Values(((("80", "90"),),), False)),)),
        ("tcp flags & (fin|syn) == syn", (Match(Selector(("tcp flags",), ("fin", "syn")), "==", one("syn")),)),
        ("tcp flags syn / fin,syn", (Match(Selector(("tcp flags",), ("fin", "syn")), "==", one("syn")),)),
        (
            "ip saddr . tcp dport { 10.0.0.1 . 80 }",
            (Match(Selector(("ip saddr", "tcp dport")), "==", Values(((("10.0.0.1",) * 2, ("80",) * 2),), True)),),
        ),
        (
            "tcp dport vmap { 80:accept, 81 : jump x }",
            (
                Choose(
                    Selector(("tcp dport",)),
                    (((("80", "80"),), Verdict("accept")), ((("81", "81"),), Verdict("jump", "x"))),
                ),
            ),
        ),
        ("dnat ip to 192.0.2.1:80", (Translate("dnat", ("192.0.2.1",) * 2, ("80", "80")),)),
        ("redirect to :5353", (Translate("redirect", None, ("5353", "5353")),)),
        ("masquerade fully-random,persistent", (Translate("masquerade"),)),
        ("limit rate over 10/second burst 5 packets drop", (Opaque("limit", understood=True), Verdict("drop"))),
        ("meta mark set 5 accept", (Aside("set"), Verdict("accept"))),
        ("frobnicate 5 drop", (Opaque("frobnicate 5"), Verdict("drop"))),
    ],
)
def test_statements(text: str, statements: tuple[object, ...]) -> None:
    assert rule(text) == statements


def test_a_file_with_defines_sets_and_commands() -> None:
    tree = nft_text.read(FILE, SHOP)
    table = tree.tables["inet", "fw"]
    forward = table.chains["forward"]
    assert tree.flushed
    assert (forward.type, forward.hook, forward.priority, forward.policy) == ("filter", "forward", "filter+10", "drop")
    assert [(r.first, r.comment) for r in forward.rules] == [(12, ""), (13, "web; all"), (14, ""), (14, ""), (15, "")]
    assert len(forward.rules[1].statements[0].right.elements) == 2  # type: ignore[union-attr]
    assert table.sets["guests"].elements == [(("192.0.2.1",) * 2,), (("192.0.2.9",) * 2,)]
    assert table.sets["seen"].changing
    assert [r.words for r in table.chains["rest"].rules] == ["counter drop"]
    assert tree.holes == table.holes == []


@pytest.mark.skipif(bool(why_not("nft")), reason=why_not("nft"))
def test_nft_takes_that_file_and_shows_the_same_rules() -> None:
    shown = nft_json.read("", loaded({FILE: SHOP}, FILE)).tables["inet", "fw"]
    written = nft_text.read(FILE, SHOP).tables["inet", "fw"]
    again = nft_text.read("", loaded({FILE: SHOP}, FILE, text=True)).tables["inet", "fw"]
    for name, chain in written.chains.items():
        rules = [r.statements for r in chain.rules]
        assert rules == [r.statements for r in again.chains[name].rules]
        assert len(rules) == len(shown.chains[name].rules)
        assert [r.comment for r in chain.rules] == [r.comment for r in shown.chains[name].rules]


def test_includes_stand_where_they_are_written() -> None:
    text = 'define A = 80\ninclude "more.nft"\ntable ip t {\n chain c {\n  tcp dport $B accept\n }\n}\n'
    tree = nft_text.read(FILE, text, lambda pattern, file, line: [("/etc/more.nft", "define B = { $A, 81 }\n")])
    found = tree.tables["ip", "t"].chains["c"].rules[0]
    assert found.statements[0] == Match(Selector(("tcp dport",)), "==", one("80", "81", braces=True))
    assert nft_text.includes_of(text) == ("more.nft",)


def test_a_file_that_includes_itself_ends() -> None:
    text = 'include "x"\ntable ip t {\n}\n'
    assert nft_text.read(FILE, text, lambda *_: [(FILE, text)] * 2).tables


def test_a_command_that_is_not_known_is_a_hole() -> None:
    assert nft_text.read(FILE, "conjure table x\n").holes == [("conjure table x", FILE, 1)]


_PIECES = st.sampled_from(
    [
        "table",
        "inet",
        "x",
        "{",
        "}",
        "chain",
        "c",
        "type filter hook forward priority 0;",
        "\n",
        ";",
        "drop",
        "accept",
        "tcp dport",
        "80",
        "{ 80, 81 }",
        '"',
        "$X",
        "define X =",
        "include",
        '"a"',
        "@",
        "vmap",
        ":",
        ".",
        "&",
        "(",
        ")",
        "ct state",
        "new",
        "jump",
        "!=",
        "\\\n",
        "#",
        "elements =",
        "set s",
        "add rule",
        "\x00",
        "é",
        "flush ruleset",
        ",",
    ]
)


def _lines(tree: Ruleset) -> set[int]:
    """All lines that something is said of."""
    found = {line for _, line in tree.spoken} | {line for _, _, line in tree.holes}
    for table in tree.tables.values():
        found |= {line for _, _, line in table.holes}
        for chain in table.chains.values():
            found |= {line for r in chain.rules for line in range(r.first, r.last + 1)} | set(chain.header)
    return found


@given(text=st.one_of(st.text(), st.lists(_PIECES).map(" ".join)))
def test_no_text_crashes_the_reader_and_words_cover_it(text: str) -> None:
    nft_text.read(FILE, text, lambda *_: [("/etc/y", text)])
    for word in words_of(text):
        assert text[word.start : word.end].strip('"') == word.text or word.kind == "newline"
    with suppress(JsonError):
        nft_json.read("", text)


@given(lines=st.lists(st.sampled_from(["accept", "tcp dport 80 drop", "frob x", "counter", "jump y"]), max_size=6))
def test_every_line_of_a_chain_is_a_rule(lines: list[str]) -> None:
    text = "\n".join(["table ip t {", "chain c {", *lines, "}", "}", ""])
    tree = nft_text.read(FILE, text)
    assert [r.first for r in tree.tables["ip", "t"].chains["c"].rules] == list(range(3, 3 + len(lines)))
    assert _lines(tree) == set(range(1, 5 + len(lines)))


def test_a_long_hostile_text_takes_no_time() -> None:
    for text in ("{" * 50_000, "define A = x\n" + "define A = { $A, $A }\n" * 60, "a . " * 50_000, "table t {" * 5_000):
        nft_text.read(FILE, text)


# -- editing ---------------------------------------------------------------------------------------------------

TEXT = "table inet fw {\n  chain a {\n    tcp dport 1 accept\n    drop # end\n  }\n  chain e {\n  }\n}\n"
ONE_LINE = "table inet fw {\n chain a { tcp dport 1 accept; drop; }\n chain e {\n }\n}\n"
COMMANDS = "add table inet fw\nadd chain inet fw a\nadd rule inet fw a tcp dport 1 accept\nadd rule inet fw a drop\n"


def keys(text: str, chain: str = "a") -> list[str]:
    tree = nft_json.read("", text) if text.startswith("{") else nft_text.read("", text)
    return [r.key for r in tree.tables["inet", "fw"].chains[chain].rules]


def shown() -> str:
    rules = [{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 1}}]
    head: list[object] = [{"table": {"family": "inet", "name": "fw"}}]
    head += [{"chain": {"family": "inet", "table": "fw", "name": name}} for name in ("a", "e")]
    for expr in ([*rules, {"accept": None}], [{"drop": None}]):
        head.append({"rule": {"family": "inet", "table": "fw", "chain": "a", "expr": expr}})
    return json.dumps({"nftables": head})


JSON_RULE = json.dumps(
    {"rule": {"family": "inet", "table": "fw", "chain": "a", "comment": "new", "expr": [{"accept": None}]}}
)


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("\n", "\r\n"), ONE_LINE, COMMANDS, shown()])
@pytest.mark.parametrize("last", [False, True])
def test_a_new_rule_goes_in_front_of_another_and_out_again(text: str, last: bool) -> None:
    if last and text == ONE_LINE:
        pytest.skip("nothing can stand behind the last rule of a chain on one line")
    before = "" if last else keys(text)[1]
    value = JSON_RULE if text.startswith("{") else 'ip saddr 192.0.2.1 accept comment "new"'
    place = ("rule", "inet", "fw", "a", "new", before)
    assert get(text, place) is None
    after = put(text, place, value)
    assert get(after, place) == value
    assert keys(after).index("new") == (2 if last else 1)
    assert put(after, place, value) == after
    assert put(after, place, None) == text


@pytest.mark.parametrize("text", [TEXT, ONE_LINE, COMMANDS, shown()])
def test_a_rule_goes_out_and_comes_back(text: str) -> None:
    first, second = keys(text)
    place = ("rule", "inet", "fw", "a", first, second)
    value = get(text, place)
    assert value is not None
    without = put(text, place, None)
    assert keys(without) == [second]
    assert keys(put(without, place, value)) == [first, second]


def test_a_chain_without_rules_gets_its_first() -> None:
    place = ("rule", "inet", "fw", "e", "new", "")
    after = put(TEXT, place, 'accept comment "new"')
    assert '  chain e {\n    accept comment "new"\n  }' in after
    assert put(after, place, None) == TEXT


def test_what_is_not_there_cannot_be_edited() -> None:
    for place in (("rule", "inet", "fw", "none", "k", ""), ("rule", "inet", "fw", "a", "k", "none"), ("x",)):
        with pytest.raises(ValueError):  # noqa: PT011
            put(TEXT, place, "accept")


@pytest.mark.skipif(bool(why_not("nft")), reason=why_not("nft"))
@pytest.mark.parametrize("text", [TEXT, COMMANDS, SHOP])
def test_nft_takes_the_texts_of_these_tests(text: str) -> None:
    assert complaint({FILE: text}, FILE) == ""
