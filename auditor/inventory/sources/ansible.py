"""A static Ansible inventory as a source: files are read, nothing is executed, secrets are left alone.

Variables that Ansible would take from the command line, from plays, roles and facts are not known here. Of templates
only a plain `{{ name }}` of a variable that is known is filled.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from auditor.inventory.document import Text
from auditor.inventory.mistakes import Mistakes, Spot, shown
from auditor.inventory.sources.ansible_files import read_inventory, read_variables, variable_files
from auditor.inventory.sources.ansible_tree import UNGROUPED, Member, Tree, Variables
from auditor.inventory.sources.hosts import Host, Value, is_secret

# Ours, and the variables that state it, in the order in which ssh plugins look.
_KEYS = {
    "host": ("ansible_host", "ansible_ssh_host"),
    "port": ("ansible_port", "ansible_ssh_port"),
    "username": ("ansible_user", "ansible_ssh_user"),
    "platform": ("ansible_network_os",),
}
_OPTIONS = ("ansible_ssh_extra_args", "ansible_ssh_common_args", "ansible_ssh_args")
_TEMPLATE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_MARKS = ("{{", "{%", "{#")
_NESTED = 10
_LONGEST = 4096
_NAMED = 5


@dataclass(frozen=True, slots=True)
class AnsibleSource:
    """Files and directories of one inventory, in the order in which Ansible would be given them."""

    paths: tuple[Path, ...]
    mistakes: Mistakes

    def hosts(self) -> Iterator[Host]:
        """Yield each host with what holds for it in the end."""
        tree = Tree(self.mistakes)
        for path in self.paths:
            read_inventory(path, tree)
        folders = list(dict.fromkeys(path if path.is_dir() else path.parent for path in self.paths))
        beside = _Beside(folders, self.mistakes)
        secrets: list[Member] = []
        unknown_ways: list[Member] = []
        for member in tree.hosts.values():
            groups = tree.ordered(member)
            variables: Variables = {}
            for name in groups:
                variables.update(tree.groups[name].variables)
            for name in groups:
                variables.update(beside.of("group_vars", name))
            variables.update(member.variables)
            variables.update(beside.of("host_vars", member.name))
            if any(map(is_secret, variables)):
                secrets.append(member)
            yield self._host(member, groups[1:], variables, unknown_ways)
        if unknown_ways:
            left = "are reached through SSH options that are not read (ProxyCommand, or several of them)"
            why = "they will be dialled DIRECTLY unless `jump_host` names the way in our own inventory"
            self._note(unknown_ways, f"{left}: {why}")
        if secrets:
            self._note(
                secrets, "have secrets in variables, which are not read; `credentials` names where they are kept"
            )

    def _host(self, member: Member, groups: tuple[str, ...], variables: Variables, unknown_ways: list[Member]) -> Host:
        known = {name: value for name, value in variables.items() if value is not None and not is_secret(name)}
        texts = {name: value.text.value for name, value in known.items()}
        texts["inventory_hostname"] = member.name
        texts["inventory_hostname_short"] = member.name.partition(".")[0]
        keys: dict[str, Value] = {}
        for key, names in _KEYS.items():
            stated = next((known[name] for name in names if name in known), None)
            if stated is not None and (value := self._filled(stated, texts, names[0])) is not None:
                keys[key] = value
        keys.setdefault("host", _at(member, member.name))
        options = next((known[name] for name in _OPTIONS if name in known and _leads(known[name])), None)
        if options is not None and (filled := self._filled(options, texts, "ansible_ssh_common_args")) is not None:
            hop = _jump_host(filled.text.value)
            if hop is None:
                unknown_ways.append(member)
            else:
                keys["jump_host"] = replace(filled, text=replace(filled.text, value=hop))
        plain = {name: full for name, text in texts.items() if (full := _fill(text, texts)) is not None}
        return Host(
            member.name,
            member.file,
            member.line,
            groups=tuple(name for name in groups if name != UNGROUPED),
            keys=keys,
            variables={name: text for name, text in plain.items() if not name.startswith("ansible_")},
        )

    def _note(self, members: list[Member], message: str) -> None:
        named = ", ".join(shown(each.name) for each in members[:_NAMED])
        more = f" and {len(members) - _NAMED:,} more" if len(members) > _NAMED else ""
        self.mistakes.of(members[0].file).note(members[0].line, f"hosts {named}{more} {message}")

    def _filled(self, value: Value, texts: Mapping[str, str], name: str) -> Value | None:
        text = _fill(value.text.value, texts)
        if text is None:
            why = "this template is more than {{ name }} of a variable that stands in the inventory; write it out"
            self.mistakes.of(value.file).add(Spot(value.text.line), name, why)
            return None
        return value if text == value.text.value else replace(value, text=replace(value.text, value=text))


class _Beside:
    """The folders `group_vars` and `host_vars` beside inventories; each file is read once."""

    def __init__(self, folders: list[Path], mistakes: Mistakes) -> None:
        self.folders = {kind: [folder / kind for folder in folders] for kind in ("group_vars", "host_vars")}
        self.folders = {kind: [each for each in found if each.is_dir()] for kind, found in self.folders.items()}
        self.mistakes = mistakes
        self.read: dict[tuple[str, str], Variables] = {}

    def of(self, kind: str, name: str) -> Variables:
        folders = self.folders[kind]
        if not folders:
            return {}
        if (kind, name) not in self.read:
            variables: Variables = {}
            for folder in folders:
                for path in variable_files(folder, name):
                    variables.update(read_variables(path, self.mistakes))
            self.read[kind, name] = variables
        return self.read[kind, name]


def _at(member: Member, text: str) -> Value:
    return Value(Text(text, False, member.line, 1, member.line), member.file)


def _fill(text: str, texts: Mapping[str, str]) -> str | None:
    """Fill `{{ name }}`; None if anything else of a template is left, or names lead in a circle."""
    for _ in range(_NESTED):
        if not any(mark in text for mark in _MARKS):
            return text
        filled = _TEMPLATE.sub(lambda found: texts.get(found[1], found[0]), text)
        if filled == text or len(filled) > _LONGEST:
            return None
        text = filled
    return None


def _leads(value: Value) -> bool:
    return "proxy" in value.text.value.lower() or "-J" in value.text.value


def _jump_host(options: str) -> str | None:
    """Return the jump hosts of `-J` or `-o ProxyJump=`; None for a ProxyCommand and what cannot be read."""
    try:
        words = shlex.split(options)
    except ValueError:
        return None
    hop: str | None = None
    at = 0
    while at < len(words):
        word, after = words[at], words[at + 1] if at + 1 < len(words) else ""
        if word in ("-J", "-o"):
            at += 1
            stated = after
        elif word[:2] in ("-J", "-o"):
            stated = word[2:]
        else:
            stated = ""
        if word.startswith("-J"):
            hop = hop or stated
        elif word.startswith("-o"):
            name, _, value = stated.replace(" ", "=", 1).partition("=")
            if name.lower() == "proxycommand":
                return None
            if name.lower() == "proxyjump":
                hop = hop or value.strip()
        at += 1
    return hop if hop and hop.lower() != "none" else None
