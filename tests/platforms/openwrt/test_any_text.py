"""No text makes the reader raise, no line is lost, and reading twice gives the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import Capture, CapturedFile
from auditor.model import Device, leaves
from auditor.platforms.openwrt.parse import parse
from auditor.platforms.openwrt.recognise import recognise
from auditor.profiles import load_profile
from tests.platforms.counted_lines import assert_whole
from tests.platforms.openwrt.captures import NETWORK, ZONES, capture
from tests.platforms.openwrt.test_dns_companions import DOH
from tests.platforms.openwrt.test_state import DUMP, LLDP, PORTS, STATIONS, STATUS
from tests.syntax.uci_texts import TEXTS, real_files, real_text

PATHS = st.sampled_from(
    [
        *(f"/etc/config/{name}" for name in (
            "network", "dhcp", "wireless", "firewall", "system", "unbound", "opennds", "nodogsplash", "chilli",
            "adblock", "adblock-fast", "simple-adblock", "banip", "https-dns-proxy",
        )),
        "/etc/openwrt_release", "/etc/board.json", "/etc/dnsmasq.conf", "/etc/crontabs/root", "/etc/firewall.user",
        "/etc/nftables.d/1.nft", "/etc/something.else", "export.txt",
        *(f"commands/{name}.txt" for name in (
            "enabled-services", "pending-changes", "dhcp-leases", "neighbours", "tcp-idle", "interface-dump",
            "device-status", "wireless-status", "stations-phy0-ap0", "nftables-fragments", "config-list", "clock",
        )),
        "commands/lldp.json",
    ]
)  # fmt: skip
_REAL = [NETWORK, ZONES, DOH, DUMP, STATUS, PORTS, STATIONS, LLDP]
_FIREWALL = st.lists(
    st.sampled_from(
        [
            "config rule\n", "config rule 'r'\n", "config redirect\n", "config nat\n", "config forwarding\n",
            "config include\n", "config zone\n", "\toption name lan\n", "\toption network lan\n", "\toption src lan\n",
            "\toption src '*'\n", "\toption dest wan\n", "\toption dest '*'\n", "\toption target ACCEPT\n",
            "\toption target SNAT\n", "\toption target x\n", "\toption proto 'tcp icmp'\n", "\toption proto '!'\n",
            "\toption dest_port '1-2 !1'\n", "\toption src_dport 53\n", "\toption dest_ip '!1.2.3.4/33'\n",
            "\toption src_ip '1.2.3.4/'\n", "\toption src_ip '!'\n", "\toption dest_ip 1.2.3.4\n",
            "\toption enabled 0\n",
            "\toption family 6\n", "\toption masq 1\n", "\toption path /x\n", "junk\n",
        ]
    ),
    max_size=25,
).map("".join)  # fmt: skip
_CRON = st.lists(
    st.sampled_from(
        ["* ", "*/5 ", "1-", "mon", "7 ", ",", "@daily ", "reboot", "wifi down", "'", "\n", "#", "²", "= "]
    ),
    max_size=20,
).map("".join)
_CUT = st.tuples(st.sampled_from(_REAL), st.integers(0, 900), st.text(max_size=3)).map(
    lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] + 1 :]
)
ANY_TEXT = st.one_of(TEXTS, _FIREWALL, _CRON, _CUT, st.sampled_from(_REAL))


def read(captured: Capture) -> Device:
    return parse(captured, load_profile("openwrt"))


@given(st.dictionaries(PATHS, ANY_TEXT, max_size=5))
def test_any_text_as_any_file(files: dict[str, str]) -> None:
    captured = capture({"/etc/config/network": NETWORK, **files})
    device = read(captured)
    assert_whole(captured, device)
    assert dict(leaves(device)) == dict(leaves(read(captured)))


@given(_FIREWALL)
def test_any_firewall_has_unique_keys(text: str) -> None:
    device = read(capture({"firewall": ZONES + text, "network": NETWORK}))
    for filter_ in (*device.forward_filters, *device.input_filters):
        keys = [rule.key for rule in filter_.rules]
        assert len(keys) == len(set(keys))


@pytest.mark.skipif(not real_files(), reason="the collection of real configurations is not here")
def test_real_files() -> None:
    for path in real_files():
        text = real_text(path)
        found = recognise(path.name, text)
        if found is None:
            continue
        captured = capture({})
        captured = Capture(
            captured.device,
            captured.platform,
            (CapturedFile(found[0], text, found[1]),),
            (),
            captured.taken_at,
            captured.time_is_weak,
            captured.source,
        )
        assert_whole(captured, read(captured))
