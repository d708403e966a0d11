"""Commands as a device would run them: a real shell makes the words, a small model of `uci` carries them out.

The model is written from the documented behaviour of the `uci` command and shares nothing with the editor of
captured text, so that one can judge the other. Names and positions are looked up as on the device.
"""

import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from auditor.capture import Capture
from auditor.platforms.openwrt.recognise import package_in
from auditor.syntax.uci import parse

Value: TypeAlias = str | list[str]


@dataclass(slots=True)
class Section:
    """A section on the device: `id` is its name, or the one that `uci` makes up."""

    id: str
    type: str
    named: bool
    options: dict[str, Value] = field(default_factory=dict)


Tree: TypeAlias = dict[str, list[Section]]
"""The sections of each package, in order."""


def tree_of(capture: Capture) -> Tree:
    """Read the UCI texts of a capture as the device does."""
    tree: Tree = {}
    for file in capture.files:
        package = package_in(capture, file.path)
        if not package:
            continue
        document = parse(file.text, package=package)
        for name in document.packages:
            tree.setdefault(name, [])
        for section in document.sections:
            options: dict[str, Value] = {}
            for name in section.names():
                values = section.values(name)
                listed = any(value.keyword == "list" for value in values)
                options[name] = [value.value for value in values] if listed else values[-1].value
            tree[section.package].append(Section(section.id, section.type, section.name is not None, options))
    return tree


# -- the shell ------------------------------------------------------------------------------------------------

_PRELUDE = """
uci() {
	case "$1" in
	-X) cat "$SHOWN/$3" ;;
	*) printf '%s\\0' "$#" "$@" >>"$SAID" ;;
	esac
}
"""


def words(lines: Sequence[str], capture: Capture) -> tuple[tuple[str, ...], ...]:
    """Let a real shell read lines and return the words of every `uci` command that it would start.

    `uci -X show PACKAGE` answers with the sections of the capture. Anything else than `uci` and the filters of
    a pipeline is an error, and so is any output.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        said, shown = folder / "said", folder / "shown"
        said.touch()
        shown.mkdir()
        for package, sections in tree_of(capture).items():
            (shown / package).write_text("".join(_shown(package, section) for section in sections), encoding="utf-8")
        script = _PRELUDE + "\n".join(lines) + "\n"
        done = subprocess.run(
            ["/bin/sh", "-eu", "-c", script],
            env={"PATH": "/usr/bin:/bin", "SAID": str(said), "SHOWN": str(shown), "LC_ALL": "C"},
            cwd=folder,
            capture_output=True,
            check=False,
            timeout=20,
        )
        if done.returncode or done.stdout or done.stderr:
            raise AssertionError(f"the shell says {done.returncode}: {done.stdout!r} {done.stderr!r}\n{script}")
        left = sorted(path.name for path in folder.iterdir())
        if left != ["said", "shown"]:
            raise AssertionError(f"the commands made files: {left}")
        return tuple(_split(said.read_bytes().decode().split("\0")[:-1]))


def _shown(package: str, section: Section) -> str:
    lines = [f"{package}.{section.id}={section.type}\n"]
    for name, value in section.options.items():
        values = [value] if isinstance(value, str) else value
        lines.append(f"{package}.{section.id}.{name}={' '.join(map(repr, values))}\n")
    return "".join(lines)


def _split(fields: list[str]) -> Iterable[tuple[str, ...]]:
    position = 0
    while position < len(fields):
        count = int(fields[position])
        yield tuple(fields[position + 1 : position + 1 + count])
        position += 1 + count


# -- uci ------------------------------------------------------------------------------------------------------


class Refused(AssertionError):
    """`uci` would answer with an error that is not expected."""


def run(device: Capture | Tree, commands: Iterable[tuple[str, ...]]) -> Tree:
    """Carry out commands on a copy of a device's tree."""
    tree = tree_of(device) if isinstance(device, Capture) else device
    tree = {
        package: [Section(s.id, s.type, s.named, {k: _copy(v) for k, v in s.options.items()}) for s in sections]
        for package, sections in tree.items()
    }
    for command in commands:
        _run(tree, list(command))
    return tree


def _copy(value: Value) -> Value:
    return value if isinstance(value, str) else list(value)


def _run(tree: Tree, command: list[str]) -> None:
    quiet = bool(command) and command[0] == "-q"
    verb, *arguments = command[quiet:]
    if len(arguments) != 1:
        raise Refused(f"{command}: expected one argument")
    path, assigned, value = arguments[0].partition("=")
    package, _, rest = path.partition(".")
    name, _, option = rest.partition(".")
    if package not in tree or not name:
        raise Refused(f"{command}: no such place")
    section = next((each for each in tree[package] if each.id == name), None)
    match verb:
        case "set" if assigned and not option:
            if section is None:
                tree[package].append(Section(name, value, named=True))
            else:
                section.type = value
        case "set" | "add_list" | "del_list" if assigned and section is not None and value:
            _change(section, verb, option, value)
        case "delete" if not assigned:
            _delete(tree[package], section, option, quiet=quiet)
        case "reorder" if section is not None:
            tree[package].remove(section)
            tree[package].insert(int(value), section)
        case "get":
            pass
        case _:
            raise Refused(f"{command}: uci refuses this")


def _change(section: Section, verb: str, option: str, value: str) -> None:
    old = section.options.get(option)
    match verb:
        case "set":
            section.options[option] = value
        case "add_list":
            section.options[option] = [*([old] if isinstance(old, str) else old or []), value]
        case _:
            # A plain option is no list: `del_list` leaves it alone.
            if isinstance(old, list):
                section.options[option] = [each for each in old if each != value]
                if not section.options[option]:
                    del section.options[option]


def _delete(sections: list[Section], section: Section | None, option: str, *, quiet: bool) -> None:
    if section is None or (option and option not in section.options):
        if not quiet:
            raise Refused(f"delete: there is no {option or 'section'}")
    elif option:
        del section.options[option]
    else:
        sections.remove(section)


# -- comparison -----------------------------------------------------------------------------------------------


def differences(tree: Tree, capture: Capture) -> list[str]:
    """Say where a tree differs from what a captured text means; made-up names do not count."""
    other = tree_of(capture)
    found = []
    for package in sorted(tree.keys() | other.keys()):
        mine, theirs = map(_plain, (tree.get(package, []), other.get(package, [])))
        for one, two in zip(mine + [None] * len(theirs), theirs + [None] * len(mine), strict=True):
            if one != two:
                found.append(f"{package}: {one} instead of {two}")
    return found


def _plain(sections: list[Section]) -> list[tuple[str, str, tuple[tuple[str, str], ...]] | None]:
    return [
        (s.type, s.id if s.named else "", tuple(sorted((name, repr(value)) for name, value in s.options.items())))
        for s in sections
    ]
