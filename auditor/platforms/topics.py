"""For platforms whose edits are made topic by topic: who says what an intent is on the device."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from auditor.intents import Intent
from auditor.model import Device
from auditor.platforms.base import ByHand, Edit, EditResult
from auditor.services.base import NotPossible

Texts = TypeVar("Texts")


def first_edit(
    topics: Iterable[Mapping[type, Callable[[Texts, Device, Any], Edit | None]]],
    texts: Texts,
    device: Device,
    intent: Intent,
    *,
    system: str,
) -> EditResult:
    """Return the edit of the first topic that has one for an intent, or say why a person must do it.

    A topic's builder returns None for an intent that is about nothing of its own.
    """
    try:
        for topic in topics:
            builder = topic.get(type(intent))
            found = builder(texts, device, intent) if builder is not None else None
            if found is not None:
                return found
    except NotPossible as reason:
        return ByHand(reason.why, reason.advice)
    return ByHand(f"{system} has nothing of that kind here: {intent.title}", "look at the device")
