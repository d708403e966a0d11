"""Why a menu may hold more, or something else, than the items that an export shows of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.capture import Capture
from auditor.model import Span, Unknown
from auditor.platforms.routeros.items import settles
from auditor.syntax.routeros import Document, Statement

_ONE_NAME = (("interface wifiwave2", "interface wifi"),)
"""Menus that were renamed: until 7.12 `wifiwave2`, from 7.13 on `wifi` (MikroTik's manual, "WiFi")."""

_LAST_MENUS = ("system", "tool", "user", "user-manager", "tr069-client", "zerotier", "snmp", "routing", "radius")
"""Top menus that an export holds behind those that matter here; one of them shows that it is whole."""


def canonical(menu: str) -> str:
    """The name of a menu in this program, whatever its version called it."""
    for old, new in _ONE_NAME:
        if menu == old or menu.startswith(f"{old} "):
            return new + menu.removeprefix(old)
    return menu


@dataclass(frozen=True, slots=True)
class Completeness:
    """How whole the exports of one capture are."""

    capture: Capture
    documents: Mapping[str, Document]
    _orders: Mapping[str, tuple[str, ...]]  # file → its menus in the order of their first statements
    _unsettled: Mapping[str, tuple[tuple[str, Statement], ...]]  # menu → file and statement about items not known

    @classmethod
    def of(cls, capture: Capture, documents: Mapping[str, Document]) -> "Completeness":
        unsettled: defaultdict[str, list[tuple[str, Statement]]] = defaultdict(list)
        for path, document in documents.items():
            for statement in document.statements:
                if not settles(statement):
                    unsettled[canonical(statement.menu)].append((path, statement))
        return cls(
            capture=capture,
            documents=documents,
            _orders={
                path: tuple(dict.fromkeys(canonical(each.menu) for each in document.statements))
                for path, document in documents.items()
            },
            _unsettled={menu: tuple(found) for menu, found in unsettled.items()},
        )

    def holes(self, menu: str) -> tuple[Unknown, ...]:
        """Say why the exports may not show all of a menu; () if they do."""
        return tuple(dict.fromkeys(self._holes(menu)))

    def _holes(self, menu: str) -> Iterator[Unknown]:
        device = self.capture.device
        if not self.documents:
            gap = next((gap for gap in self.capture.gaps if gap.path.endswith(".rsc")), None)
            why = f"the export of {device} was not captured{f': {gap.why}' if gap else ''}"
            yield Unknown(why, settle=gap.settle if gap else f"add the output of `/export terse` on {device}")
            return
        yield from self._cut(menu)
        for path, document in self.documents.items():
            for broken in document.broken:
                if broken.menu and _within(menu, broken.menu):
                    why = f"{broken.why} (line {broken.line})"
                    yield self._hole(why, Span(device, path, broken.line, broken.line))
        for path, statement in self._unsettled.get(menu, ()):
            why = f"'{statement.verb}' in /{statement.menu}: which items it is about is not known"
            yield self._hole(why, Span(device, path, statement.first, statement.last))

    def _hole(self, why: str, *near: Span) -> Unknown:
        return Unknown(why, near, f"capture the output of `/export terse` on {self.capture.device}")

    def _cut(self, menu: str) -> Iterator[Unknown]:
        """Why a menu may be missing as a whole: the export ends too early, or is that of some menus only."""
        device = self.capture.device
        if any(self._complete(path, menu) for path in self.documents):
            return
        for path, document in self.documents.items():
            ends = [each for each in document.broken if not each.menu and each.line]
            if ends:
                near = Span(device, path, ends[0].line, ends[0].line)
                yield self._hole(f"{path} is cut: {ends[0].why} (line {ends[0].line})", near)
                return
        path, document = next(iter(self.documents.items()))
        last = max(len(document.line_kinds()), 1)
        why = f"{path} may be a part of an export: it holds none of the menus that come last, such as /system"
        yield self._hole(why, Span(device, path, last, last))

    def _complete(self, path: str, menu: str) -> bool:
        """Whether a document certainly holds all of a menu that the device has."""
        order = self._orders[path]
        if any(not each.menu for each in self.documents[path].broken):
            # What comes before the last menu was written to its end.
            return menu in order[:-1]
        if any(top.split(" ")[0] in _LAST_MENUS for top in order):
            return True
        return any(file.path == "commands/resource.txt" for file in self.capture.files)


def _within(menu: str, broken: str) -> bool:
    return menu == canonical(broken) or menu.startswith(f"{canonical(broken)} ")
