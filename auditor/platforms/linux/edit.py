"""Intents on a Linux host: each service edits its own files; this finds the one that an intent is about."""

from collections.abc import Mapping
from dataclasses import replace

from auditor.capture import Capture
from auditor.intents import Intent
from auditor.model import Device
from auditor.platforms.base import ByHand, Edit, EditResult
from auditor.platforms.linux import change
from auditor.platforms.linux.parse import running_on
from auditor.platforms.linux.services import SERVICES
from auditor.profiles import load_profile
from auditor.services import NotPossible, Put, Reading, Service

_BY_NAME: Mapping[str, Service] = {service.name: service for service in SERVICES}


def edit(capture: Capture, device: Device, intent: Intent) -> EditResult:
    """Turn an intent into changes of the captured texts, or say why a person must do it."""
    host, instances = running_on(Reading(capture, load_profile("linux")))
    try:
        for instance in instances:
            puts = _BY_NAME[instance.service].edit(host, instance, intent)
            if puts is not None:
                return _edit(capture, puts)
    except NotPossible as reason:
        return ByHand(reason.why, reason.advice)
    except ValueError as error:
        return ByHand(f"the captured text cannot be edited: {error}", "make the change by hand, then audit again")
    return ByHand(f"no service of {capture.device} can do that: {intent.title}", "make the change by hand")


def _edit(capture: Capture, puts: tuple[Put, ...]) -> Edit:
    undo: list[Put] = []
    after = capture
    for put in puts:
        undo.insert(0, replace(put, value=_BY_NAME[put.service].get(_text(after, put), put.place)))
        after = apply(after, (put,))
    effects = tuple(dict.fromkeys(put.service for put in puts))
    return Edit(puts, tuple(undo), change.context(capture, after), effects)


def apply(capture: Capture, operations: tuple[Put, ...]) -> Capture:
    """Apply changes to the captured texts in order; `ValueError` if one does not fit."""
    for put in operations:
        text = _BY_NAME[put.service].put(_text(capture, put), put.place, put.value)
        files = tuple(replace(file, text=text) if file.path == put.path else file for file in capture.files)
        capture = replace(capture, files=files)
    return capture


def _text(capture: Capture, put: Put) -> str:
    file = capture.file(put.path)
    if file is None:
        raise ValueError(f"{put.path} was not captured")
    return file.text
