"""The same running configuration in all forms that devices, terminals and archives write, made without our reader."""

import random
import re
from collections.abc import Callable, Mapping

Form = Callable[[str], str]

_ENTRY = re.compile(r"(?m)^ (?:\d+ )?(?=(?:permit|deny|remark) )")
_BANNER = re.compile(r"(?ms)^(banner \w+ )\^C(.*?)\^C$")
_PREAMBLE = re.compile(r"\ABuilding configuration\.\.\.\n\nCurrent configuration : \d+ bytes\n")


def chunks(text: str) -> list[list[str]]:
    """The commands of the top level, each with what is indented below it and with the text of its banner."""
    found: list[list[str]] = []
    banner = False
    for line in text.split("\n"):
        if banner or line.startswith((" ", "\t")):
            found[-1].append(line)
            banner = banner and "^C" not in line
        elif line and line[0] != "!":
            found.append([line])
            banner = line.startswith("banner ") and line.count("^C") == 1
    return found


def _joined(parts: list[list[str]]) -> str:
    return "".join(f"{line}\n" for part in parts for line in part)


# -- terminals -------------------------------------------------------------------------------------------------


def windows_ends(text: str) -> str:
    return text.replace("\n", "\r\n")


def no_last_end(text: str) -> str:
    return text.rstrip("\n")


def on_a_terminal(text: str) -> str:
    shown = f"shop-gw#terminal length 0\nshop-gw#show running-config\n{text}\nshop-gw#exit\n"
    return shown.replace("\n", "\r\n")


def with_time_stamps(text: str) -> str:
    """What `terminal exec prompt timestamp` adds."""
    return (
        "shop-gw#show run\nLoad for five secs: 1%/0%; one minute: 2%; five minutes: 1%\n"
        f"Time source is NTP, 18:30:01.277 CET Fri Feb 27 2026\n\n{text}shop-gw#\n"
    )


def paged(residue: str) -> Form:
    """What a pager leaves at the beginning of each 24th line."""

    def written(text: str) -> str:
        lines = text.split("\n")
        return "\n".join(f"{residue}{line}" if number % 23 == 22 else line for number, line in enumerate(lines))

    return written


def in_colours(text: str) -> str:
    return "\n".join(f"\x1b[0m\x1b[K{line}" for line in text.split("\n"))


def trailing_blanks(text: str) -> str:
    return "\n".join(f"{line}  " if line else line for line in text.split("\n"))


def wrapped(width: int) -> Form:
    def written(text: str) -> str:
        pieces = [line[at : at + width] for line in text.split("\n") for at in range(0, max(len(line), 1), width)]
        return "\n".join(pieces)

    return written


# -- archives --------------------------------------------------------------------------------------------------


def without_preamble(text: str) -> str:
    return _PREAMBLE.sub("", text)


def of_oxidized(text: str) -> str:
    header = "! Cisco IOS Software, Version 15.7(3)M3\n! \n! Image: Software: ISR-ADV, 15.7(3)M3\n! VTP: V1\n!\n"
    return header + without_preamble(text)


def of_rancid(text: str) -> str:
    header = "!RANCID-CONTENT-TYPE: cisco\n!\n!Chassis type: ISR4321/K9\n!CPU: 1RU\n!\n!Flash: nvram: 00 config\n!\n"
    return header + without_preamble(text)


def with_a_mark_of_bytes(text: str) -> str:
    return f"\ufeff{text}"


def without_separators(text: str) -> str:
    return _joined(chunks(text))


def more_separators(text: str) -> str:
    found = []
    for part in chunks(without_preamble(text)):
        inside = part[0].startswith("banner") or "certificate" in part[0]
        found += [
            "!",
            "",
            "! ",
            *(part if inside else [part[0], *(each for line in part[1:] for each in (line, " !"))]),
        ]
    return "\n".join([*found, ""])


# -- the same commands otherwise -------------------------------------------------------------------------------


def indented(times: int) -> Form:
    return lambda text: re.sub(r"(?m)^ +(?=\S)", lambda found: found[0] * times, text)


def banner_between(mark: str) -> Form:
    return lambda text: _BANNER.sub(lambda found: f"{found[1]}{mark}{found[2]}{mark}", text)


def in_another_order(seed: int) -> Form:
    """Blocks of the top level shuffled; lines that begin alike keep their order, as that may mean something."""

    def written(text: str) -> str:
        first, *parts, last = chunks(without_preamble(text))
        groups: dict[str, list[list[str]]] = {}
        for part in parts:
            key = part[0] if len(part) > 1 else " ".join(part[0].removeprefix("no ").split()[:2])
            groups.setdefault(key, []).append(part)
        keys = sorted(groups)
        random.Random(seed).shuffle(keys)
        return _joined([first, *(part for key in keys for part in groups[key]), last])

    return written


def settings_in_another_order(seed: int) -> Form:
    """The lines of interfaces, pools and WLANs shuffled, but for those that begin alike."""

    def written(text: str) -> str:
        parts = chunks(text)
        for part in parts:
            if part[0].startswith(("interface ", "ip dhcp pool", "wlan ", "wireless profile policy", "dot11 ssid")):
                dice = random.Random(f"{seed}{part[0]}")
                places = {_key(line): dice.random() for line in part[1:]}
                part[1:] = sorted((line for line in part[1:] if line.strip() != "!"), key=lambda ln: places[_key(ln)])
        return _joined(parts)

    return written


def _key(line: str) -> str:
    words = line.replace(" no ", " ").split()
    return words[0] if words[0] in ("encryption", "security") else " ".join(words[:2])


def lists_in_pieces(text: str) -> str:
    """`switchport trunk allowed vlan 10` and `… add 30` as devices write long lists."""

    def pieces(found: re.Match[str]) -> str:
        first, *more = found[1].split(",")
        head = " switchport trunk allowed vlan"
        return "\n".join([f"{head} {first}", *(f"{head} add {each}" for each in more)])

    return re.sub(r"(?m)^ switchport trunk allowed vlan ([\d,-]+)$", pieces, text)


def lists_without_numbers(text: str) -> str:
    return _ENTRY.sub(" ", text)


def lists_with_numbers(text: str) -> str:
    """Each access list numbered from 10 on, remarks by what follows them."""
    parts = chunks(text)
    for part in parts:
        if part[0].startswith("ip access-list "):
            number = 0
            for at, line in enumerate(part[1:], start=1):
                said = _ENTRY.sub("", line)
                part[at] = f" {(number + 1) * 10} {said}"
                number += not said.startswith("remark")
    return _joined(parts)


def numbered_lists_as_named(text: str) -> str:
    """`access-list 140 permit …` as newer releases write it: `ip access-list extended 140`."""
    parts: list[list[str]] = []
    for part in chunks(text):
        found = re.fullmatch(r"access-list (\d+) (.*)", part[0])
        if found is None:
            parts.append(part)
            continue
        kind = "standard" if int(found[1]) < 100 else "extended"
        head = f"ip access-list {kind} {found[1]}"
        if parts[-1][0] != head:
            parts.append([head])
        parts[-1].append(f" {(len(parts[-1])) * 10} {found[2]}")
    return _joined(parts)


def ports_as_numbers(text: str) -> str:
    names = {"bootpc": "68", "bootps": "67", "domain": "53", "www": "80", "ntp": "123"}
    return re.sub(r"(?<=eq )(\w+)\b", lambda found: names.get(found[1], found[1]), text)


def words_run_together(text: str) -> str:
    return re.sub(r"(?m)^((?:no )?ip domain) (name|lookup)", r"\1-\2", text)


# What `show running-config all` writes beside, without any effect. It stands in front, so that what is said counts.
_SWITCHPORT = (
    "switchport", "switchport access vlan 1", "no switchport nonegotiate", "no switchport protected",
    "no switchport block multicast", "no switchport block unicast", "switchport trunk native vlan 1",
    "switchport trunk allowed vlan 1-4094", "no switchport port-security",
)  # fmt: skip
_ANY_INTERFACE = ("load-interval 300", "carrier-delay 2", "no shutdown", "snmp trap link-status", "cdp enable")
_ROUTED = (
    "ip redirects", "ip unreachables", "ip proxy-arp", "ip mtu 1500", "ip load-sharing per-destination", "ip cef",
    "ip split-horizon", "arp arpa", "arp timeout 14400", "no ip access-group in",
)  # fmt: skip
WRITTEN_OUT: Mapping[str, tuple[str, ...]] = {
    "ip dhcp pool": ("utilization mark high 100", "utilization mark low 0", "lease 1"),
    "wlan": (
        "shutdown", "broadcast-ssid", "no peer-blocking", "security wpa", "no security wpa wpa1", "security wpa wpa2",
        "no security wpa wpa3", "security wpa wpa2 ciphers aes", "security wpa akm dot1x", "no security wpa akm psk",
        "no security wpa akm sae", "no security wpa akm owe", "security ft adaptive", "dot11ax", "no mac-filtering",
        "client association limit 0", "client association limit ap 0", "client association limit radio 200",
        "no security pmf", "no radio",
    ),
    "wireless profile policy": (
        "shutdown", "central switching", "central association", "central authentication", "central dhcp",
        "no aaa-override", "session-timeout 1800", "idle-timeout 300", "no passive-client",
    ),
    "": ("service dhcp", "no ip dns server", "ip subnet-zero", "ip classless", "ip source-route"),
}  # fmt: skip


def written_out(head: str) -> Form:
    """Defaults in front of what the blocks of this head say; "" is the top level."""

    def written(text: str) -> str:
        parts = chunks(without_preamble(text))
        if not head:
            return _joined([parts[0], *([line] for line in WRITTEN_OUT[""]), *parts[1:]])
        for part in parts:
            if part[0].startswith(f"{head} ") and len(part) > 1 and not (head == "wlan" and len(part[0].split()) < 4):
                part[1:1] = [f" {line}" for line in _of(part, head)]
        return _joined(parts)

    return written


def _of(part: list[str], head: str) -> tuple[str, ...]:
    if head != "interface":
        return WRITTEN_OUT[head]
    if any(line.startswith(" switchport") for line in part):
        return (*_SWITCHPORT, *_ANY_INTERFACE)
    return (*_ROUTED, *_ANY_INTERFACE) if any("ip address" in line for line in part) else _ANY_INTERFACE
