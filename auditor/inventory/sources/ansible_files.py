"""Reads Ansible's inventory files: INI, YAML, saved `ansible-inventory --list`; runs nothing."""

import ast
import os
import re
import shlex
from pathlib import Path

from auditor.inventory.document import TOP, Items, Node, Table, Text, read
from auditor.inventory.fields import kind
from auditor.inventory.mistakes import Mistakes, Spot, shown
from auditor.inventory.sources.ansible_tree import ALL, UNGROUPED, Member, Tree, as_variables
from auditor.inventory.sources.files import FOREIGN, read_text, read_yaml
from auditor.inventory.sources.hosts import Value

# Also Ansible leaves these out when it reads a directory.
_IGNORED = re.compile(
    r"^\.|^(?:host_vars|group_vars|vars_plugins)$|(?:\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|retry)|~)$"
)
_SECTION = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?")
_YAML_ENDS = (".yaml", ".yml", ".json")
_VARIABLE_ENDS = ("", ".yml", ".yaml", ".json")
_DEEPEST = 16
_SAVED = "save `ansible-inventory --list` as JSON and name that file; this program runs no script or plugin"


def read_inventory(path: Path, tree: Tree, depth: int = 0) -> None:
    """Read a file, or all files of a directory in the order of their names."""
    if not path.is_dir():
        _read_file(path, tree)
        return
    if depth > _DEEPEST:
        tree.mistakes.of(str(path)).stop(1, TOP, "directories are nested too deep")
    for name in sorted(os.listdir(path)):
        if not _IGNORED.search(name):
            read_inventory(path / name, tree, depth + 1)


def variable_files(folder: Path, name: str) -> list[Path]:
    """Return the files that hold the variables of a group or host: `NAME`, `NAME.yml` …, or all in a folder `NAME`."""
    if "/" in name or name in ("", ".", ".."):
        return []
    for end in _VARIABLE_ENDS:
        path = folder / f"{name}{end}"
        if path.is_dir():
            if end == "":
                return _in_folder(path, 0)
        elif path.exists():
            return [path]
    return []


def read_variables(path: Path, mistakes: Mistakes) -> dict[str, Value | None]:
    """Read one file of `group_vars` or `host_vars`."""
    node = read_yaml(path, mistakes)
    if node is not None and not isinstance(node, Table):
        mistakes.of(str(path)).add(node, TOP, f"expected a mapping of variables, found {kind(node)}")
    return as_variables(node, str(path))


def _in_folder(folder: Path, depth: int) -> list[Path]:
    found: list[Path] = []
    for name in sorted(os.listdir(folder)):
        path, end = folder / name, os.path.splitext(name)[1]
        if name.startswith(".") or name.endswith("~"):
            continue
        if path.is_dir() and not end and depth < _DEEPEST:
            found.extend(_in_folder(path, depth + 1))
        elif path.is_file() and end in _VARIABLE_ENDS:
            found.append(path)
    return found


def _read_file(path: Path, tree: Tree) -> None:
    text = read_text(path, tree.mistakes)
    of_file = tree.mistakes.of(str(path))
    if text.startswith("#!"):
        of_file.add(Spot(1), TOP, f"this is a script that makes an inventory; {_SAVED}")
    elif text.startswith("$ANSIBLE_VAULT"):
        of_file.add(Spot(1), TOP, "this inventory is encrypted as a whole; keep only secrets in the vault")
    elif path.suffix == ".toml":
        of_file.add(Spot(1), TOP, f"TOML is not read; {_SAVED}")
    elif path.suffix in _YAML_ENDS or (not path.suffix and _looks_like_yaml(text)):
        _read_yaml(read(text.encode("utf-8", "surrogatepass"), of_file, FOREIGN), str(path), tree)
    else:
        _Ini(str(path), tree).read(text)


def _looks_like_yaml(text: str) -> bool:
    """Whether the first line that says something is one of YAML or JSON."""
    for line in text.splitlines():
        bare = line.strip()
        if bare and bare[0] not in "#;":
            return bare in ("---", "{") or bare.startswith(('{"', "%YAML")) or bare.partition(" #")[0].endswith(":")
    return False


def _read_yaml(node: Node | None, file: str, tree: Tree) -> None:
    of_file = tree.mistakes.of(file)
    if node is None:
        return
    if not isinstance(node, Table):
        of_file.add(node, TOP, f"expected a mapping of groups, found {kind(node)}")
    elif "plugin" in node.entries:
        of_file.add(node.entries["plugin"][0], "plugin", f"this is the configuration of a plugin; {_SAVED}")
    elif "_meta" in node.entries:
        _read_saved(node, file, tree)
    else:
        for name, (place, below) in node.entries.items():
            _read_group(name, place, below, file, tree)


def _read_group(name: str, place: Text, node: Node, file: str, tree: Tree) -> None:
    group = tree.group(name, file, place.line)
    if not isinstance(node, Table):
        if not (isinstance(node, Text) and node.empty):
            tree.mistakes.of(file).add(node, shown(name)[1:-1], "expected a mapping with hosts, children and vars")
        return
    group.variables.update(as_variables(_below(node, "vars"), file))
    for child, child_place, below in _entries(_below(node, "children")):
        _read_group(child, child_place, below, file, tree)
        tree.add_child(name, child, file, child_place.line)
    for pattern, host_place, below in _entries(_below(node, "hosts")):
        variables = as_variables(below, file)
        for host in tree.add_hosts(pattern, name, file, host_place.line):
            host.variables.update(variables)


def _read_saved(node: Table, file: str, tree: Tree) -> None:
    """Read what `ansible-inventory --list` wrote: groups with lists of names, variables of hosts in `_meta`."""
    for name, place, below in _entries(node):
        if name == "_meta":
            continue
        group = tree.group(name, file, place.line)
        if isinstance(below, Table):
            group.variables.update(as_variables(_below(below, "vars"), file))
            for child in _texts(_below(below, "children")):
                tree.add_child(name, child.value, file, child.line)
        for host in _texts(below if isinstance(below, Items) else _below(below, "hosts")):
            # Names are written out here; brackets are those of an address.
            tree.hosts.setdefault(host.value, _member(tree, host, file)).groups[name] = None
    for name, place, below in _entries(_below(_below(node, "_meta"), "hostvars")):
        member = tree.hosts.setdefault(name, _member(tree, place, file))
        member.variables.update(as_variables(below, file))


def _member(tree: Tree, place: Text, file: str) -> Member:
    return tree.hosts.get(place.value) or Member(place.value, file, place.line)


def _below(node: Node | None, key: str) -> Node | None:
    return node.entries[key][1] if isinstance(node, Table) and key in node.entries else None


def _entries(node: Node | None) -> list[tuple[str, Text, Node]]:
    """Return the entries of a mapping; a single word stands for a mapping of one."""
    match node:
        case Table(entries=entries):
            return [(name, place, below) for name, (place, below) in entries.items()]
        case Text() if not node.empty:
            return [(node.value, node, Text("", True, node.line, node.column, node.last))]
        case _:
            return []


def _texts(node: Node | None) -> list[Text]:
    return [each for each in node.nodes if isinstance(each, Text)] if isinstance(node, Items) else []


class _Ini:
    """Reads one file in Ansible's INI format."""

    def __init__(self, file: str, tree: Tree) -> None:
        self.file = file
        self.tree = tree
        self.mistakes = tree.mistakes.of(file)

    def read(self, text: str) -> None:
        group, part = UNGROUPED, "hosts"
        declared: set[str] = {ALL, UNGROUPED, *self.tree.groups}
        mentioned: dict[str, int] = {}
        for number, raw in enumerate(text.splitlines(), start=1):
            line = raw.strip()
            if not line or line[0] in "#;":
                continue
            if line.startswith("[") and (found := _SECTION.fullmatch(line)):
                group, part = found[1], found[2] or "hosts"
                self.tree.group(group, self.file, number)
                if part == "vars":
                    mentioned.setdefault(group, number)
                elif part in ("hosts", "children"):
                    declared.add(group)
                else:
                    self.wrong(number, f"[{group}:{part}]", "expected a section of hosts, `:children` or `:vars`")
            elif line.startswith("[") and line.endswith("]"):
                self.wrong(number, line, "expected a section like [shops], [shops:children] or [shops:vars]")
            elif part == "vars":
                self.variable(group, line, number)
            elif part == "children":
                child = line.partition("#")[0].strip()
                mentioned.setdefault(child, number)
                self.tree.add_child(group, child, self.file, number)
            elif part == "hosts":
                self.hosts(group, line, number)
        for name, number in mentioned.items():
            if name not in declared:
                self.wrong(number, name, "no section declares this group")

    def hosts(self, group: str, line: str, number: int) -> None:
        try:
            pattern, *words = shlex.split(line, comments=True)
        except ValueError:
            self.wrong(number, line.split(maxsplit=1)[0], "a quotation mark is not closed")
            return
        variables = {}
        for word in words:
            name, equals, value = word.partition("=")
            if not equals:
                self.wrong(number, pattern, "expected name=value after the host's name")
            variables[name] = self.value(value, number)
        for host in self.tree.add_hosts(pattern, group, self.file, number):
            host.variables.update(variables)

    def variable(self, group: str, line: str, number: int) -> None:
        name, equals, value = line.partition("=")
        if equals:
            self.tree.group(group).variables[name.strip()] = self.value(value.strip(), number)
        else:
            self.wrong(number, group, "expected name = value in a section of variables")

    def value(self, written: str, number: int) -> Value | None:
        text = _unquoted(written)
        return Value(Text(text, False, number, 1, number), self.file) if text else None

    def wrong(self, number: int, key: str, message: str) -> None:
        self.mistakes.add(Spot(number), shown(key)[1:-1], message)


def _unquoted(written: str) -> str:
    """Return the text that is meant: Ansible reads a value as a literal of Python if it is one."""
    if not written or len(written) > 4096 or not (written[0] in "'\"" or "#" in written):
        return written
    try:
        value = ast.literal_eval(written)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return written
    return value if isinstance(value, str) else written.partition("#")[0].strip()
