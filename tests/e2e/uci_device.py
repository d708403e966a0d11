"""A device on which a person pastes commands: a small `uci` of its own, which shares nothing with the program.

It knows what the snippets use and refuses everything else. A line that says what it expects is compared with
what the device answers, as its reader is asked to do. `commit` writes files as libuci does: without comments.
"""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

Value: TypeAlias = str | list[str]

_ARMED = re.compile(r"\(trap '' HUP; sleep (\d+); mv (\S+) (\S+) && (.+)\) </dev/null >/dev/null 2>&1 &")


class Different(AssertionError):
    """The device answers something else than the line expects, or does not know the command."""


@dataclass(slots=True)
class Section:
    """One section; `shown` is the name that libuci makes up for one without a name."""

    type: str
    name: str | None
    shown: str
    options: dict[str, Value] = field(default_factory=dict)


class UciDevice:
    """The files of `/etc/config` below a directory, and a shell that understands `uci`."""

    def __init__(self, directory: Path) -> None:
        self._config = directory / "etc" / "config"
        self._packages = {file.name: _read(file.read_text(encoding="utf-8")) for file in sorted(self._config.iterdir())}
        self._staged: set[str] = set()
        self.reloaded: list[str] = []
        self.backups: set[str] = set()
        self.armed: list[str] = []

    def paste(self, text: str) -> None:
        """Run a file of commands from top to bottom; `Different` stops at the first line that is not as it says."""
        for line in text.splitlines():
            if line.strip() and not line.startswith("#"):
                self._line(line)

    def settings(self) -> dict[str, Value]:
        """Everything that is set, by `package.section.option`; a section's type under `package.section`."""
        found: dict[str, Value] = {}
        for package, sections in self._packages.items():
            for section in sections:
                found[f"{package}.{section.shown}"] = section.type
                found |= {f"{package}.{section.shown}.{name}": value for name, value in section.options.items()}
        return found

    def _line(self, line: str) -> None:
        if armed := _ARMED.fullmatch(line):
            if armed[2] not in self.backups:
                raise Different(f"nothing to come back to: {line}")
            self.armed.append(armed[2])
            return
        command, _, expected = line.partition("    # expect: ")
        words = shlex.split(command)
        answer = self._run(words, line)
        if expected and answer != ("" if expected == "nothing" else expected):
            raise Different(f"{line}: the device says {answer!r}")

    def _run(self, words: list[str], line: str) -> str:
        match words:
            case ["uci", "-q", *rest] | ["uci", *rest]:
                return self._uci(rest, line)
            case ["wifi", "reload"] | [_, "reload" | "restart"] if words[0] == "wifi" or words[0].startswith(
                "/etc/init.d/"
            ):
                if self._staged:
                    raise Different(f"{line}: {self._staged} not committed")
                self.reloaded.append(words[0].rpartition("/")[2])
            case ["cp", "-p", source, goal] if source.startswith("/etc/config/") and goal.startswith("/tmp/"):
                self.backups.add(goal)
            case ["rm", name] if name in self.armed:
                self.armed.remove(name)
            case _:
                raise Different(f"this device does not know: {line}")
        return ""

    def _uci(self, words: list[str], line: str) -> str:
        match words:
            case ["changes"]:
                return " ".join(sorted(self._staged))
            case ["commit", package]:
                (self._config / package).write_text(_written(self._packages[package]), encoding="utf-8")
                self._staged.discard(package)
                return ""
            case ["get", path]:
                return self._get(path)
            case ["set" | "add_list" | "del_list" as verb, assignment]:
                path, _, value = assignment.partition("=")
                self._change(verb, path, value)
                return ""
            case ["delete", path]:
                self._delete(path)
                return ""
            case _:
                raise Different(f"this uci does not know: {line}")

    def _get(self, path: str) -> str:
        package, name, *option = path.split(".", 2)
        section = self._find(package, name)
        if section is None:
            return ""
        value = section.options.get(option[0], "") if option else section.type
        return value if isinstance(value, str) else " ".join(value)

    def _change(self, verb: str, path: str, value: str) -> None:
        package, name, *rest = path.split(".", 2)
        section = self._find(package, name)
        self._staged.add(package)
        if not rest:
            assert verb == "set"
            if section is None:
                self._packages[package].append(Section(value, name, name))
            return
        if section is None:
            raise Different(f"there is no section {package}.{name}")
        (option,) = rest
        before = section.options.get(option, [])
        match verb:
            case "set":
                section.options[option] = value
            case "add_list":
                section.options[option] = [*([before] if isinstance(before, str) else before), value]
            case "del_list" if isinstance(before, list):
                left = [item for item in before if item != value]
                section.options[option] = left
                if not left:
                    del section.options[option]

    def _delete(self, path: str) -> None:
        package, name, *option = path.split(".", 2)
        section = self._find(package, name)
        if section is None:
            return
        self._staged.add(package)
        if option:
            section.options.pop(option[0], None)
        else:
            self._packages[package].remove(section)

    def _find(self, package: str, name: str) -> Section | None:
        return next((section for section in self._packages.get(package, []) if section.shown == name), None)


def _read(text: str) -> list[Section]:
    """Read what LuCI and `uci commit` write: one statement a line, values in single quotes."""
    sections: list[Section] = []
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        match words:
            case []:
                pass
            case ["config", type, *name]:
                shown = name[0] if name else f"cfg{len(sections) + 1:02x}{_hash(type):04x}"
                sections.append(Section(type, name[0] if name else None, shown))
            case ["option", option, value]:
                sections[-1].options[option] = value
            case ["list", option, value]:
                before = sections[-1].options.setdefault(option, [])
                assert isinstance(before, list)
                before.append(value)
            case _:
                raise ValueError(f"not a line that this reader knows: {line!r}")
    return sections


def _hash(type: str) -> int:
    """The hash in the names that libuci makes up: Bernstein's, of the section's type, 16 bits of it."""
    value = 5381
    for character in type.encode():
        value = value * 33 + character & 0xFFFFFFFF
    return (value & 0x7FFFFFFF) & 0xFFFF


def _written(sections: Iterable[Section]) -> str:
    lines: list[str] = []
    for section in sections:
        lines += ["", f"config {section.type}" + (f" '{section.name}'" if section.name else "")]
        for option, value in section.options.items():
            match value:
                case str():
                    lines.append(f"\toption {option} '{value}'")
                case _:
                    lines += [f"\tlist {option} '{item}'" for item in value]
    return "\n".join([*lines, ""])
