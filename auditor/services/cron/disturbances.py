"""What a command line does to card readers when a clock starts it.

Only commands that are known to disturb count; any other is recognised and is nobody's business here.
"""

import re
from collections.abc import Iterator

from auditor.model import Disturbance
from auditor.syntax.crontab import commands

# Without them readers lose addresses, names, the internet or the network itself.
_SERVICES = frozenset(
    (
        "network", "dnsmasq", "odhcpd", "firewall", "wpad", "hostapd", "unbound", "https-dns-proxy", "opennds",
        "nodogsplash", "chilli", "networking", "NetworkManager", "systemd-networkd", "nftables", "named", "bind9",
        "kea-dhcp4-server", "isc-dhcp-server", "pihole-FTL",
    )
)  # fmt: skip
_RADIO = re.compile(r"(?:wlan|phy|ath|ra)[a-z0-9.-]*\d")


def disturbances(command: str, uplinks: frozenset[str]) -> Iterator[Disturbance]:
    """What the commands of a line do to readers, one after the other."""
    simple = list(commands(command))
    switches_on = any(_sets_wireless(words, "0") for words in simple)
    for words in simple:
        if _sets_wireless(words, "1"):
            yield Disturbance.WIRELESS_OFF
        elif not (switches_on and words[0] == "wifi"):
            disturbance = _disturbance(words, uplinks)
            if disturbance is not None:
                yield disturbance


def _sets_wireless(words: list[str], value: str) -> bool:
    """`uci set wireless.X.disabled=…`."""
    if words[:1] != ["uci"] or "set" not in words:
        return False
    pattern = re.compile(rf"wireless\.[^=]+\.disabled=['\"]?{value}['\"]?")
    return any(pattern.fullmatch(word) for word in words)


def _disturbance(words: list[str], uplinks: frozenset[str]) -> Disturbance | None:
    match words:
        case ["reboot" | "halt" | "poweroff", *_] | ["ubus", "call", "system", "reboot", *_]:
            return Disturbance.REBOOT
        case ["echo", "b" | "c" | "o", *rest] if any("sysrq-trigger" in word for word in rest):
            return Disturbance.REBOOT
        case ["wifi", "down", *_] | ["ubus", "call", "network.wireless", "down", *_] | ["rfkill", "block", *_]:
            return Disturbance.WIRELESS_OFF
        case ["ifconfig", name, "down"] | ["ip", "link", "set", *_, name, "down"] if _RADIO.fullmatch(name):
            return Disturbance.WIRELESS_OFF
        case ["wifi_schedule.sh", "stop" | "forcestop", *_]:
            return Disturbance.WIRELESS_OFF
        case ["wifi"] | ["wifi", "reload" | "reload_legacy", *_]:
            return Disturbance.SERVICE_RESTART
        case ["ifdown" | "ifup", *names]:
            return Disturbance.UPLINK_DOWN if _any_uplink(names, uplinks) else Disturbance.SERVICE_RESTART
        case ["ubus", "call", network, "down" | "up", *_] if network.startswith("network.interface."):
            names = [network.removeprefix("network.interface.")]
            return Disturbance.UPLINK_DOWN if _any_uplink(names, uplinks) else Disturbance.SERVICE_RESTART
        case [script, "restart" | "stop", *_] if script.startswith("/etc/init.d/"):
            return Disturbance.SERVICE_RESTART if script.rpartition("/")[2] in _SERVICES else None
        case ["systemctl" | "shutdown" | "nmcli", *_]:
            return _by_systemd(words)
        case ["service", name, "restart" | "stop", *_] if name in _SERVICES:
            return Disturbance.SERVICE_RESTART
        case _:
            return None


def _by_systemd(words: list[str]) -> Disturbance | None:
    """`systemctl`, `shutdown` and `nmcli`, as hosts with systemd and NetworkManager have them."""
    match words:
        case ["systemctl", *_] if {"reboot", "poweroff", "halt"} & set(words):
            return Disturbance.REBOOT
        case ["systemctl", *_] if {"restart", "stop", "try-restart"} & set(words):
            units = {word.removesuffix(".service").partition("@")[0] for word in words[1:]}
            return Disturbance.SERVICE_RESTART if units & _SERVICES else None
        case ["shutdown", *options] if "-c" not in options:
            return Disturbance.REBOOT
        case ["nmcli", *_] if "down" in words or "off" in words:
            wireless = "wifi" in words or "wwan" in words or any(_RADIO.fullmatch(word) for word in words)
            return Disturbance.WIRELESS_OFF if wireless else Disturbance.SERVICE_RESTART
        case _:
            return None


def _any_uplink(names: list[str], uplinks: frozenset[str]) -> bool:
    return any(name in uplinks or "wan" in name for name in names)
