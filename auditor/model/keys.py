"""Keys that tell the items of a list apart, whatever a text says twice."""

from collections import Counter
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar

from auditor.model.facts import Listed

T = TypeVar("T")


def numbered(part: T) -> T:
    """Return a model in which no two items of a list have one key: the second one is called `name (2)`.

    Devices refuse most things that stand twice, but a text may be damaged, or joined from two.
    """
    kind: type = type(part)
    lists = ((name, getattr(part, name)) for name in _lists(kind))
    changed = {name: listed for name, value in lists if (listed := _numbered(value)) is not value}
    return replace(part, **changed) if changed else part  # type: ignore[type-var]


@cache
def _lists(kind: type) -> tuple[str, ...]:
    """The fields of a part of the model that are lists."""
    return tuple(each.name for each in fields(kind) if "Listed[" in str(each.type)) if is_dataclass(kind) else ()


def _numbered(listed: Listed[Any]) -> Listed[Any]:
    items = tuple(numbered(item) for item in listed)
    keys = [item.key for item in items if hasattr(item, "key")]
    if len(keys) == len(items) and len(set(keys)) != len(keys):
        items = tuple(_told_apart(items))
    same = len(items) == len(listed.items) and all(a is b for a, b in zip(items, listed.items, strict=True))
    return listed if same else Listed(items, listed.holes)


def _told_apart(items: tuple[Any, ...]) -> list[Any]:
    seen: Counter[str] = Counter()
    taken = {item.key for item in items}
    found = []
    for item in items:
        seen[item.key] += 1
        key = item.key
        while seen[item.key] > 1 and key in taken:
            key = f"{item.key} ({seen[item.key]})"
            seen[item.key] += key in taken
        taken.add(key)
        found.append(item if key == item.key else replace(item, key=key))
    return found
