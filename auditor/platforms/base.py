"""What a platform is: plain functions from captured text to the model, and from intents to edits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from auditor.capture import Capture, Kind
from auditor.intents import Intent
from auditor.model import Device
from auditor.profiles import Command, Profile
from auditor.secrets import Redactor


@dataclass(frozen=True, slots=True)
class Edit:
    """An intent as operations on captured text, in the terms of its syntax tree, with the way back.

    `context` fills the intent's template; `services` are the profile's effects to activate afterwards, in
    order. Operations that find their work done already do nothing, so applying twice is applying once.
    """

    operations: tuple[Any, ...]
    undo: tuple[Any, ...]
    context: Mapping[str, Any]
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByHand:
    """An intent that this platform cannot turn into a snippet here: why, and what a person can do."""

    why: str
    advice: str


EditResult: TypeAlias = Edit | ByHand


@dataclass(frozen=True, slots=True)
class WholeChange:
    """For a platform whose configuration is files: every change is one patch, whatever it is for.

    `template` renders all intents; `context(before, after)` fills it for the change from one capture to another and
    raises `ValueError` for a change that cannot be pasted.
    """

    template: str
    context: Callable[[Capture, Capture], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Platform:
    """One kind of device.

    `recognise` maps a file of a saved capture (name, text) to its path and kind, None if it is not of this
    platform. `extract` returns the values that fill a command's hole, read from earlier outputs by command id. `redact`
    takes path and raw text. `quote` makes one word of a value for the platform's command line and raises
    `ValueError` for control characters. `filters` are further Jinja filters of its templates. `whole_change` is set
    where one template serves all intents. `comment` writes a text as a comment line, where `#` begins none. `meets`
    says whether a device's configuration has what a way back of the profile needs. `numbers_entries`: entries of a list
    have numbers, so that a new one must know of those that other changes put there.
    """

    name: str
    recognise: Callable[[str, str], tuple[str, Kind] | None]
    redact: Callable[[str, str, Redactor], str]
    extract: Callable[[Command, Mapping[str, str]], tuple[str, ...]]
    parse: Callable[[Capture, Profile], Device]
    edit: Callable[[Capture, Device, Intent], EditResult]
    apply: Callable[[Capture, tuple[Any, ...]], Capture]
    quote: Callable[[str], str]
    filters: Mapping[str, Callable[..., str]]
    whole_change: WholeChange | None = None
    comment: Callable[[str], str] | None = None
    meets: Callable[[Capture, str], bool] | None = None
    numbers_entries: bool = False
