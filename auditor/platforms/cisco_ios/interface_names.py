"""Names of interfaces as IOS writes them: kinds, parts, and the long form of what `show` commands abbreviate."""

import re
from enum import StrEnum

_SPLIT = re.compile(r"([A-Za-z][A-Za-z-]*?)[ -]?(\d[\d/:.]*)")
_LONGEST = 80

_TYPES = (
    "ATM", "AppGigabitEthernet", "Async", "BDI", "BVI", "Bluetooth", "Cellular", "Dialer", "Dot11Radio",
    "Embedded-Service-Engine", "Ethernet", "FastEthernet", "FiftyGigE", "FiveGigabitEthernet",
    "FortyGigabitEthernet", "FourHundredGigE", "GigabitEthernet", "HundredGigE", "Integrated-Service-Engine",
    "LISP", "Loopback", "NVI", "Null", "Port-channel", "Serial", "Service-Engine", "TenGigabitEthernet", "Tunnel",
    "TwentyFiveGigE", "TwoGigabitEthernet", "TwoHundredGigE", "Virtual-Access", "Virtual-PPP", "Virtual-Template",
    "VirtualPortGroup", "Vlan", "Wlan-GigabitEthernet", "wlan-ap",
)  # fmt: skip

# Short forms in outputs of `show interfaces status`, `show mac address-table` and `show cdp neighbors`.
_SHORT = {
    "a": "Async", "ap": "AppGigabitEthernet", "bd": "BDI", "bv": "BVI", "ce": "Cellular", "di": "Dialer",
    "do": "Dot11Radio", "et": "Ethernet", "eth": "Ethernet", "fa": "FastEthernet", "fas": "FastEthernet",
    "fi": "FiveGigabitEthernet", "fif": "FiftyGigE", "fo": "FortyGigabitEthernet", "fou": "FourHundredGigE",
    "gi": "GigabitEthernet", "gig": "GigabitEthernet", "hu": "HundredGigE", "lo": "Loopback", "nu": "Null",
    "po": "Port-channel", "se": "Serial", "te": "TenGigabitEthernet", "ten": "TenGigabitEthernet", "tu": "Tunnel",
    "tw": "TwoGigabitEthernet", "twe": "TwentyFiveGigE", "twh": "TwoHundredGigE", "two": "TwoGigabitEthernet",
    "vi": "Virtual-Access", "vl": "Vlan", "vp": "VirtualPortGroup", "vt": "Virtual-Template",
    "wl": "Wlan-GigabitEthernet",
}  # fmt: skip


class Kind(StrEnum):
    """What an interface is, by its name."""

    ETHERNET = "Ethernet port"
    CHANNEL = "bundle of ports"
    SVI = "interface of a VLAN"
    BRIDGE = "interface of a bridge group"
    DOMAIN = "interface of a bridge domain"
    RADIO = "radio"
    POINT_TO_POINT = "line to one other end"
    LOOPBACK = "loopback"
    OTHER = "other"


_KINDS = {
    "Port-channel": Kind.CHANNEL, "Vlan": Kind.SVI, "BVI": Kind.BRIDGE, "BDI": Kind.DOMAIN, "Dot11Radio": Kind.RADIO,
    "Loopback": Kind.LOOPBACK, "Tunnel": Kind.POINT_TO_POINT, "Dialer": Kind.POINT_TO_POINT,
    "Cellular": Kind.POINT_TO_POINT, "Serial": Kind.POINT_TO_POINT, "ATM": Kind.POINT_TO_POINT,
    "Virtual-PPP": Kind.POINT_TO_POINT, "Virtual-Template": Kind.POINT_TO_POINT, "Multilink": Kind.POINT_TO_POINT,
    "Virtual-Access": Kind.POINT_TO_POINT, "Async": Kind.POINT_TO_POINT, "MFR": Kind.POINT_TO_POINT,
    "AppGigabitEthernet": Kind.OTHER,
}  # fmt: skip


def canonical(name: str) -> str:
    """The name as the running configuration writes it: `Gi1/0/5` is `GigabitEthernet1/0/5`; else the text itself."""
    found = _SPLIT.fullmatch(name.strip()) if len(name) <= _LONGEST else None
    if found is None:
        return name
    word, numbers = found[1].lower(), found[2]
    exact = [kind for kind in _TYPES if kind.lower() == word]
    if exact:
        return f"{exact[0]}{numbers}"
    if word in _SHORT:
        return f"{_SHORT[word]}{numbers}"
    longer = [kind for kind in _TYPES if kind.lower().startswith(word)] if len(word) > 1 else []
    return f"{longer[0]}{numbers}" if len(longer) == 1 else name


def kind_of(name: str) -> Kind:
    """What an interface is, by its name."""
    word = type_of(name)
    if word in _KINDS:
        return _KINDS[word]
    return Kind.ETHERNET if word.endswith(("Ethernet", "GigE")) else Kind.OTHER


def type_of(name: str) -> str:
    """The name without its numbers: `GigabitEthernet` of `GigabitEthernet1/0/5`."""
    return name.rstrip("0123456789/.:")


def module_of(name: str) -> str:
    """What the ports of one module share: `GigabitEthernet1/0/` of `GigabitEthernet1/0/5`, '' if nothing shows it."""
    path, slash, _ = name.rpartition("/")
    return f"{path}{slash}"


def parent_of(name: str) -> str:
    """The interface of a sub-interface, '' if it is none: `GigabitEthernet0/0/1` of `GigabitEthernet0/0/1.30`."""
    parent, dot, number = name.rpartition(".")
    return parent if dot and number.isdecimal() else ""
