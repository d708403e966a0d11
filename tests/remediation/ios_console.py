"""Commands as an IOS command line would run them: exactly those that snippets hold, and no others.

Written from Cisco's command references, and shares nothing with the editor of running configurations nor with what
writes the commands, so that one can judge the other. Only the tree of a device is made by the reader of
configurations. Anything else than the commands of snippets is an `AssertionError`.

What is known of the commands stands in the tables below: a line whose kind they do not tell is refused, so that
nobody guesses whether it replaces another one or stands beside it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from auditor.capture import Capture, Kind
from auditor.syntax.ios import Command, parse


class Refused(AssertionError):
    """The device would refuse a line, or do something that nobody meant."""


@dataclass(slots=True)
class Node:
    """One line, and what stands below it. `number` is that of an entry of an access list, None if it is not known."""

    text: str
    children: list["Node"] = field(default_factory=list)
    number: int | None = None

    def copy(self) -> "Node":
        return Node(self.text, [child.copy() for child in self.children], self.number)

    def child(self, text: str) -> "Node | None":
        return next((child for child in self.children if child.text == text), None)


HEADS = (
    ("", "interface "), ("", "ip dhcp pool "), ("", "ip dhcp class "), ("", "ip access-list extended "),
    ("", "ip access-list standard "), ("", "wireless profile policy "), ("", "wireless profile flex "),
    ("", "wireless tag policy "), ("", "ap dot11 5ghz rf-profile "), ("", "ap dot11 24ghz rf-profile "),
    ("", "dot11 ssid "), ("", "class-map type inspect "), ("", "policy-map type inspect "), ("", "template "),
    ("", "parameter-map type inspect "), ("", "parameter-map type webauth "), ("", "zone-pair security "),
    ("", "event manager applet "), ("", "kron occurrence "), ("policy-map ", "class "), ("ip dhcp pool ", "class "),
)  # fmt: skip
"""Commands that open a block: the block that they stand in ("" for the top level), and their leading words."""

_WLAN = re.compile(r"wlan \S+ \d+(?: \S.*)?|wlan \S+")

SCALARS = {
    "interface ": (
        "speed", "duplex", "ip address", "switchport access vlan", "switchport mode", "switchport trunk native vlan",
        "shutdown", "description", "encryption mode", "ip access-group", "switchport port-security maximum",
        "authentication timer reauthenticate", "switchport protected", "zone-member security", "ip nat",
        "authentication timer inactivity", "authentication port-control", "authentication periodic",
        "switchport port-security violation", "dot1x timeout tx-period", "negotiation auto",
        "switchport trunk allowed vlan",
    ),
    "template ": (
        "switchport protected", "authentication timer reauthenticate", "authentication timer inactivity",
        "authentication periodic", "access-session port-control",
    ),
    "ip dhcp pool ": (
        "lease", "dns-server", "default-router", "domain-name", "network", "host", "client-identifier",
        "hardware-address", "client-name", "import all",
    ),
    "wireless profile policy ": (
        "session-timeout", "idle-timeout", "idle-threshold", "vlan", "shutdown", "aaa-override",
    ),
    "wlan ": (
        "peer-blocking", "security ft", "shutdown", "dot11ax", "radio policy dot11 24ghz",
        "radio policy dot11 5ghz", "client association limit", "mac-filtering",
    ),
    "dot11 ssid ": ("authentication key-management", "vlan", "max-associations", "11w-pmf client"),
    "": (
        "dot11 activity-timeout unknown", "dot11 activity-timeout client-station", "service dhcp", "ip routing",
        "ip dns server", "ip domain lookup", "ip nat translation tcp-timeout", "ip nat translation timeout",
        "ap dot11 5ghz shutdown", "ap dot11 24ghz shutdown", "ap dot11 6ghz shutdown",
        "ap dot11 5ghz dot11ax", "ap dot11 24ghz dot11ax", "ap dot11 5ghz dot11ac", "ap dot11 24ghz dot11n",
        "ap dot11 5ghz dot11n",
    ),
    "parameter-map type inspect ": ("tcp idle-time", "udp idle-time"),
    "parameter-map type webauth ": ("timeout init-state sec", "timeout fin-wait msec", "sleeping-client"),
    "ap dot11 ": ("shutdown", "dot11ax"),
}  # fmt: skip
"""Commands of which a block has one, by the leading words of its head: a new one takes the place of the old one."""

LISTS = {
    "": (
        "ip dhcp excluded-address", "ip host", "ip nat inside source static", "ip nat outside source static",
        "ip nat source static", "ip name-server",
    ),
    "ip dhcp pool ": ("option", "address", "class"),
    "interface ": ("bridge-group", "encryption vlan"),
    "wlan ": ("security wpa", "security pmf", "security dot1x", "security static-wep-key", "security web-auth"),
    "parameter-map type webauth ": (),
    "class-map type inspect ": ("match",),
    "event manager applet ": ("action", "event"),
}  # fmt: skip
"""Commands of which a block may have several, each known by its whole text."""

ONE_OF_EACH = (
    re.compile(r"(encryption vlan \S+ mode)\b.*"),
    re.compile(r"(option \d+)\b.*"),
    re.compile(r"(security pmf) (?:optional|mandatory)"),
)
"""Lists that have one entry for each number or name."""

DEFAULT_ON = {
    "": (
        "service dhcp", "ip routing", "ip domain lookup", "ap dot11 5ghz dot11ax", "ap dot11 24ghz dot11ax",
        "ap dot11 5ghz dot11ac", "ap dot11 24ghz dot11n", "ap dot11 5ghz dot11n",
    ),
    "interface ": ("negotiation auto",),
    "wlan ": (
        "dot11ax", "security wpa", "security wpa wpa2", "security wpa wpa2 ciphers aes", "security wpa akm dot1x",
        "security ft adaptive", "broadcast-ssid",
    ),
    "ap dot11 ": ("dot11ax",),
}  # fmt: skip
"""Commands that hold unless a line negates them, which the running configuration then shows."""

SHOWS_NO: dict[str, tuple[str, ...]] = {"wlan ": ("security ft",)}
"""Commands that are no default, and whose negation is shown all the same."""

DEFAULTS = {
    "ip dhcp pool ": ("lease 1",),
    "interface ": ("speed auto", "duplex auto", "no shutdown"),
    "wlan ": ("no peer-blocking", "security pmf disabled"),
}
"""Lines that say the default, so that the device need not show them."""

UP = ("wlan ", "wireless profile policy ")
"""Blocks that the device lets nobody change while they are up (Cisco Catalyst 9800 configuration guide, "WLANs")."""

ACCESS_LIST = re.compile(r"ip access-list (?:extended|standard) (\S+)")
_FLAT = re.compile(r"access-list (\d{1,4}) (.*)")
_ENTRY = re.compile(r"(\d{1,10}) (.+)")
_READS = re.compile(
    r"show running-config(?: interface [A-Za-z0-9/.:-]+| \| (?:section|include) \^[A-Za-z0-9 ./:-]+)"
    r"|show archive config differences nvram:startup-config system:running-config|terminal length 0"
)
_BAND = re.compile(r"ap dot11 (\w+) shutdown")
_OF_BAND = re.compile(r"(?:no )?ap dot11 (24ghz|5ghz|6ghz) (?!rf-profile|shutdown)")


def tree_of(capture: Capture) -> Node:
    """What the running configuration of a capture makes of a device."""
    root = Node("")
    for file in capture.files:
        if file.kind is Kind.CONFIGURATION and not file.is_output:
            for command in parse(file.text).top:
                _take(root, command)
    return root


def _take(root: Node, command: Command) -> None:
    flat = _FLAT.fullmatch(command.text)
    if flat is None:
        same = root.child(command.text)  # a block that stands in two places is one
        if same is None:
            root.children.append(_node(command))
        else:
            same.children += _node(command).children
        return
    number = int(flat[1])
    kind = "extended" if 100 <= number <= 199 or 2000 <= number <= 2699 else "standard"
    head = f"ip access-list {kind} {number}"
    block = root.child(head)
    if block is None:
        block = Node(head)
        root.children.append(block)
    block.children.append(Node(flat[2]))


def _node(command: Command) -> Node:
    node = Node(command.text, [_node(child) for child in command.children])
    if ACCESS_LIST.fullmatch(node.text):
        for child in node.children:
            entry = _ENTRY.fullmatch(child.text)
            if entry is not None:
                child.number, child.text = int(entry[1]), entry[2]
    return node


# -- the console ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Console:
    """One session: the tree, where in it one is (None: exec mode), what was typed to be saved or to revert."""

    tree: Node
    place: list[Node] | None = None
    saved: bool = False
    asked: bool = False
    timers: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)

    def type(self, line: str) -> None:
        """One line with the enter key behind it."""
        if not line.isprintable() or not line.isascii() or "?" in line or len(line) > 254:
            raise Refused(f"the terminal takes {line!r} for something else")
        if self.asked:
            if line not in ("y", "n"):
                raise Refused(f"the device asks for y or n, and gets {line!r}")
            self.asked = False
        elif line == "" or line.startswith("!"):
            return
        elif line != line.strip():
            raise Refused(f"blanks around {line!r}")
        elif self.place is None:
            self._exec(line)
        else:
            self._configure(line, self.place)

    def _exec(self, line: str) -> None:
        if line == "configure terminal":
            self.place = [self.tree]
        elif _READS.fullmatch(line):
            self.reads.append(line)
        elif line == "write memory":
            self.saved = True
        elif re.fullmatch(r"reload in \d+|reload cancel|configure confirm", line):
            self.timers.append(line)
        elif re.fullmatch(r"configure terminal revert timer \d+", line):
            self.timers.append(line)
            self.place = [self.tree]
        else:
            raise Refused(f"no snippet types {line!r} in exec mode")

    def _configure(self, line: str, place: list[Node]) -> None:
        here = place[-1]
        if line == "end":
            self.place = None
        elif line == "exit":
            if len(place) == 1:
                raise Refused("exit leaves configuration mode")
            place.pop()
        elif ACCESS_LIST.fullmatch(here.text):
            _entry(here, line)
        elif line.startswith("ip access-list resequence ") and len(place) == 1:
            _resequence(here, line)
        elif _opens(here.text, line):
            block = here.child(line)
            if block is None:
                block = Node(line)
                here.children.append(block)
            place.append(block)
        else:
            self._line(here, line)

    def _line(self, here: Node, line: str) -> None:
        if here.text.startswith(UP) and line not in ("shutdown", "no shutdown") and here.child("no shutdown"):
            raise Refused(f"{here.text} is up: {line!r} is refused")
        band = _OF_BAND.match(line)
        if band and not here.text and here.child(f"ap dot11 {band[1]} shutdown") is None:
            raise Refused(f"the band is up: {line!r} is refused")
        if here.text.startswith(UP) and line == "no shutdown":
            _replace(here, "shutdown", Node(line))
        elif line.startswith("no "):
            _negate(here, line.removeprefix("no "))
        else:
            _say(here, line)
        self.asked = _BAND.fullmatch(line) is not None


def _opens(head: str, line: str) -> bool:
    if not head and _WLAN.fullmatch(line):
        return True
    return any((head.startswith(block) if block else not head) and line.startswith(words) for block, words in HEADS)


def _kind(table: dict[str, tuple[str, ...]], head: str) -> tuple[str, ...]:
    if not head:
        return table.get("", ())
    return next((words for block, words in table.items() if block and head.startswith(block)), ())


def _begins(line: str, words: str) -> bool:
    return line == words or line.startswith(f"{words} ")


def _replace(here: Node, words: str, new: Node | None) -> None:
    """Everything that says or negates something gives way to a line, at the place of the first of them."""
    old = [child for child in here.children if _begins(child.text.removeprefix("no "), words)]
    place = here.children.index(old[0]) if old else len(here.children)
    here.children[:] = [child for child in here.children if child not in old]
    if new is not None:
        here.children.insert(place, new)


_TRUNK = re.compile(r"(switchport trunk allowed vlan) (add|remove) (\d+)")


def _trunk(here: Node, line: str) -> str:
    """The list of a trunk after one VLAN more or less, as the device shows it (Catalyst 9300 command reference)."""
    found = _TRUNK.fullmatch(line)
    if found is None:
        return line
    shown = next((c.text.removeprefix(found[1]).strip() for c in here.children if _begins(c.text, found[1])), "1-4094")
    vids: set[int] = set()
    for part in shown.split(",") if shown != "none" else ():
        low, _, high = part.partition("-")
        vids |= set(range(int(low), int(high or low) + 1))
    vids = vids | {int(found[3])} if found[2] == "add" else vids - {int(found[3])}
    text = ",".join(str(vid) for vid in sorted(vids))
    for vid in sorted(vids):  # from the left, each longest row of neighbours becomes low-high
        row = next(n for n in range(vid, 4096) if n not in vids) - vid
        if row > 2 and vid - 1 not in vids:
            text = re.sub(rf"\b{','.join(str(vid + n) for n in range(row))}\b", f"{vid}-{vid + row - 1}", text)
    return f"{found[1]} {text or 'none'}"


def _say(here: Node, line: str) -> None:
    line = _trunk(here, line)
    scalar = max((w for w in _kind(SCALARS, here.text) if _begins(line, w)), key=len, default=None)
    if scalar is not None:
        _replace(here, scalar, Node(line))
        return
    one = next((found[1] for each in ONE_OF_EACH if (found := each.fullmatch(line))), None)
    if one is not None and any(_begins(line, words) for words in _kind(LISTS, here.text)):
        known = [c for c in here.children if any((f := e.fullmatch(c.text)) and f[1] == one for e in ONE_OF_EACH)]
        place = here.children.index(known[0]) if known else len(here.children)
        here.children[:] = [child for child in here.children if child not in known]
        here.children.insert(place, Node(line))
        return
    if not any(_begins(line, words) for words in _kind(LISTS, here.text)):
        raise Refused(f"nobody said whether {line!r} replaces another line of {here.text or 'the top level'!r}")
    denied = here.child(f"no {line}")
    if denied is not None:
        here.children.remove(denied)
    elif here.child(line) is None:
        here.children.append(Node(line))


def _negate(here: Node, line: str) -> None:
    if not here.text and (line.startswith("wlan ") or _opens("", line)):
        name = f"{line} " if _WLAN.fullmatch(line) else line
        here.children[:] = [
            c for c in here.children if c.text != line and not (name != line and c.text.startswith(name))
        ]
        return
    if line in (*_kind(DEFAULT_ON, here.text), *_kind(SHOWS_NO, here.text)):
        exact = here.child(line)
        if exact is not None:
            here.children.remove(exact)
        if here.child(f"no {line}") is None:
            here.children.append(Node(f"no {line}"))
        return
    known = (*_kind(SCALARS, here.text), *_kind(LISTS, here.text))
    if not any(_begins(line, words) or _begins(words, line) for words in known):
        raise Refused(f"nobody said what {line!r} of {here.text or 'the top level'!r} is, so not what its no form does")
    scalar = max((w for w in _kind(SCALARS, here.text) if _begins(line, w)), key=len, default=None)
    if scalar is not None:
        _replace(here, scalar, None)
        return
    exact = here.child(line)
    gone = [exact] if exact is not None else [c for c in here.children if _begins(c.text, line)]
    here.children[:] = [child for child in here.children if child not in gone]


# -- access lists ---------------------------------------------------------------------------------------------


def _entry(block: Node, line: str) -> None:
    entries = block.children
    if line.startswith("no "):
        said = line.removeprefix("no ")
        number = int(said) if said.isdecimal() else None
        entries[:] = [each for each in entries if (each.text != said if number is None else each.number != number)]
        return
    entry = _ENTRY.fullmatch(line)
    text = entry[2] if entry is not None else line
    if not text.startswith(("permit ", "deny ", "remark ")):
        raise Refused(f"{line!r} is no entry of an access list")
    if any(each.text == text for each in entries):
        return
    if entry is None:
        last = entries[-1].number if entries else 0
        entries.append(Node(text, number=None if last is None else last + 10))
        return
    number = int(entry[1])
    if any(each.number is None for each in entries):
        raise Refused("the numbers of the other entries are not known")
    if any(each.number == number and _is_remark(each.text) is _is_remark(text) is False for each in entries):
        raise Refused(f"number {number} is taken")
    entries.append(Node(text, number=number))
    entries.sort(key=lambda each: each.number or 0)


def _is_remark(text: str) -> bool:
    return text.startswith("remark ")


def _resequence(root: Node, line: str) -> None:
    found = re.fullmatch(r"ip access-list resequence (\S+) (\d+) (\d+)", line)
    if found is None:
        raise Refused(f"{line!r} is not understood")
    for block in root.children:
        head = ACCESS_LIST.fullmatch(block.text)
        if head is not None and head[1] == found[1]:
            for place, entry in enumerate(block.children):
                entry.number = int(found[2]) + int(found[3]) * place
            return
    raise Refused(f"there is no access list {found[1]}")


# -- what came of it ------------------------------------------------------------------------------------------


def run(device: Capture | Node, lines: Iterable[str]) -> Console:
    """Type lines at a device, given as a capture or as what an earlier run made of it."""
    console = Console(tree_of(device) if isinstance(device, Capture) else device.copy())
    for line in lines:
        console.type(line)
    if console.place is not None or console.asked:
        raise Refused("the lines end within configuration mode")
    return console


def differences(tree: Node, capture: Capture) -> list[str]:
    """Say where a tree differs from what a captured configuration means; a default may be shown or not."""
    return list(_differences(tree, tree_of(capture), "the top level"))


def _differences(mine: Node, theirs: Node, where: str) -> Iterable[str]:
    ones, others = _shown(mine), _shown(theirs)
    if _texts(ones) != _texts(others):
        yield f"{where} differs in {_apart(ones, others) or 'order'}"
        return
    for one, other in zip(ones, others, strict=True):
        yield from _differences(one, other, one.text)


def _apart(ones: Sequence[Node], others: Sequence[Node]) -> list[str]:
    return sorted(set(_texts(ones)) ^ set(_texts(others)))


def _texts(nodes: Iterable[Node]) -> list[str]:
    return [node.text for node in nodes]


def _shown(node: Node) -> list[Node]:
    """What is said in a block, without what is so anyhow; in order only where order means something."""
    if ACCESS_LIST.fullmatch(node.text) or node.text.startswith("policy-map "):
        return node.children
    so_anyhow = {*_kind(DEFAULTS, node.text), *_kind(DEFAULT_ON, node.text)}
    said = [child for child in node.children if child.text not in so_anyhow]
    return sorted(said, key=lambda child: child.text)
