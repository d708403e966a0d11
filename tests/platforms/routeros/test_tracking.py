"""Connection tracking of RouterOS: its timer, and what stops working without it."""

from datetime import timedelta

import pytest

from auditor.model import Assumed, Listed, Stated, Unknown
from tests.platforms.routeros.filter_shop import forward, part_of

MENU = "/ip firewall connection tracking set"
SHOWN = "          enabled: auto\n  tcp-established-timeout: 2h\n"


def test_the_documented_default_is_a_day() -> None:
    (found,) = part_of("").connection_tracking
    assert isinstance(found.tcp_established, Assumed)
    assert found.tcp_established.value == timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30m", timedelta(minutes=30)), ("12:00:00", timedelta(hours=12)), ("1d", timedelta(days=1)), ("soon", None)],
)
def test_what_a_line_says_counts(text: str, expected: timedelta | None) -> None:
    (found,) = part_of(f"{MENU} tcp-established-timeout={text}\n", connection_tracking=SHOWN).connection_tracking
    if expected is None:
        assert isinstance(found.tcp_established, Unknown)
    else:
        assert isinstance(found.tcp_established, Stated)
        assert found.tcp_established.value == expected


def test_what_the_device_shows_counts_before_the_default() -> None:
    (found,) = part_of("", connection_tracking=SHOWN).connection_tracking
    assert isinstance(found.tcp_established, Stated)
    assert found.tcp_established.value == timedelta(hours=2)
    assert found.tcp_established.spans[0].file == "commands/connection-tracking.txt"


def test_without_tracking_nothing_is_known_of_connections() -> None:
    text = f"{MENU} enabled=no\n/ip firewall filter add chain=forward action=drop connection-state=invalid\n"
    text += "/ip firewall nat add chain=srcnat action=masquerade out-interface=ether1\n"
    part = part_of(text)
    assert part.connection_tracking == Listed()
    assert forward(part, "vlan30", "ether1") == "unknown"
    assert part.source_nats.holes
