"""What a script of RouterOS does to card readers when it runs.

A script is a list of console commands; conditions, loops and delays do not matter here: what a script can do counts
as done. A command that changes the network and is not known, and one whose text is only made when it runs, leave it
open. What reads, logs, sends, saves or shapes traffic disturbs nobody.

Source: MikroTik's manual, "Scripting" and its CLI reference.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.model import Disturbance
from auditor.services.reading import printable

Wireless = Callable[[str], bool]
"""Whether an interface of this name is one of Wi-Fi."""

_MOST = 50
_LONGEST = 200_000

_VERBS = frozenset(
    (
        "add", "set", "remove", "enable", "disable", "move", "unset", "edit", "comment", "print", "get", "find",
        "export", "monitor", "reboot", "shutdown", "reset-configuration", "release", "renew", "provision", "run",
        "save", "load", "send", "fetch", "flush", "install", "upgrade", "check-for-updates", "download",
        "force-update", "reset-counters", "reset-counters-all", "reset", "info", "warning", "error", "debug",
        "power-cycle", "power-reset", "scan", "blink", "disconnect", "make-static", "check-status", "upload",
        "as-value", "test", "eject-drive", "execute", "import", "ping", "reset-mac-address", "reset-html",
        "snooper", "frequency-monitor", "quit", "resolve",
    )
)  # fmt: skip

_READS = frozenset(
    (
        "print", "get", "find", "export", "monitor", "save", "send", "fetch", "info", "warning", "error", "debug",
        "comment", "check-for-updates", "download", "force-update", "reset-counters", "reset-counters-all", "blink",
        "check-status", "upload", "as-value", "ping", "renew", "snooper", "test", "resolve", "quit", "edit", "flush",
        "make-static",
    )
)  # fmt: skip
"""Verbs that leave the network as it is: `renew` keeps the address, `flush` empties a cache."""

_QUIET = (
    "log", "file", "tool e-mail", "tool fetch", "tool sms", "tool wol", "tool graphing", "tool traffic-monitor",
    "queue", "system backup", "system clock", "system identity", "system leds", "system logging", "system note",
    "system ntp", "system routerboard", "certificate", "user", "snmp", "ip cloud", "ip dns cache",
    "ip firewall address-list", "ip firewall mangle", "ip hotspot user", "ip ssh", "ip service", "ppp", "disk",
    "tool romon", "tool mac-server", "ip accounting", "ip traffic-flow", "ip neighbor", "system health",
    "system resource", "beep", "environment", "console", "system script environment", "system script job",
)  # fmt: skip
"""Menus in which no change ends the session of a reader. Address lists are judged where a filter uses them."""

_NETWORK = ("interface", "ip", "ipv6", "caps-man", "system", "routing", "tool", "radius", "user-manager")
_RESTARTS = frozenset(
    (
        ("system", "reboot"),
        ("system", "shutdown"),
        ("system", "reset-configuration"),
        ("system package update", "install"),
        ("system package", "install"),
        ("system backup", "load"),
    )
)
_RADIO_MENUS = ("interface wireless", "interface wifi", "interface wifiwave2", "caps-man")
_UPLINK_MENUS = tuple(f"interface {kind}" for kind in ("pppoe-client", "lte", "ppp-client", "l2tp-client"))
_SERVES = ("ip dhcp-server", "ip dns", "ip address", "ip pool", "ip hotspot", "ip dhcp-relay", "ip route")

_NAMED = re.compile(r"(?:default-)?name[=~]|interface=")

# What stands outside of texts: structure, texts, variables, words.
_TOKEN = re.compile(
    r"""(?P<text>"(?>(?:[^"\\]++|\\.)*)"?)|(?P<end>[;\n{}\[\]()])|(?P<comment>\#[^\n]*)|(?P<blank>(?:[^\S\n]|\\\n?)+)
        |(?P<word>[^\s;{}\[\]()"\\]++)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in a script that may disturb, and cannot be told: why, for people."""

    why: str


Effect = Disturbance | Doubt


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a script can refer to: other scripts by name, interfaces of the uplink, interfaces of Wi-Fi."""

    sources: Callable[[str], str | None]
    uplinks: frozenset[str]
    wireless: Wireless


def effects(script: str, around: Surroundings) -> tuple[Effect, ...]:
    """What a script does to readers, each thing once."""
    return tuple(dict.fromkeys(_effects(script, around, set())))


def _effects(script: str, around: Surroundings, read: set[str]) -> Iterator[Effect]:
    """`read` are the scripts that were followed already; each is followed once."""
    if len(script) > _LONGEST:
        yield Doubt("a script is too long to be read")
        return
    menu: tuple[str, ...] = ()
    for words, inner in _commands(script):
        command = _command(words, menu)
        if command is None:
            continue
        path, verb, arguments = command
        if not inner:
            menu = () if verb and words[0].startswith("/") else path
        if verb == "run" and path == ("system", "script"):
            yield from _other(arguments, around, read)
        elif verb:
            effect = _effect(" ".join(path), verb, arguments, around)
            if effect is not None:
                yield effect


def _other(arguments: tuple[str, ...], around: Surroundings, read: set[str]) -> Iterator[Effect]:
    """`/system script run NAME`."""
    name = next((word.partition("=")[2] or word for word in arguments), "")
    if name in read:
        return
    read.add(name)
    source = around.sources(name)
    if source is None:
        yield Doubt(f"it runs script '{printable(name)}', which is not in the export")
    elif len(read) > _MOST:
        yield Doubt("it runs too many other scripts")
    else:
        yield from _effects(source, around, read)


# -- commands --------------------------------------------------------------------------------------------------


def _commands(script: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The commands of a script as words, and whether they are part of another one.

    An expression in brackets stands as `[]` in its command, with the names that it looks for; a text without quotes.
    """
    open_: list[list[str]] = [[]]
    brackets: list[str] = []
    for token in _TOKEN.finditer(script):
        match token.lastgroup:
            case "word":
                open_[-1].append(token[0])
            case "text" if open_[-1] and open_[-1][-1].endswith("="):
                open_[-1][-1] += token[0].strip('"')
            case "text":
                open_[-1].append('"' + token[0].strip('"'))
            case "comment" if open_[-1]:  # only what begins a command is a comment
                open_[-1] += token[0].split()
            case "end":
                yield from _structure(token[0], open_, brackets)
            case _:
                pass
    outer = next((depth for depth, sign in enumerate(brackets) if sign != "{"), len(brackets))
    for depth, words in enumerate(open_):
        if words:
            yield tuple(words), depth > outer


def _structure(sign: str, open_: list[list[str]], brackets: list[str]) -> Iterator[tuple[tuple[str, ...], bool]]:
    if sign in "[({":
        brackets.append(sign)
        open_.append([])
        return
    words = open_[-1]
    if words:
        yield tuple(words), bool(brackets) and brackets[-1] != "{"
    open_[-1] = []
    if sign in "])}" and brackets:
        opened = brackets.pop()
        open_.pop()
        if opened != "{":
            open_[-1] += ["[]", *(word for word in words if _NAMED.match(word))]


def _command(words: tuple[str, ...], menu: tuple[str, ...]) -> tuple[tuple[str, ...], str, tuple[str, ...]] | None:
    """Menu, verb and arguments of a command; without a verb it only names the menu for those that follow."""
    first = words[0]
    if first.startswith(":"):
        return _language(first[1:], words[1:])
    if first.startswith(('"', "$", "=")) or first in ("do=", "else=", "on-error=", "in="):
        return None
    path = [part for word in words for part in _parts(word)]
    found = list(menu) if not first.startswith("/") else []
    for number, part in enumerate(path):
        if part in _VERBS:
            return tuple(found), part, tuple(path[number + 1 :])
        if part == "..":
            found = found[:-1]
        elif re.fullmatch(r"[a-z0-9][a-z0-9-]*", part):
            found.append(part)
        else:
            return (tuple(found), "?", tuple(path[number:])) if found and first.startswith("/") else None
    return (tuple(found), "", ()) if first.startswith("/") else None


def _parts(word: str) -> list[str]:
    """The words of a path with slashes; an argument stays as it is."""
    if "=" in word or word.startswith('"') or "/" not in word:
        return [word.removeprefix('"')]
    return [part for part in word.split("/") if part]


def _language(name: str, words: tuple[str, ...]) -> tuple[tuple[str, ...], str, tuple[str, ...]] | None:
    """Commands of the language itself: only what makes commands of texts matters."""
    if name in ("execute", "parse"):
        return (), name, words
    return None


# -- what they do ----------------------------------------------------------------------------------------------


def _effect(menu: str, verb: str, arguments: tuple[str, ...], around: Surroundings) -> Effect | None:
    said = printable(f"/{menu} {verb}".replace("/ ", "/").removesuffix(" ?"), 60)
    if verb in ("execute", "parse", "import"):
        return Doubt(f"'{verb}' runs what is not in the export")
    if (menu, verb) in _RESTARTS:
        return Disturbance.REBOOT
    if verb in ("power-cycle", "power-reset"):
        return Doubt(f"'{said}' takes the power from a port, and with it from what it feeds")
    if verb in _READS or _under(menu, _QUIET):
        return None
    if menu == "ip dhcp-client" and verb in ("release", "disable", "remove"):
        return Disturbance.UPLINK_DOWN
    if _under(menu, ("interface", "caps-man")):
        return _interface(menu, verb, arguments, said, around)
    if _under(menu, _SERVES):
        return _service(menu, verb, arguments, said)
    changes = not menu or menu.partition(" ")[0] in _NETWORK
    return Doubt(_changes(said)) if changes else None


def _service(menu: str, verb: str, arguments: tuple[str, ...], said: str) -> Effect | None:
    """Addresses, names and routes: switched off, they are missing; switched on or added, they interrupt nothing.

    Unless it is a portal, which asks for a login from then on, or an answer about a name.
    """
    match verb:
        case "add" | "enable" if menu in ("ip hotspot", "ip dns static"):
            return Doubt(_changes(said))
        case "add" | "enable":
            return None
        case "disable" | "remove":
            return Disturbance.SERVICE_RESTART
        case "set" if _off(arguments):
            return Disturbance.SERVICE_RESTART
        case _:
            return Doubt(_changes(said))


def _interface(menu: str, verb: str, arguments: tuple[str, ...], said: str, around: Surroundings) -> Effect | None:
    """Commands about interfaces; which one is told by its name, or by the menu."""
    off = verb == "disable" or (verb == "set" and _off(arguments))
    names = {part for word in arguments for part in (word.partition("=")[2] or word).split(",")}
    radio = _under(menu, _RADIO_MENUS) or any(around.wireless(name) for name in names)
    lists = menu.endswith(("access-list", "connect-list"))
    match verb:
        case "enable" | "add":
            return Doubt(_changes(said)) if lists else None
        case "scan" | "frequency-monitor":
            return Disturbance.WIRELESS_OFF
        case "provision" | "reset":
            return Disturbance.SERVICE_RESTART
        case "remove" if menu.endswith("registration-table"):
            return Disturbance.SERVICE_RESTART
        case "disable" | "set" if lists:
            return Doubt(_changes(said))
        case "disable" | "set" if off and (_under(menu, _UPLINK_MENUS) or names & around.uplinks):
            return Disturbance.UPLINK_DOWN
        case "disable" | "set" if off:
            return Disturbance.WIRELESS_OFF if radio else Doubt(_changes(said))
        case "set" if all(_switches_on(word) or "=" not in word or _NAMED.match(word) for word in arguments):
            return None
        case "set" if radio:
            return Disturbance.SERVICE_RESTART
        case _:
            return Doubt(_changes(said))


def _changes(said: str) -> str:
    return f"'{said}' changes the network"


def _off(arguments: tuple[str, ...]) -> bool:
    return any(word in ("disabled=yes", "disabled=true", "enabled=no", "enabled=false") for word in arguments)


def _switches_on(word: str) -> bool:
    return word in ("disabled=no", "disabled=false", "enabled=yes", "enabled=true") or word.startswith("comment=")


def _under(menu: str, tops: tuple[str, ...]) -> bool:
    return any(menu == top or menu.startswith(f"{top} ") for top in tops)
