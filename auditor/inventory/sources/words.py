"""What other tools call our platforms."""

import re
from collections.abc import Mapping

# ansible_network_os (short and as FQCN), drivers of NAPALM and netmiko, slugs that are usual in NetBox.
_PLATFORMS = {
    "cisco_ios": (
        "ios", "cisco.ios.ios", "cisco.ios", "cisco_ios", "cisco_xe", "cisco_ios_telnet", "cisco-ios", "ios-xe",
        "iosxe", "cisco-ios-xe", "cisco_iosxe",
    ),
    "routeros": (
        "routeros", "community.routeros.routeros", "community.network.routeros", "mikrotik_routeros",
        "mikrotik-routeros", "ros", "mikrotik",
    ),
    "openwrt": ("openwrt", "open-wrt", "openwrt_ssh", "community.openwrt.openwrt"),
    "linux": (
        "linux", "linux_ssh", "debian", "ubuntu", "ubuntu-linux", "debian-linux", "ubuntu-server", "generic-linux",
    ),
}  # fmt: skip
_WORDS = {word: platform for platform, words in _PLATFORMS.items() for word in words}
_OTHER = re.compile(r"[^a-z0-9_-]+")


def platform_of(word: str, own: Mapping[str, str]) -> str:
    """Return the platform that a word means: what the inventory says, what is known, else the word as a slug."""
    if word in own:
        return own[word]
    lowered = word.strip().lower()
    return own.get(lowered) or _WORDS.get(lowered) or _OTHER.sub("-", lowered).strip("-_")
