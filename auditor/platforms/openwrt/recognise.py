"""Which file of a saved capture is what: OpenWrt's files under any name, `uci export`, and command outputs."""

import re

from auditor.capture import Capture, Kind

_SECTION_PACKAGES = {
    "wifi-device": "wireless",
    "wifi-iface": "wireless",
    "dnsmasq": "dhcp",
    "odhcpd": "dhcp",
    "dhcp": "dhcp",
    "host": "dhcp",
    "zone": "firewall",
    "forwarding": "firewall",
    "redirect": "firewall",
    "interface": "network",
    "switch": "network",
    "switch_vlan": "network",
    "bridge-vlan": "network",
    "globals": "network",
    "system": "system",
    "timeserver": "system",
}
_PACKAGES = frozenset(
    [
        "dhcp",
        "network",
        "wireless",
        "firewall",
        "system",
        "unbound",
        "opennds",
        "nodogsplash",
        "chilli",
        "adblock",
        "adblock-fast",
        "simple-adblock",
        "banip",
        "https-dns-proxy",
        "mwan3",
        "pbr",
        "vpn-policy-routing",
        "uspot",
        "watchcat",
        "wifi_schedule",
    ]
)
_STATEMENT = re.compile(r"^[ \t]*(?:config|package)[ \t]+(?:'([^'\n]*)'|\"([^\"\n]*)\"|([^\s#;]+))", re.MULTILINE)
_RAW_FILES = (
    "/etc/openwrt_release", "/etc/board.json", "/etc/dnsmasq.conf", "/etc/crontabs/root", "/etc/firewall.user",
)  # fmt: skip
_RAW_FOLDER = "/etc/nftables.d/"
_PACKAGE_NAME = re.compile(r"[A-Za-z0-9_-]+")
_OF_INSTANCE = re.compile(r"dnsmasq\.[A-Za-z0-9_]+\.conf")


def recognise(name: str, text: str) -> tuple[str, Kind] | None:
    """Return path and kind of a file by its name in the capture and its text, None if it is not OpenWrt's.

    The path is what evidence names: the path on the device where the name tells it, else the name itself.
    """
    if name.startswith("commands/"):
        return name, Kind.STATE
    for path in _RAW_FILES:
        if f"/{name}".endswith(path) or name == path.rpartition("/")[2]:
            return path, Kind.CONFIGURATION
    folder, _, base = f"/{name}".rpartition("/")
    if f"{folder}/".endswith(_RAW_FOLDER):
        return _RAW_FOLDER + base, Kind.CONFIGURATION
    if _OF_INSTANCE.fullmatch(base) and folder in ("", "/etc"):
        return f"/etc/{base}", Kind.CONFIGURATION
    package = package_of(name)
    if f"/{name}".endswith(f"/etc/config/{package}") and package:
        return f"/etc/config/{package}", Kind.CONFIGURATION
    if looks_like_uci(text):
        return name, Kind.CONFIGURATION
    return None


def looks_like_uci(text: str) -> bool:
    """Say whether a text has a UCI header whose section type OpenWrt knows, or a `package` line."""
    head = text[:200_000]
    if re.search(r"^[ \t]*package[ \t]+['\"]?[A-Za-z0-9_-]+", head, re.MULTILINE):
        return bool(re.search(r"^[ \t]*config[ \t]+\S", head, re.MULTILINE)) or len(head.splitlines()) < 20
    return bool(
        re.search(
            # Possessive, so that a line of nothing but blanks is not divided in every way there is.
            r"^[ \t]*config[ \t]+['\"]?[A-Za-z][A-Za-z0-9_-]*['\"]?(?>(?:[ \t]++['\"]?\w*+['\"]?)?)[ \t\r]*+(#.*)?$",
            head,
            re.MULTILINE,
        )
    )


def package_of(name: str) -> str:
    """Return the package that a file's name tells, '' if it tells none: `dhcp.txt`, `etc/config/uhttpd`.

    Below `/etc/config` every file is a package of its name, and one that cannot be a package's (`network.bak`) is
    none that the device reads; elsewhere only names that are known count.
    """
    folder, _, base = f"/{name}".rpartition("/")
    if folder.endswith("/etc/config"):
        return base if _PACKAGE_NAME.fullmatch(base) else "unnamed"
    for candidate in (base, base.partition(".")[0]):
        if candidate in _PACKAGES:
            return candidate
    return ""


def package_by_content(text: str) -> str:
    """Return the package that the section types of a text belong to, '' if none is typical."""
    for match in _STATEMENT.finditer(text[:200_000]):
        package = _SECTION_PACKAGES.get(next(group for group in match.groups() if group is not None))
        if package:
            return package
    return ""


def package_in(capture: Capture, path: str) -> str:
    """Return the UCI package of a captured file, by name first, else by content; '' for files that are not UCI."""
    file = capture.file(path)
    if file is None or file.kind is not Kind.CONFIGURATION or path in _RAW_FILES or path.startswith(_RAW_FOLDER):
        return ""
    if _OF_INSTANCE.fullmatch(path.removeprefix("/etc/")):
        return ""
    return package_of(path) or package_by_content(file.text) or "unnamed"
