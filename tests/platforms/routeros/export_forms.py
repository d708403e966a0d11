"""The same export in every form that RouterOS and people write, made without the reader that is under test."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

_TOKEN = re.compile(r'\[[^\]]*\]|(?:"(?:[^"\\]|\\.)*"|[^\s"])+')
_VERBS = ("add", "set")


@dataclass(frozen=True)
class Command:
    """One statement: the words of its menu, its verb, what it finds, and its properties as they are written."""

    menu: tuple[str, ...]
    verb: str
    target: str
    properties: tuple[tuple[str, str], ...]

    @property
    def arguments(self) -> str:
        properties = (name if name.startswith("!") else f"{name}={value}" for name, value in self.properties)
        return " ".join([*filter(None, [self.target]), *properties])


@dataclass(frozen=True)
class Export:
    """An export as its header and its commands."""

    header: tuple[str, ...]
    commands: tuple[Command, ...]


def read(text: str) -> Export:
    """Take one of our own base exports apart."""
    joined = re.sub(r"\\\r?\n[ ]*", "", text).splitlines()
    header = tuple(line for line in joined if line.startswith("#"))
    return Export(header, tuple(_commands(line for line in joined if not line.startswith("#"))))


def _commands(lines: Iterable[str]) -> Iterator[Command]:
    menu: tuple[str, ...] = ()
    for line in lines:
        tokens = _TOKEN.findall(line.removeprefix("/"))
        verb = next((number for number, token in enumerate(tokens) if token in _VERBS), None)
        if line.startswith("/"):
            menu = tuple(tokens[:verb])
        if verb is None:
            continue
        rest = tokens[verb + 1 :]
        target = rest.pop(0) if rest and "=" not in re.sub(r"\[.*\]", "", rest[0]) else ""
        yield Command(menu, tokens[verb], target, tuple((name, value) for name, _, value in map(_parted, rest)))


def _parted(token: str) -> tuple[str, str, str]:
    return token.partition("=")


# -- forms of a whole text -------------------------------------------------------------------------------------


def _text(export: Export, lines: Iterable[str], ending: str = "\n") -> str:
    return "".join(f"{line}{ending}" for line in (*export.header, *lines))


def terse(export: Export) -> str:
    return _text(export, (f"/{' '.join(each.menu)} {each.verb} {each.arguments}" for each in export.commands))


def terse_with_slashes(export: Export) -> str:
    return _text(export, (f"/{'/'.join(each.menu)}/{each.verb} {each.arguments}" for each in export.commands))


def _blocks(export: Export, name: Callable[[tuple[str, ...]], str]) -> str:
    lines: list[str] = []
    for menu, commands in groupby(export.commands, key=lambda each: each.menu):
        lines += [name(menu), *(f"{each.verb} {each.arguments}" for each in commands)]
    return _text(export, lines)


def blocks(export: Export) -> str:
    return _blocks(export, lambda menu: f"/{' '.join(menu)}")


def blocks_with_slashes(export: Export) -> str:
    return _blocks(export, lambda menu: f"/{'/'.join(menu)}")


def below_the_top_menu(export: Export) -> str:
    lines: list[str] = []
    for top, commands in groupby(export.commands, key=lambda each: each.menu[0]):
        lines += [f"/{top}", *(f"{' '.join((*each.menu[1:], each.verb))} {each.arguments}" for each in commands)]
    return _text(export, lines)


def indented(export: Export) -> str:
    return re.sub(r"(?m)^(?=add|set)", "    ", blocks(export))


def with_windows_ends(export: Export) -> str:
    return terse(export).replace("\n", "\r\n")


def without_the_last_end(export: Export) -> str:
    return terse(export).removesuffix("\n")


def wrapped(width: int, ending: str = "\n") -> Callable[[Export], str]:
    """Continue lines after so many characters: within words, values and quotes, but not within an escape."""

    def written(export: Export) -> str:
        lines = blocks(export).splitlines()
        return "".join(_wrapped(line, width, ending) + ending for line in lines)

    return written


def _wrapped(line: str, width: int, ending: str) -> str:
    if line.startswith("#"):
        return line
    pieces, begin = [], 0
    while len(line) - begin > width:
        end = begin + width
        # Blanks that begin a line do not count, so that RouterOS leaves them before its backslash.
        while end < len(line) and (line[end].isspace() or line[end - 1] == "\\"):
            end += 1
        pieces.append(line[begin:end])
        begin = end
    return f"\\{ending}    ".join([*pieces, line[begin:]]) if begin < len(line) else f"\\{ending}    ".join(pieces)


def on_a_terminal(export: Export) -> str:
    text = terse(export).replace("\n", "\r\n")
    return f"[admin@shop gw] > /export terse\r\n{text}[admin@shop gw] > \r\n[admin@shop gw] > /quit\r\n"


def with_noise_of_a_terminal(export: Export) -> str:
    text = terse(export).replace("\n", "\r\n")
    return (
        "\x1b[c\x1b[6n\x1bZ  \r\n  MikroTik RouterOS 7 (c) 1999-2024       https://www.mikrotik.com/\r\n\r\n"
        "\x1b[9999B\x1b[m[\x1b[36madmin\x1b[m@\x1b[35mshop gw\x1b[m] > \x1b[m\x1b[36m/export terse\x1b[m\x1b[K\r\n"
        f"{text}\x1b[9999B[admin@shop gw] > \x1b[K"
    )


def in_colours(export: Export) -> str:
    """What a terminal with colours shows of an export: menus, names and values have their own."""
    return "".join(f"{_coloured(line)}\r\n" for line in blocks(export).splitlines())


def _coloured(line: str) -> str:
    if line.startswith("#"):
        return line
    if line.startswith("/"):
        return f"\x1b[m\x1b[36m{line}\x1b[m"
    return re.sub(r"( )([a-z0-9.-]+)=", "\\1\x1b[32m\\2\x1b[m\x1b[33m=\x1b[m", f"\x1b[35m{line}\x1b[m")


# -- forms of statements ---------------------------------------------------------------------------------------


def _each(change: Callable[[Command], Command]) -> Callable[[Export], str]:
    return lambda export: blocks(replace(export, commands=tuple(map(change, export.commands))))


def _with_values(change: Callable[[str], str]) -> Callable[[Export], str]:
    return _each(lambda each: replace(each, properties=tuple((name, change(value)) for name, value in each.properties)))


def _inside(value: str) -> str:
    return value[1:-1] if value.startswith('"') else value


all_quoted = _with_values(lambda value: f'"{_inside(value)}"')


def _in_hex(value: str) -> str:
    if "\\" in value:
        return value
    return '"' + "".join(f"\\{octet:02X}" for octet in _inside(value).encode()) + '"'


in_hex = _with_values(_in_hex)
blanks_as_underscores = _with_values(lambda value: value.replace(" ", "\\_"))


def properties_in_another_order(seed: int) -> Callable[[Export], str]:
    def shuffled(each: Command) -> Command:
        return replace(each, properties=tuple(random.Random(seed).sample(each.properties, len(each.properties))))

    return _each(shuffled)


def menus_in_another_order(seed: int) -> Callable[[Export], str]:
    """Items keep their order within a menu."""

    def written(export: Export) -> str:
        menus = list(dict.fromkeys(each.menu for each in export.commands))
        random.Random(seed).shuffle(menus)
        return terse(replace(export, commands=tuple(sorted(export.commands, key=lambda each: menus.index(each.menu)))))

    return written


def twice(export: Export) -> str:
    """Settings of a menu in two statements, as people write them."""
    commands: list[Command] = []
    for each in export.commands:
        if each.verb == "set" and len(each.properties) > 1:
            commands += [replace(each, properties=(one,)) for one in each.properties]
        else:
            commands.append(each)
    return blocks(replace(export, commands=tuple(commands)))


def found_otherwise(written: str) -> Callable[[Export], str]:
    """`[ find default-name=wifi1 ]` in another way to find the same item."""

    def changed(each: Command) -> Command:
        found = re.fullmatch(r"\[ find default-name=(\S+) \]", each.target)
        return replace(each, target=written.format(found[1])) if found else each

    return _each(changed)


def with_dots(export: Export) -> str:
    """A prefix is left out where the property before has the same: `security.ft=yes .wps=disable`."""

    def shortened(each: Command) -> Command:
        short: list[tuple[str, str]] = []
        before = ""
        for name, value in each.properties:
            prefix, dot, rest = name.rpartition(".")
            short.append((f".{rest}" if dot and prefix == before else name, value))
            before = prefix
        return replace(each, properties=tuple(short))

    return _each(shortened)(export)


def with_more(more: dict[str, str], *, verb: str = "add") -> Callable[[Export], str]:
    """Write properties out that a compact export leaves out: by menu, where they are not there already."""

    def longer(each: Command) -> Command:
        written = dict(each.properties)
        added = (
            (name, value)
            for name, _, value in map(_parted, more.get(" ".join(each.menu), "").split())
            if name not in written
        )
        return replace(each, properties=(*each.properties, *added)) if each.verb == verb else each

    return _each(longer)
