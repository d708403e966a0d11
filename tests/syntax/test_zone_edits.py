"""Zones that are added to unbound.conf and named.conf: read back, taken out again, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.syntax import named_zone_edit, unbound_zone_edit

DOMAIN, SERVERS = "reader.example", "192.0.2.53 192.0.2.54"

UNBOUND = st.lists(
    st.sampled_from(
        [
            "server:\n", " port: 53\n", "forward-zone:\n", ' name: "."\n', " name: reader.example\n", "#\n", "\r\n",
            " forward-addr: 192.0.2.1\n", "include: x\n", ' "', "stub-zone: name: a ", "reader.example", " ",
        ]
    ),
    max_size=12,
).map("".join)  # fmt: skip
NAMED = st.lists(
    st.sampled_from(
        [
            "options {", "};\n", 'view "a" {\n', 'zone "reader.example" {', " type forward;",
            " forwarders { 192.0.2.1; };", "}", "/* ", "*/", "// x\n", '"', ";", "\r\n", "include x;", " ",
        ]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(UNBOUND | st.text(max_size=40))
def test_a_forward_zone_of_unbound_is_read_back_and_leaves_no_trace(text: str) -> None:
    try:
        edited = unbound_zone_edit.with_forward_zone(text, DOMAIN, SERVERS)
    except ValueError:
        return
    assert unbound_zone_edit.with_forward_zone(edited, DOMAIN, SERVERS) == edited
    assert unbound_zone_edit.forward_zone(edited, DOMAIN) == SERVERS
    if unbound_zone_edit.forward_zone(text, DOMAIN) is None:
        assert edited.startswith(text.rstrip("\r\n"))
        assert unbound_zone_edit.without_forward_zone(edited, DOMAIN).rstrip("\r\n") == text.rstrip("\r\n")


@pytest.mark.parametrize("view", ["", "a"])
@given(text=NAMED | st.text(max_size=40))
def test_a_zone_of_bind_is_read_back_and_leaves_no_trace(view: str, text: str) -> None:
    before = named_zone_edit.forward_zone(text, view, DOMAIN)
    try:
        edited = named_zone_edit.with_forward_zone(text, view, DOMAIN, SERVERS)
    except ValueError:
        return
    assert named_zone_edit.forward_zone(edited, view, DOMAIN) == SERVERS
    assert named_zone_edit.with_forward_zone(edited, view, DOMAIN, SERVERS) == edited
    if before is None:
        assert named_zone_edit.without_forward_zone(edited, view, DOMAIN).rstrip("\r\n") == text.rstrip("\r\n")


@pytest.mark.parametrize("name", ['a"b', "a b", "", "a;b", "x" * 254, "a\nb"])
@pytest.mark.parametrize("servers", [SERVERS])
def test_what_is_no_name_is_not_written(name: str, servers: str) -> None:
    with pytest.raises(ValueError, match="domain name"):
        unbound_zone_edit.with_forward_zone("", name, servers)
    with pytest.raises(ValueError, match="domain name"):
        named_zone_edit.with_forward_zone("", "", name, servers)


@pytest.mark.parametrize("servers", ["192.0.2.1; }", "a.example", "192.0.2.1@53#x"])
def test_what_is_no_address_is_not_written(servers: str) -> None:
    with pytest.raises(ValueError, match="address"):
        unbound_zone_edit.with_forward_zone("", DOMAIN, servers)
    with pytest.raises(ValueError, match="address"):
        named_zone_edit.with_forward_zone("", "", DOMAIN, servers)
