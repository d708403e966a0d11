"""Neutral terms get the vendor's word, once, and names of the device stay as they are."""

import pytest

from auditor.profiles import load_profile
from auditor.report.words import vendor, with_vendor_words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lease_time of scope 'pos' is 2h", "lease_time (OpenWrt: leasetime) of scope 'pos' is 2h"),
        ("lease_time, lease_time", "lease_time (OpenWrt: leasetime), lease_time"),
        ("BSS 'radio' of radio 'bss'", "BSS (OpenWrt: wifi-iface) 'radio' of radio (OpenWrt: wifi-device) 'bss'"),
        ("the SSID is hidden", "the SSID is hidden"),
        ("radios and my_lease_time", "radios and my_lease_time"),
        ("lease_time (OpenWrt: leasetime) is 2h", "lease_time (OpenWrt: leasetime) is 2h"),
        ("", ""),
    ],
)
def test_words(text: str, said: str) -> None:
    assert with_vendor_words(text, load_profile("openwrt")) == said


def test_the_vendor_is_named_shortly() -> None:
    assert vendor(load_profile("openwrt")) == "OpenWrt"
