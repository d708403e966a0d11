"""Fills placeholders: `{store}` in a text becomes what the site's variable says. Plain substitution, nothing more.

There is no template language and nothing is evaluated. `{{` stands for `{`; a filled text is never looked at again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from auditor.inventory.document import Items, Node, Table, Text, join
from auditor.inventory.mistakes import Mistakes, shown

# An opening brace for itself, a name in braces, or a brace that begins neither.
_HOLE = re.compile(r"\{\{|\{([^{}\n]{1,64})\}|\{")
_ONLY_FOR_SAVED = re.compile(r"\{(device|site|host)\}")
LONE = "{"


@dataclass(frozen=True, slots=True)
class Filling:
    """The variables of one site, and where they stand, for messages: `lyon-01 in shops.csv:12`.

    `disputed` are variables of another inventory that belong to its devices, and not all alike, with what they say.
    """

    variables: Mapping[str, str]
    origin: str
    disputed: Mapping[str, str] = field(default_factory=dict)

    def also(self, more: Mapping[str, str]) -> "Filling":
        """Add variables that are not the site's, such as `device`."""
        return Filling({**self.variables, **more}, self.origin, self.disputed)

    def key(self, names: Iterable[str]) -> tuple[str | None, ...]:
        """What a text with these placeholders depends on."""
        return tuple(self.variables.get(name) for name in sorted(names))


def names_in(node: Node, *, without: str = "") -> frozenset[str]:
    """Return the names of all placeholders in the values of a node; `{` among them for a brace without a name.

    An entry called `without` is left out.
    """
    found: set[str] = set()
    _look(node, found, without)
    return frozenset(found)


def size(node: Node) -> int:
    """Count the values of a node, with all that is below."""
    match node:
        case Text():
            return 1
        case Items():
            return 1 + sum(map(size, node.nodes))
        case Table():
            return 1 + sum(size(value) for _, value in node.entries.values())


def _look(node: Node, found: set[str], without: str = "") -> None:
    match node:
        case Text():
            if "{" in node.value:
                found.update(hole[1] or LONE for hole in _HOLE.finditer(node.value))
        case Items():
            for item in node.nodes:
                _look(item, found)
        case Table():
            for name, (_, value) in node.entries.items():
                if name != without:
                    _look(value, found)


def filled(node: Node, filling: Filling, path: str, mistakes: Mistakes) -> Node:
    """Return the node with all placeholders of its values filled; keys stay as they are."""
    match node:
        case Text():
            if "{" not in node.value:
                return node
            value = filled_text(node, filling, path, mistakes)
            # What a cell says is text: a shop's network may be called `null`. An empty one says nothing.
            return Text(value, node.plain and not value, node.line, node.column, node.last)
        case Items():
            nodes = [filled(item, filling, f"{path}[{at}]", mistakes) for at, item in enumerate(node.nodes, start=1)]
            return Items(tuple(nodes), node.line, node.column, node.last)
        case Table():
            entries = {
                name: entry
                if isinstance(entry[1], Text) and "{" not in entry[1].value
                else (entry[0], filled(entry[1], filling, join(path, name), mistakes))
                for name, entry in node.entries.items()
            }
            return Table(entries, node.line, node.column, node.last)


def filled_text(text: Text, filling: Filling, path: str, mistakes: Mistakes) -> str:
    """Fill one text; a placeholder that no variable fills is a mistake and stays as it is."""
    variables = filling.variables

    def fill(hole: re.Match[str]) -> str:
        if hole[0] == "{{":
            inside = re.match(r"\s*([^{}\s]+)\s*\}\}", text.value[hole.end() :])
            if inside is not None and inside[1] in variables:
                wrong = f"write {{{inside[1]}}} with single braces; {{{{ stands for a brace"
                mistakes.spoil(text, path, wrong)
            return "{"
        name = hole[1]
        if name is None:
            mistakes.spoil(text, path, "a brace opens no placeholder like {store}; write {{ for a brace")
            return "{"
        if name not in variables and name in filling.disputed:
            wrong = f"{shown(name)} is a variable of devices, not of the site: {filling.disputed[name]}"
            mistakes.add(text, path, f"{wrong}; say it in `vars` of the site, or fill it in keys of a device only")
            return hole[0]
        if name not in variables:
            close = mistakes.suggest(name, variables)
            known = ", ".join(f"{{{shown(each)[1:-1]}}}" for each in variables)
            wrong = f"there is no variable {shown(name)}{close}; expected one of: {known}, or {{{{ for a brace"
            mistakes.spoil(text, path, wrong)
            return hole[0]
        return variables[name]

    return _HOLE.sub(fill, text.value)


def filled_saved(text: Text, filling: Filling, path: str, mistakes: Mistakes, *, literal: bool) -> str:
    """Fill the pattern of a saved configuration, which may hold {device}, {site} and {host} wherever it stands.

    `literal`: the site has no variables, so that all other braces are text. What fills a pattern must not lead out of
    the folder that the pattern names.
    """
    if literal:
        value = _ONLY_FOR_SAVED.sub(lambda hole: filling.variables.get(hole[1], hole[0]), text.value)
    else:
        value = filled_text(text, filling, path, mistakes)
    if ".." in value.split("/") and ".." not in text.value.split("/"):
        mistakes.add(text, path, "a variable that says `..` leads out of this folder")
    return value
