"""Reads a file of waivers. All mistakes are told at once, each with its line."""

from pathlib import Path

from auditor.agreed.waivers import Patterns, Waiver
from auditor.errors import UsageError
from auditor.inventory.document import TOP, Items, Table, read
from auditor.inventory.fields import Fields, as_fields
from auditor.inventory.formats import DATE, LINE
from auditor.inventory.mistakes import Mistakes

_WHERE = ("site", "group", "tag", "device", "subject", "fingerprint")


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read waivers; raises `InventoryError` with all mistakes, `UsageError` if there is no such file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"--waivers {path} cannot be read: {error.strerror or error}") from error
    mistakes = Mistakes(str(path))
    document = read(data, mistakes)
    found: list[Waiver] = []
    if isinstance(document, Table):
        top = Fields(document, "", mistakes)
        listed = top.node("waivers")
        if isinstance(listed, Items):
            for number, node in enumerate(listed.nodes, start=1):
                entry = as_fields(
                    node, f"waivers[{number}]", "a waiver with `rule`, `reason`, `owner`, `expires`", mistakes
                )
                if entry is not None and (waiver := _waiver(entry)) is not None:
                    found.append(waiver)
        elif listed is not None:
            top.wrong("waivers", "expected a list of waivers")
        top.finish()
    elif document is not None:
        mistakes.add(document, TOP, "expected the key `waivers` with a list")
    mistakes.raise_if_any()
    return tuple(found)


def _waiver(entry: Fields) -> Waiver | None:
    rules = _patterns(entry, "rule")
    where = {key: _patterns(entry, key) for key in _WHERE}
    reason, owner = entry.scalar("reason", LINE), entry.scalar("owner", LINE)
    ticket, expires = entry.scalar("ticket", LINE), entry.scalar("expires", DATE)
    for key, why in (
        ("rule", "the rule that is waived, a name or a glob"),
        ("reason", "why it may wait"),
        ("owner", "who answers for it: a team or a role"),
        ("expires", "its last day, like 2027-03-31; no waiver is for ever"),
    ):
        if not entry.has(key):
            entry.wrong("", f"`{key}` is missing: {why}")
    if not entry.has(*_WHERE):
        told = ", ".join(f"`{key}`" for key in _WHERE)
        entry.wrong("", f'this would waive the rule everywhere: add one of {told} (`site: "*"` if that is meant)')
    entry.finish()
    if not rules.texts or reason is None or owner is None or expires is None:
        return None
    return Waiver(
        rules,
        reason,
        owner,
        expires,
        entry.mistakes.file,
        entry.span.first,
        ticket or "",
        where["site"],
        where["group"],
        where["tag"],
        where["device"],
        where["subject"],
        where["fingerprint"],
    )


def _patterns(entry: Fields, key: str) -> Patterns:
    """Read names and globs. An empty list would fit everything, so it is a mistake."""
    texts = entry.scalars(key, LINE)
    if texts == () and entry.has(key):
        entry.wrong(key, "expected a name or a glob, or a list of them")
    return Patterns(texts or ())
