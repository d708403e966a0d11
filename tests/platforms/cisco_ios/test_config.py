import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Assumed, Stated, Unknown
from auditor.platforms.cisco_ios.config import Config
from tests.platforms.cisco_ios.configs import HEAD, config, reading

PORT = "interface GigabitEthernet1/0/5\n description till\n{}\n!"


class TestBlocks:
    def test_lines_are_found_by_leading_words(self) -> None:
        block = config(PORT.format(" switchport access vlan 30\n switchport protected")).blocks("interface")[0]
        assert block.name == "GigabitEthernet1/0/5"
        assert [line.rest for line in block.lines("switchport access vlan")] == ["30"]
        assert not block.lines("switch")

    def test_the_last_line_counts_and_negations_are_told(self) -> None:
        block = config(PORT.format(" switchport protected\n no switchport protected")).blocks("interface")[0]
        line = block.said("switchport protected")
        assert line is not None
        assert line.no
        assert not block.has("switchport protected")

    def test_two_places_with_one_head_are_one_block(self) -> None:
        found = config("interface Vlan30\n mtu 1400\n!\ninterface Vlan30\n shutdown\n!").blocks("interface")
        assert [(block.name, block.has("shutdown"), block.has("mtu")) for block in found] == [("Vlan30", True, True)]

    def test_nested_blocks(self) -> None:
        policy = config("policy-map P\n class C\n  police 8000\n class class-default\n").blocks("policy-map")[0]
        assert [(c.name, c.has("police"), c.path) for c in policy.blocks("class")] == [
            ("C", True, ("policy-map P", "class C")),
            ("class-default", False, ("policy-map P", "class class-default")),
        ]


class TestSilence:
    """What may be concluded from no line saying so."""

    def flag(self, given: Config) -> object:
        return given.blocks("interface")[0].unsaid("switchport protected")

    def test_a_whole_configuration_may_be_silent(self) -> None:
        assert self.flag(config(PORT.format(" mtu 1500"))) is None

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            (f"{HEAD}interface GigabitEthernet1/0/5\n mtu 1500\n", "cut"),
            (f"{HEAD}banner motd #\nnever closed\ninterface GigabitEthernet1/0/5\n mtu 1500\n!\nend\n", "damaged"),
        ],
    )
    def test_a_block_that_may_go_on_may_not(self, text: str, why: str) -> None:
        unknown = self.flag(config(text, whole=False))
        assert isinstance(unknown, Unknown)
        assert why in unknown.why

    def test_a_block_before_the_cut_may(self) -> None:
        text = f"{HEAD}interface GigabitEthernet1/0/5\n mtu 1500\n!\nip route 0.0.0.0 0.0.0.0 192.0.2.1\n"
        given = config(text, whole=False)
        assert self.flag(given) is None
        assert isinstance(given.top.unsaid("ip dns server"), Unknown)

    def test_a_part_of_a_configuration_may_not_on_the_top_level(self) -> None:
        given = config("interface Vlan30\n shutdown\nend\n", whole=False)
        assert any("a part of" in hole.why for hole in given.holes())

    def test_nothing_captured(self) -> None:
        given = Config.of(reading(""))
        assert given.holes()

    def test_a_line_beside_it_that_nobody_understands_spoils_it(self) -> None:
        text = PORT.format(" switchport wonder on\n wonder")
        first = config(text)
        assert self.flag(first) is None
        spoilers = first.spoilers()
        assert spoilers == {5}
        unknown = self.flag(config(text, not_understood=spoilers))
        assert isinstance(unknown, Unknown)
        assert [span.first for span in unknown.near] == [5]

    def test_a_line_that_was_cut_may_have_been_one_that_shares_them(self) -> None:
        first = config(PORT.format(" switch"))
        assert self.flag(first) is None
        assert first.spoilers() == {5}

    @pytest.mark.parametrize("line", ["*Mar  1 00:12:07: %LINK-3-UPDOWN: a port went up", "switchport protected"])
    def test_a_line_that_parts_a_block_from_its_rest_does(self, line: str) -> None:
        text = f"interface GigabitEthernet1/0/5\n mtu 1500\n{line}\n spanning-tree portfast\n!"
        first = config(text)
        assert self.flag(first) is None
        again = config(text, not_understood=first.spoilers())
        assert isinstance(self.flag(again), Unknown)
        assert any("may part a block" in hole.why for hole in again.holes())

    def test_one_behind_a_separator_does_not(self) -> None:
        given = config(f"{PORT.format(' mtu 1500')}\nwonder on\n with more\n!")
        assert self.flag(given) is None
        assert given.spoilers() == frozenset()

    def test_one_that_shares_no_leading_word_does_not(self) -> None:
        given = config(PORT.format(" wonder on"))
        assert self.flag(given) is None
        assert given.spoilers() == frozenset()


class TestFacts:
    def test_a_line_states_it(self) -> None:
        pool = config("ip dhcp pool POS\n lease 0 8\n!").blocks("ip dhcp pool")[0]
        fact = pool.fact("lease", str, "ip dhcp pool.lease")
        assert isinstance(fact, Stated)
        assert (fact.value, [span.first for span in fact.spans]) == ("0 8", [4])

    def test_the_default_needs_a_documented_source(self) -> None:
        pool = config("ip dhcp pool POS\n network 192.168.30.0 255.255.255.0\n!").blocks("ip dhcp pool")[0]
        assert isinstance(pool.fact("wonder", str, "ip dhcp pool.wonder"), Unknown)

    def test_what_cannot_be_read_is_unknown(self) -> None:
        pool = config("ip dhcp pool POS\n lease many\n!").blocks("ip dhcp pool")[0]
        assert isinstance(pool.fact("lease", int, "ip dhcp pool.lease"), Unknown)

    def test_the_release_comes_from_the_configuration(self) -> None:
        assert not isinstance(config("").version, (Unknown, Assumed))
        assert isinstance(config("interface Vlan1", whole=False).version, Unknown)


LINES = st.sampled_from(
    [
        "interface Vlan30",
        " shutdown",
        " no shutdown",
        "  deeper",
        "!",
        "",
        "end",
        "banner motd #",
        "#",
        "version 17.9",
        "\t x",
    ]
)


@given(st.lists(LINES | st.text(max_size=12), max_size=30))
def test_coverage_counts_every_line_once(lines: list[str]) -> None:
    text = "\n".join(lines)
    given = config(text, whole=False)
    for block in given.blocks("interface"):
        block.has("shutdown")
    count = text.count("\n") + (not text.endswith("\n") and text != "")
    assert [c.understood + c.irrelevant + len(c.unknown) for c in given.coverage()] == [count]
