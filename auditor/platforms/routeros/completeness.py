"""Why a menu may hold more, or something else, than the items that an export shows of it."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.capture import Capture
from auditor.model import Span, Unknown
from auditor.platforms.routeros.items import settles
from auditor.syntax.routeros import Document, Statement

_ONE_NAME = (("interface wifiwave2", "interface wifi"),)
"""Menus that were renamed: until 7.12 `wifiwave2`, from 7.13 on `wifi` (MikroTik's manual, "WiFi")."""

_LAST_MENUS = ("radius", "snmp", "system", "tool", "tr069-client", "user")
"""Top menus that an export holds behind those that matter here; one of them shows that it reached them."""

_ENOUGH = _LAST_MENUS.index("system")
"""Whole exports hold at least something of /system, as every device has a name; many hold nothing behind it."""

_EARLY = re.compile(
    r"snmp community|system logging action|user group|tool (?:user-manager|traffic-generator)(?: .*)?|system|tool|user"
)
"""Menus of those that stand early, as others refer to their items (exports of RouterOS 6.39 to 7.20)."""


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
    _late: Mapping[str, int]  # file → the last of `_LAST_MENUS` in it, by place; -1 if none is
    _unsettled: Mapping[str, tuple[tuple[str, Statement], ...]]  # menu → file and statement about items not known

    @classmethod
    def of(cls, capture: Capture, documents: Mapping[str, Document]) -> "Completeness":
        unsettled: defaultdict[str, list[tuple[str, Statement]]] = defaultdict(list)
        for path, document in documents.items():
            for statement in document.statements:
                if statement.damaged or not settles(statement):
                    unsettled[canonical(statement.menu)].append((path, statement))
        orders = {
            path: tuple(dict.fromkeys(canonical(each.menu) for each in document.statements))
            for path, document in documents.items()
        }
        return cls(
            capture=capture,
            documents=documents,
            _orders=orders,
            _late={path: max(map(_place, order), default=-1) for path, order in orders.items()},
            _unsettled={menu: tuple(found) for menu, found in unsettled.items()},
        )

    def holes(self, menu: str) -> tuple[Unknown, ...]:
        """Say why the exports may not show all of a menu; () if they do."""
        return tuple(dict.fromkeys(self._holes(menu)))

    def overwrites(self, menu: str) -> Unknown | None:
        """Why a line may set something of any item of a menu: it is not known which items it is about."""
        for path, statement in self._unsettled.get(menu, ()):
            if statement.verb != "add" and not settles(statement):
                why = f"'{statement.verb}' in /{statement.menu} (line {statement.first}) may be about this item as well"
                return self._hole(why, Span(self.capture.device, path, statement.first, statement.last))
        return None

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
                if broken.menu and (
                    _within(menu, broken.menu) or (broken.unread and self._near(menu, path, broken.line))
                ):
                    why = f"{broken.why} (line {broken.line})"
                    yield self._hole(why, Span(device, path, broken.line, broken.line))
        for path, statement in self._unsettled.get(menu, ()):
            said = statement.damaged or "which items it is about is not known"
            why = f"'{statement.verb}' in /{statement.menu}: {said}"
            yield self._hole(why, Span(device, path, statement.first, statement.last))

    def _near(self, menu: str, path: str, line: int) -> bool:
        """Whether a line that cannot be read may be of a menu: that of a line beside it, or one that is nowhere else.

        Exports write menu after menu.
        """
        if all(menu not in order for order in self._orders.values()):
            return True
        statements = self.documents[path].statements
        place = bisect_left(statements, line, key=lambda each: each.first)
        return any(canonical(each.menu) == menu for each in statements[max(place - 1, 0) : place + 1])

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
        near = Span(device, path, last, last)
        top = menu.partition(" ")[0]
        if top in _LAST_MENUS and self._late[path] >= 0:
            why = f"{path} may end too early: it holds nothing of /{top}, nor of the menus behind it"
            shown = "add the output of `/system resource print` as commands/resource.txt"
            yield Unknown(why, (near,), f"if `/export terse` on {device} showed no more, {shown}, or collect over SSH")
            return
        why = f"{path} may be a part of an export: it holds none of the menus that come last, such as /system"
        yield self._hole(why, near)

    def _complete(self, path: str, menu: str) -> bool:
        """Whether a document certainly holds all of a menu that the device has."""
        order = self._orders[path]
        if any(not each.menu for each in self.documents[path].broken):
            # What comes before the last menu was written to its end.
            return menu in order[:-1]
        top = menu.partition(" ")[0]
        least = min(_LAST_MENUS.index(top), _ENOUGH) if top in _LAST_MENUS else 0
        if self._late[path] >= least:
            return True
        return any(file.path == "commands/resource.txt" for file in self.capture.files)


def _place(menu: str) -> int:
    """The place of a menu among the last ones of an export; -1 if it is none of them."""
    top = menu.partition(" ")[0]
    return _LAST_MENUS.index(top) if top in _LAST_MENUS and not _EARLY.fullmatch(menu) else -1


def _within(menu: str, broken: str) -> bool:
    return menu == canonical(broken) or menu.startswith(f"{canonical(broken)} ")
