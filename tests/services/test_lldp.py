"""What lldpd heard at the ports, in both shapes of its JSON."""

import json
from functools import partial
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import LinkNeighbour, Span, Unknown
from auditor.services.lldp import OUTPUT, link_neighbours
from auditor.syntax.json_text import parse

SWITCH = {
    "id": {"type": "mac", "value": "02:00:5e:00:30:01"},
    "descr": "a switch",
    "mgmt-ip": ["192.168.1.2", "fe80::5eff:fe00:3001"],
    "capability": [{"type": "Bridge", "enabled": True}, {"type": "Router", "enabled": False}],
}
PORT = {"id": {"type": "ifname", "value": "gi1/0/24"}, "descr": "uplink", "ttl": "120"}


def heard(chassis: Any, port: Any = PORT) -> Any:
    return {"via": "LLDP", "rid": "1", "age": "0 day, 01:02:03", "chassis": chassis, "port": port}


def read(text: str) -> tuple[LinkNeighbour, ...]:
    return link_neighbours(parse(text), "gw", lambda *lines: tuple(Span("gw", OUTPUT, n, n) for n in lines))


def of(interface: Any) -> tuple[LinkNeighbour, ...]:
    return read(json.dumps({"lldp": {"interface": interface}}, indent=2))


def known(each: LinkNeighbour) -> tuple[Any, ...]:
    facts = (each.port, each.system, each.remote_port)
    return (
        *("?" if isinstance(fact, Unknown) else fact.value for fact in facts),
        *map(str, each.addresses),
        *each.macs,
    )


SEEN = ("lan4", "shop-switch", "gi1/0/24", "192.168.1.2", "02:00:5e:00:30:01")
VERBOSE = {
    "lldp": [
        {
            "interface": [
                {
                    "name": "lan4",
                    "via": "LLDP",
                    "chassis": [
                        {
                            "id": [{"type": "mac", "value": "02:00:5E:00:30:01"}],
                            "name": [{"value": "shop-switch"}],
                            "mgmt-ip": [{"value": "192.168.1.2"}, {"value": "fe80::1"}],
                        }
                    ],
                    "port": [{"id": [{"type": "ifname", "value": "gi1/0/24"}], "descr": [{"value": "uplink"}]}],
                }
            ]
        }
    ]
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"lldp": {"interface": {"lan4": heard({"shop-switch": SWITCH})}}}),
        json.dumps({"lldp": {"interface": [{"lan4": heard({"shop-switch": SWITCH})}]}}),
        json.dumps(VERBOSE),
    ],
    ids=["one port", "several ports", "json0"],
)
def test_a_neighbour_in_each_shape(text: str) -> None:
    (found,) = read(text)
    assert known(found) == SEEN
    assert found.addresses == (IPv4Address("192.168.1.2"),)


@pytest.mark.parametrize("text", ['{"lldp": {}}', '{"lldp": [{}]}', "{}", "[]", "null", '{"lldp": {"interface": []}}'])
def test_a_port_that_hears_nothing(text: str) -> None:
    assert read(text) == ()


def test_several_neighbours_at_one_port_and_at_others() -> None:
    one, other = {"sw1": SWITCH}, {"sw2": SWITCH | {"id": {"type": "mac", "value": "02:00:5e:00:30:02"}}}
    found = of([{"lan1": heard(one)}, {"lan1": heard(other)}, {"lan2": heard(one)}])
    assert [(each.port.value, each.system.value) for each in found] == [  # type: ignore[union-attr]
        ("lan1", "sw1"), ("lan1", "sw2"), ("lan2", "sw1"),
    ]  # fmt: skip
    assert len({each.key for each in found}) == 3


def test_one_that_is_heard_by_two_protocols_is_one() -> None:
    assert len(of([{"lan1": heard({"sw1": SWITCH})}, {"lan1": heard({"sw1": SWITCH}) | {"via": "CDPv2"}}])) == 1


def test_the_lines_are_those_of_the_neighbour() -> None:
    first, second = of([{"lan1": heard({"sw1": SWITCH})}, {"lan2": heard({"sw2": SWITCH})}])
    assert max(span.first for span in first.port.spans) < min(span.first for span in second.port.spans)
    assert second.system.spans[0] in second.port.spans


@pytest.mark.parametrize(
    ("port", "name"),
    [
        ({"id": {"type": "mac", "value": "02:00:5e:00:30:09"}, "descr": "eth0"}, "eth0"),
        ({"id": {"type": "mac", "value": "02:00:5e:00:30:09"}}, None),
        ({"id": {"type": "local", "value": "12"}, "descr": "a desk"}, "12"),
        ({"descr": "eth7"}, "eth7"),
        ({}, None),
        (None, None),
    ],
)
def test_the_port_at_the_other_end(port: Any, name: str | None) -> None:
    (found,) = of({"lan1": heard({"sw1": SWITCH}, port)})
    assert found.remote_port.value == name  # type: ignore[union-attr]
    assert ("02:00:5e:00:30:09" in found.macs) == (port is not None and port.get("id", {}).get("type") == "mac")


@pytest.mark.parametrize("name", ["id", "chassis", "value", "name", "type", "interface"])
def test_a_name_that_is_a_word_of_the_format(name: str) -> None:
    (found,) = of({"lan1": heard({name: SWITCH})})
    assert found.system.value == name  # type: ignore[union-attr]
    assert found.macs == ("02:00:5e:00:30:01",)


def test_one_that_gives_itself_no_name() -> None:
    (found,) = of({"lan1": heard(SWITCH)})
    assert isinstance(found.system, Unknown)
    assert found.system.settle
    assert found.macs == ("02:00:5e:00:30:01",)


def test_a_hostile_name_is_shown_without_control_characters() -> None:
    (found,) = of({"lan1\u001b[2J": heard({"sw\u001b]0;x\u0007$(reboot)": SWITCH})})
    assert found.system.value == r"sw\x1b]0;x\x07$(reboot)"  # type: ignore[union-attr]
    assert found.key.isprintable()
    assert found.port.value.isprintable()  # type: ignore[union-attr]


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.sampled_from(["mac", "02:00", "::1"])
)
KEYS = st.sampled_from(["lldp", "interface", "chassis", "port", "id", "name", "value", "type", "mgmt-ip", "descr", "x"])
SHAPES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=25,
)


@given(SHAPES)
def test_no_shape_makes_it_raise(shape: Any) -> None:
    found = of(shape)
    assert len({each.key for each in found}) == len(found)
    assert all(each.key.isprintable() and each.port.spans for each in found)


@given(st.lists(st.tuples(st.sampled_from(["lan1", "lan2"]), st.text(max_size=6), st.integers(0, 3)), max_size=4))
def test_both_shapes_say_the_same(cables: list[tuple[str, str, int]]) -> None:
    macs = [f"02:00:5e:00:30:0{number}" for _, _, number in cables]
    short = [
        {port: heard({name: {"id": {"type": "mac", "value": mac}}})}
        for (port, name, _), mac in zip(cables, macs, strict=True)
    ]
    long = [
        {
            "name": port,
            "chassis": [{"id": [{"type": "mac", "value": mac}], "name": [{"value": name}]}],
            "port": [{"id": [PORT["id"]]}],
        }
        for (port, name, _), mac in zip(cables, macs, strict=True)
    ]
    one, other = map(partial(map, known), (of(short), of(long)))
    assert list(one) == list(other)
