"""Commands as a RouterOS console would run them: exactly those that snippets hold, and no others.

Written from MikroTik's manual ("Scripting", "Command Line Interface"), and shares nothing with the editor of exports
nor with what writes the commands, so that one can judge the other. Only the tree of a device is made by the reader of
exports. Anything else than the commands of snippets is an `AssertionError`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from auditor.capture import Capture, Kind
from auditor.profiles import Profile, load_profile
from auditor.syntax.routeros import Statement, TargetKind, parse


class Refused(AssertionError):
    """The console would refuse a line, or do something that nobody meant."""


@dataclass(slots=True)
class Item:
    """An item of a menu. `itself`: the settings of the menu. `added`: a line adds it; others are there anyhow."""

    properties: dict[str, str]
    itself: bool = False
    added: bool = False


Tree: TypeAlias = dict[str, list[Item]]


def tree_of(capture: Capture) -> Tree:
    """What the exports of a capture make of a device that has its defaults."""
    tree: Tree = {}
    for file in capture.files:
        if file.kind is Kind.CONFIGURATION and not file.is_output:
            for statement in parse(file.text).statements:
                _take(tree, statement)
    return tree


def _take(tree: Tree, statement: Statement) -> None:
    items = tree.setdefault(statement.menu, [])
    target = statement.target
    found_by: tuple[tuple[str, str], ...] = ()
    match statement.verb, target.kind:
        case "add", _:
            items.append(Item({}, added=True))
            item = items[-1]
        case "set", TargetKind.NONE:
            item = next((each for each in items if each.itself), None) or Item({}, itself=True)
        case "set", TargetKind.FIND | TargetKind.NAMES:
            found_by = target.conditions or (("name", target.words[0]),)
            matching = [each for each in items if _matches(each, found_by)]
            item = matching[0] if matching else Item(dict(found_by))
        case _:
            raise Refused(f"line {statement.first}: an export holds no {statement.verb} {target}")
    if all(item is not each for each in items):
        items.append(item)
    for each in statement.properties:
        if each.unset:
            item.properties.pop(each.name, None)
        else:
            item.properties[each.name] = each.value


def _matches(item: Item, conditions: Iterable[tuple[str, str]]) -> bool:
    return not item.itself and all(item.properties.get(name) == value for name, value in conditions)


# -- the console ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Words:
    """A line, taken apart from the left."""

    text: str
    at: int = 0
    place: list[tuple[str, str]] = field(default_factory=list)
    """What `place-before=[find …]` asks for."""

    def blank(self) -> None:
        while self.at < len(self.text) and self.text[self.at] == " ":
            self.at += 1

    def takes(self, what: str) -> bool:
        """Pass over a text if it stands here."""
        self.blank()
        if self.text.startswith(what, self.at):
            self.at += len(what)
            return True
        return False

    def needs(self, what: str) -> None:
        if not self.takes(what):
            raise Refused(f"expected {what!r} in {self.text!r} at {self.text[self.at :]!r}")

    def word(self) -> str:
        """A bare word: a verb, a part of a menu, or the name of a property."""
        self.blank()
        found = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*").match(self.text, self.at)
        if found is None:
            raise Refused(f"expected a word in {self.text!r} at {self.text[self.at :]!r}")
        self.at = found.end()
        return found[0]

    def value(self) -> str:
        """A value: bare, or in quotes with escapes. `$` begins a variable and `?` asks for help, also in quotes."""
        if self.at >= len(self.text) or self.text[self.at] != '"':
            return self.word()
        self.at += 1
        octets = bytearray()
        while self.at < len(self.text):
            character = self.text[self.at]
            self.at += 1
            if character == '"':
                return octets.decode("utf-8", "surrogateescape")
            if character in "$?":
                raise Refused(f"{character!r} has a meaning in {self.text!r}")
            if not " " <= character <= "~":
                raise Refused(f"{character!r} is typed in {self.text!r}")
            octets += self._escape() if character == "\\" else character.encode()
        raise Refused(f"a quote is not closed in {self.text!r}")

    def _escape(self) -> bytes:
        """Every hex byte is two capital digits; of the others only those that snippets need."""
        following = self.text[self.at : self.at + 1]
        if following in ('"', "\\", "$"):
            self.at += 1
            return following.encode()
        digits = self.text[self.at : self.at + 2]
        if re.fullmatch(r"[0-9A-F]{2}", digits) is None:
            raise Refused(f"the console does not know the escape in {self.text!r} at {self.text[self.at :]!r}")
        self.at += 2
        if int(digits, 16) < 0x20 or int(digits, 16) == 0x7F:
            raise Refused(f"a control character in {self.text!r}")
        return bytes.fromhex(digits)

    @property
    def done(self) -> bool:
        self.blank()
        return self.at == len(self.text)


_VERBS = frozenset(["set", "add", "remove", "unset", "get", "find"])


def _menu(words: _Words) -> tuple[str, str]:
    """The menu and the verb of `/ip dhcp-server set`."""
    words.needs("/")
    parts = [words.word()]
    while parts[-1] not in _VERBS:
        parts.append(words.word())
    if len(parts) < 2:
        raise Refused(f"no menu in {words.text!r}")
    return " ".join(parts[:-1]), parts[-1]


def _pairs(words: _Words, *ends: str) -> list[tuple[str, str]]:
    """`name=value` up to one of the ends, which is left where it is."""
    pairs: list[tuple[str, str]] = []
    while not words.done and not words.text.startswith(ends, words.at):
        name = words.word()
        if words.text[words.at : words.at + 1] != "=":
            raise Refused(f"expected = in {words.text!r} at {words.text[words.at :]!r}")
        words.at += 1
        if name == "place-before":
            words.needs("[find")
            words.place = _pairs(words, "]")
            words.needs("]")
        else:
            pairs.append((name, words.value()))
    return pairs


@dataclass(slots=True)
class Console:
    """Runs lines on a tree, and keeps what they print, with what the comment before them expects."""

    tree: Tree
    printed: list[tuple[str, str]] = field(default_factory=list)
    _comment: str = ""

    def run(self, line: str) -> None:
        """Run one line of a snippet."""
        if line.startswith("# expect: "):
            self._comment = line.removeprefix("# expect: ")
            return
        if not line.isascii() or not line.isprintable() or "?" in line:
            raise Refused(f"cannot be typed as it is: {line!r}")
        words = _Words(line)
        if words.takes(":put ["):
            self.printed.append((self._read(words), self._comment))
        elif words.takes(":if ([:len ["):
            menu, verb = _menu(words)
            _is(verb, "find", line)
            found = self._found(menu, _pairs(words, "]"))
            words.needs("]] = 0) do={")
            inner, verb = _menu(words)
            _is(verb, "add", line)
            new = _pairs(words, "}")
            words.needs("}")
            if not found:
                self._add(inner, new, words.place)
        else:
            self._change(words)
        self._comment = ""
        if not words.done:
            raise Refused(f"more than one command: {line!r}")

    def _read(self, words: _Words) -> str:
        if words.takes(":len ["):
            menu, verb = _menu(words)
            _is(verb, "find", words.text)
            count = len(self._found(menu, _pairs(words, "]")))
            words.needs("]]")
            return str(count)
        menu, verb = _menu(words)
        _is(verb, "get", words.text)
        (item,) = self._target(menu, words)
        name = words.word()
        words.needs("]")
        return item.properties.get(name, "")

    def _change(self, words: _Words) -> None:
        menu, verb = _menu(words)
        match verb:
            case "set":
                items = self._target(menu, words)
                new = _pairs(words)
                if not new:
                    raise Refused(f"sets nothing: {words.text!r}")
                for item in items:
                    item.properties.update(new)
            case "unset":
                items = self._target(menu, words)
                words.needs("value-name=")
                name = words.word()
                for item in items:
                    item.properties.pop(name, None)
            case "remove":
                words.needs("[find")
                doomed = self._found(menu, _pairs(words, "]"))
                words.needs("]")
                self.tree[menu] = [each for each in self.tree.get(menu, []) if all(each is not one for one in doomed)]
            case _:
                raise Refused(f"no such command in a snippet: {words.text!r}")

    def _target(self, menu: str, words: _Words) -> list[Item]:
        """`[find …]`, which must find one item, or the menu's own settings."""
        if not words.takes("[find"):
            items = self.tree.setdefault(menu, [])
            if not any(each.itself for each in items):
                items.append(Item({}, itself=True))
            return [each for each in items if each.itself]
        conditions = _pairs(words, "]")
        words.needs("]")
        found = self._found(menu, conditions)
        if not found and all(name in ("name", "default-name") for name, _ in conditions):
            # An export leaves out items that have their defaults; on the device they are there.
            found = [Item(dict(conditions))]
            self.tree.setdefault(menu, []).append(found[0])
        if len(found) != 1:
            raise Refused(f"{len(found)} items are found: {words.text!r}")
        return found

    def _found(self, menu: str, conditions: list[tuple[str, str]]) -> list[Item]:
        if not conditions:
            raise Refused(f"finds every item of /{menu}")
        return [each for each in self.tree.get(menu, []) if _matches(each, conditions)]

    def _add(self, menu: str, new: list[tuple[str, str]], place: list[tuple[str, str]]) -> None:
        items = self.tree.setdefault(menu, [])
        item = Item(dict(new), added=True)
        if not place:
            items.append(item)
            return
        following = self._found(menu, place)
        if len(following) != 1:
            raise Refused(f"{len(following)} items of /{menu} to stand before")
        items.insert(next(at for at, each in enumerate(items) if each is following[0]), item)


def _is(verb: str, expected: str, line: str) -> None:
    if verb != expected:
        raise Refused(f"expected {expected} in {line!r}")


def run(device: Capture | Tree, lines: Sequence[str]) -> Console:
    """Run lines on a copy of a device."""
    tree = tree_of(device) if isinstance(device, Capture) else device
    console = Console(
        {menu: [Item(dict(i.properties), i.itself, i.added) for i in items] for menu, items in tree.items()}
    )
    for line in lines:
        console.run(line)
    return console


# -- comparison -----------------------------------------------------------------------------------------------


_VERSION = re.compile(r"^#.*\bby RouterOS (\S+)", re.MULTILINE)


def defaults_of(capture: Capture, profile: Profile) -> Mapping[str, str]:
    """The documented defaults of a device's version: menu and the last part of the property's name → value."""
    version = next((found[1] for file in capture.files if (found := _VERSION.search(file.text))), None)
    found_defaults: dict[str, str] = {}
    for entry in profile.defaults:
        menu, _, name = entry.partition(".")
        default = profile.default(entry, version)
        if default is not None:
            found_defaults[f"{menu}.{name.rpartition('.')[2]}"] = default.value
    return found_defaults


def differences(tree: Tree, capture: Capture, defaults: Mapping[str, str] | None = None) -> list[str]:
    """Say where a tree differs from what captured exports mean; a default may be written or not."""
    known = defaults_of(capture, load_profile("routeros")) if defaults is None else defaults
    other = tree_of(capture)
    found: list[str] = []
    for menu in sorted(tree.keys() | other.keys()):
        mine, theirs = (_said(each.get(menu, []), menu, known) for each in (tree, other))
        if len(mine) != len(theirs):
            found.append(f"/{menu} has {len(mine)} items instead of {len(theirs)}")
        found += [f"/{menu}: {one} instead of {two}" for one, two in zip(mine, theirs, strict=False) if one != two]
    return found


def _said(items: list[Item], menu: str, defaults: Mapping[str, str]) -> list[dict[str, str]]:
    """What is said of each item, in order, the settings of the menu first; what has its defaults is not said."""
    said: list[dict[str, str]] = []
    for item in sorted(items, key=lambda item: not item.itself):
        properties = {
            name: value for name, value in sorted(item.properties.items()) if value != _default(menu, name, defaults)
        }
        if item.added or properties.keys() - {"default-name", "name"}:
            said.append(properties)
    return said


def _default(menu: str, name: str, defaults: Mapping[str, str]) -> str | None:
    """The default of a property: in its menu, or in that of the profile which its name begins with."""
    *profiles, last = name.split(".")
    words = menu.replace("wifiwave2", "wifi").split(" ")
    menus = [words, *([*words, each] for each in profiles), *([*words[:-1], each] for each in profiles)]
    found = next((defaults[key] for each in menus if (key := f"{' '.join(each)}.{last}") in defaults), None)
    # An item of RouterOS is switched on unless its menu is documented otherwise.
    return "no" if found is None and name == "disabled" else found
