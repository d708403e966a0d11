"""Read and change one place of a text in dnsmasq's notation, and touch no other line.

Places, in dnsmasq's own words:

* `("dhcp-range", tags and first address, "lease")` and `(…, "last")`;
* `("dhcp-option", tags and number)`, also `dhcp-option-force`: the values, one line for each;
* `("dhcp-host", name)`: the whole value of the reservation that goes by this name;
* `("rebind-domain-ok", domain)`, `("filter-rr", type)`: '' if it is listed;
* `("filter-A",)` and other switches: '' if it is on;
* `("address", target, domain)`, also `server`, `local`, `host-record`, `cname`: '' if the target is given for it;
* `("hosts", address, name)`: '' if a line of a file of hosts gives this address to the name.

Lines with quotes are left alone.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor.syntax.dnsmasq_conf import Statement, fields, parse

Place = tuple[str, ...]

_LINE = re.compile(r"(\s*[^=\s#\"]+)(?:(\s*=\s*)(.*?))?(\s*)(\s#.*)?", re.DOTALL)
# Behind which of the lines that are there a new one belongs, the best first.
_BEHIND = {
    "rebind-domain-ok": ("rebind-domain-ok", "stop-dns-rebind"),
    "dhcp-host": ("dhcp-host", "dhcp-range"),
    "dhcp-option": ("dhcp-option", "dhcp-range"),
    "dhcp-option-force": ("dhcp-option-force", "dhcp-option", "dhcp-range"),
}
_DOMAINS_FIRST = ("address", "server", "local")
_NAMES_FIRST = ("host-record", "cname")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line that can be edited: its index, and its value as a list of words."""

    at: int
    key: str
    value: str


def get(text: str, place: Place) -> str | None:
    """Return what stands at a place, None if nothing does."""
    match place:
        case ("dhcp-range", ident, field):
            entry = _range(text, ident)
            return None if entry is None else _range_field(entry.value, field)
        case (("dhcp-option" | "dhcp-option-force") as key, ident):
            found = [rest for e in _entries(text, key) if (rest := _option(e.value, ident)) is not None]
            return "\n".join(found) if found else None
        case ("dhcp-host", name):
            entry = next((e for e in _entries(text, "dhcp-host") if host_name(e.value) == name), None)
            return None if entry is None else entry.value
        case _:
            return "" if _listing(text, place) else None


def put(text: str, place: Place, value: str | None) -> str:
    """Return the text with a value at a place; None: nothing stands there any more."""
    if get(text, place) == value:
        return text
    match place:
        case ("dhcp-range", ident, field):
            entry = _range(text, ident)
            return text if entry is None else _with_value(text, entry, _with_field(entry.value, field, value))
        case (("dhcp-option" | "dhcp-option-force") as key, ident):
            return _put_options(text, key, ident, value)
        case ("dhcp-host", name):
            entry = next((e for e in _entries(text, "dhcp-host") if host_name(e.value) == name), None)
            if entry is None:
                return text if value is None else _insert(text, "dhcp-host", f"dhcp-host={value}")
            return _without(text, entry) if value is None else _with_value(text, entry, value)
        case ("hosts", address, name):
            return _put_hosts(text, address, name, value)
        case _:
            return _put_listed(text, place, value)


def host_name(value: str) -> str:
    """By what name a reservation goes: the client's, else its address, else its first MAC address."""
    words = fields(value)
    addresses = [word for word in words if _is_address(word)]
    macs = [word for word in words if ":" in word and word[:4] not in ("set:", "tag:", "net:") and word[:3] != "id:"]
    names = [w for w in words if w and ":" not in w and not _is_address(w) and not _is_term(w) and w != "ignore"]
    return names[-1] if names else addresses[-1] if addresses else macs[0].lower() if macs else ""


def range_name(value: str) -> str:
    """By what name a range goes: its tags, and the lower of its ends."""
    words = fields(value)
    at = next((at for at, word in enumerate(words) if _is_address(word)), None)
    if at is None:
        return ""
    ends = [IPv4Address(word) for word in words[at : at + 2] if _is_address(word)]
    return ",".join((*words[:at], str(min(ends))))


# -- lines ---------------------------------------------------------------------------------------------------


def _entries(text: str, *keys: str) -> list[_Entry]:
    """Lines with one of these keys; one with quotes, or that dnsmasq refuses, is not among them."""
    lines = text.split("\n")
    return [
        _Entry(s.line - 1, s.key, s.value)
        for s in parse(text)
        if s.key in keys and not s.problem and '"' not in lines[s.line - 1]
    ]


def _with_value(text: str, entry: _Entry, value: str) -> str:
    """Replace the value of one line; what stands around it stays."""
    lines = text.split("\n")
    found = _LINE.fullmatch(lines[entry.at])
    if found is not None:
        end = (found[4] or "") + (found[5] or "")
        lines[entry.at] = f"{found[1]}{found[2] or '='}{value}{end}"
    return "\n".join(lines)


def _without(text: str, *entries: _Entry) -> str:
    """Take lines out, with their ends."""
    gone = {entry.at for entry in entries}
    return "\n".join(line for at, line in enumerate(text.split("\n")) if at not in gone)


def _insert(text: str, key: str, line: str) -> str:
    """Put a line behind those that it belongs to, else at the end."""
    lines = text.split("\n")
    statements = parse(text)
    behind = (_last(statements, near) for near in _BEHIND.get(key, (key,)))
    at = next((found for found in behind if found), 0)
    if not at:
        return "\n".join((*lines[:-1], line, "") if not lines[-1] else (*lines, line))
    before = lines[at - 1]
    indent = before[: len(before) - len(before.lstrip(" \t"))]
    return "\n".join((*lines[:at], indent + line + ("\r" if before.endswith("\r") else ""), *lines[at:]))


def _last(statements: Iterable[Statement], key: str) -> int:
    """The number of the last line with a key, 0 if there is none."""
    return max((s.line for s in statements if s.key == key), default=0)


# -- ranges and options --------------------------------------------------------------------------------------


def _range(text: str, ident: str) -> _Entry | None:
    return next((e for e in _entries(text, "dhcp-range") if range_name(e.value) == ident), None)


def _lease_at(words: list[str]) -> int:
    """Where the lease stands, or would stand."""
    at = next((at for at, word in enumerate(words) if _is_address(word)), 0) + 2
    while at < len(words) and _is_address(words[at]):
        at += 1
    return at


def _range_field(value: str, field: str) -> str | None:
    words = fields(value)
    if field == "lease":
        at = _lease_at(words)
        return words[at] if at < len(words) else None
    last = _last_at(words)
    return None if last is None else words[last]


def _last_at(words: list[str]) -> int | None:
    """Which word is the higher end of a range; None if it has no dynamic addresses."""
    at = next((at for at, word in enumerate(words) if _is_address(word)), None)
    if at is None or at + 1 >= len(words) or not _is_address(words[at + 1]):
        return None
    return at if IPv4Address(words[at]) > IPv4Address(words[at + 1]) else at + 1


def _with_field(value: str, field: str, wanted: str | None) -> str:
    """Change one word between commas; the blanks of the others stay."""
    parts = value.split(",")
    words = [part.strip() for part in parts]
    at = _lease_at(words) if field == "lease" else _last_at(words)
    if at is None:
        return value
    if wanted is None:
        return ",".join(parts[:at] + parts[at + 1 :]) if field == "lease" else value
    blank = parts[at - 1][: len(parts[at - 1]) - len(parts[at - 1].lstrip())] if at and at > 1 else ""
    if at >= len(parts):
        return ",".join((*parts, blank + wanted))
    if not words[at]:
        return ",".join((*parts[:at], parts[at] + wanted, *parts[at + 1 :]))
    return ",".join((*parts[:at], parts[at].replace(words[at], wanted), *parts[at + 1 :]))


def _option(value: str, ident: str) -> str | None:
    """The values of an option with these tags and this number; '' if it has none; None if it is another one."""
    wanted = fields(ident)
    words = fields(value)
    if words[: len(wanted)] != wanted:
        return None
    return ",".join(words[len(wanted) :])


def _put_options(text: str, key: str, ident: str, value: str | None) -> str:
    """As many lines as values; lines that are there already are used first."""
    wanted = [] if value is None else value.split("\n")
    there = [e for e in _entries(text, key) if _option(e.value, ident) is not None]
    lines = [f"{ident},{values}" if values else ident for values in wanted]
    for entry, line in zip(there, lines, strict=False):
        text = _with_value(text, entry, line)
    text = _without(text, *there[len(lines) :])
    for line in lines[len(there) :]:
        text = _insert(text, key, f"{key}={line}")
    return text


# -- words in lists ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Listed:
    """How the words of a line are found, and what the line is without one of them."""

    names: Callable[[str], list[str]]
    without: Callable[[str, str], str | None]
    line: Callable[[str], str]


def _kind(place: Place) -> _Listed | None:
    match place:
        case ("rebind-domain-ok", _):
            return _Listed(_slashed, _without_slashed, lambda name: f"rebind-domain-ok=/{name}/")
        case ("filter-rr", _):
            return _Listed(
                fields, lambda v, n: ",".join(w for w in fields(v) if w != n) or None, lambda name: f"filter-rr={name}"
            )
        case (key, target, _) if key in _DOMAINS_FIRST:
            return _Listed(
                lambda value: _domains(value, target),
                lambda value, name: _without_domain(value, target, name),
                lambda name: f"{key}=/{name}/{target}" if name else f"{key}={target}",
            )
        case (key, target, _) if key in _NAMES_FIRST:
            return _Listed(
                lambda value: _names_before(value, target),
                lambda value, name: _without_name(value, target, name),
                lambda name: f"{key}={name},{target}",
            )
        case _:
            return None


def _listing(text: str, place: Place) -> list[_Entry]:
    """The lines that list a place's last word."""
    if place[0] == "hosts":
        return _hosts(text, place[1], place[2])
    kind = _kind(place)
    if kind is None:
        return _entries(text, place[0])
    wanted = place[-1].lower() if place[0] == "rebind-domain-ok" else place[-1]
    return [e for e in _entries(text, place[0]) if wanted in kind.names(e.value)]


def _put_listed(text: str, place: Place, value: str | None) -> str:
    kind = _kind(place)
    if value is not None:
        return _insert(text, place[0], kind.line(place[-1]) if kind is not None else place[0])
    gone: list[_Entry] = []
    for entry in _listing(text, place):
        rest = kind.without(entry.value, place[-1]) if kind is not None else None
        if rest is None:
            gone.append(entry)
        else:
            text = _with_value(text, entry, rest)
    return _without(text, *gone)


def _slashed(value: str) -> list[str]:
    words = value.removeprefix("/").split("/")
    return [word.strip().lower() for word in words[: words.index("") if "" in words else len(words)]]


def _without_slashed(value: str, name: str) -> str | None:
    if _slashed(value) == [name.lower()]:
        return None
    lead, end = ("/" if value.startswith("/") else ""), ("/" if value.endswith("/") else "")
    kept = [word for word in value.strip("/").split("/") if word.strip().lower() != name.lower()]
    return f"{lead}{'/'.join(kept)}{end}"


def _domains(value: str, target: str) -> list[str]:
    if not value.startswith("/"):
        return [""] if value == target else []
    *names, written = [part.strip() for part in value.split("/")[1:]]
    return names if written == target else []


def _without_domain(value: str, target: str, name: str) -> str | None:
    kept = [each for each in _domains(value, target) if each != name]
    return f"/{'/'.join(kept)}/{target}" if kept and name else None


def _names_before(value: str, target: str) -> list[str]:
    words, rest = fields(value), fields(target)
    return words[: -len(rest)] if words[-len(rest) :] == rest else []


def _without_name(value: str, target: str, name: str) -> str | None:
    kept = [each for each in _names_before(value, target) if each != name]
    return ",".join((*kept, target)) if kept else None


# -- files of hosts ------------------------------------------------------------------------------------------


def _hosts(text: str, address: str, name: str) -> list[_Entry]:
    found = []
    for at, line in enumerate(text.split("\n")):
        words = line.partition("#")[0].split()
        if len(words) > 1 and words[0] == address and name in words[1:]:
            found.append(_Entry(at, "hosts", line))
    return found


def _put_hosts(text: str, address: str, name: str, value: str | None) -> str:
    if value is not None:
        lines = text.split("\n")
        at = len(lines) - 1 if not lines[-1] else len(lines)
        return "\n".join((*lines[:at], f"{address} {name}", *lines[at:]))
    lines = text.split("\n")
    gone: list[_Entry] = []
    for entry in _hosts(text, address, name):
        words, comment, rest = entry.value.partition("#")
        parts = re.split(r"(\s+)", words)
        kept = [at for at, part in enumerate(parts) if part.strip() and part != name]
        if len(kept) < 2:
            gone.append(entry)
        else:
            named = [at for at, part in enumerate(parts) if part == name]
            out = {n for at in named for n in (at - 1, at)}
            lines[entry.at] = "".join(p for at, p in enumerate(parts) if at not in out) + comment + rest
    return _without("\n".join(lines), *gone)


def _is_address(word: str) -> bool:
    try:
        IPv4Address(word)
    except ValueError:
        return False
    return True


def _is_term(word: str) -> bool:
    return word == "infinite" or re.fullmatch(r"\d+[smhdwSMHDW]?", word) is not None
