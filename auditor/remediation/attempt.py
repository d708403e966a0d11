"""Changes carried out on captured texts in memory, for a proof and for the diff."""

from collections.abc import Iterable, Mapping

from auditor.capture import Capture
from auditor.diff import unified_diff
from auditor.platforms import Platform
from auditor.profiles import Profile
from auditor.remediation.proof import Attempt
from auditor.remediation.ranked import RenderedChange

Equipment = Mapping[str, tuple[Platform, Profile]]
"""Platform and profile of each device, by the device's name."""


def attempt(changes: Iterable[RenderedChange], captures: Mapping[str, Capture], equipment: Equipment) -> Attempt | str:
    """Apply, apply again, undo, and show the difference; a text says why the edit itself is impossible."""
    edited: dict[str, Capture] = {}
    footprint: dict[str, tuple[str, ...]] = {}
    listed = list(changes)
    try:
        for item in listed:
            name = item.change.device
            edited[name] = equipment[name][0].apply(edited.get(name, captures[name]), item.edit.operations)
            footprint[name] = footprint.get(name, ()) + item.change.intent.footprint
        twice = dict(edited)
        for item in listed:
            name = item.change.device
            twice[name] = equipment[name][0].apply(twice[name], item.edit.operations)
        undone = dict(edited)
        for item in reversed(listed):
            name = item.change.device
            undone[name] = equipment[name][0].apply(undone[name], item.edit.undo)
        for name, capture in edited.items():
            diffs(captures[name], capture)
    except ValueError as error:
        return f"the captured text cannot be edited: {error}"
    return Attempt(captures, edited, twice, undone, footprint)


def diffs(before: Capture, after: Capture) -> Mapping[str, str]:
    """The diff of every file that changed; `ValueError` if one would show a redacted line.

    An output of a command is no file that anybody could patch.
    """
    texts = {file.path: file.text for file in before.files}
    return {
        file.path: unified_diff(texts[file.path], file.text, file.path)
        for file in after.files
        if file.text != texts[file.path] and not file.is_output
    }
