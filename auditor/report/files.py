"""The files that people work with: per device commands, diff and undo; per site one run sheet."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import auditor
from auditor.pipeline import SiteReport
from auditor.remediation import PlannedFix, Safety
from auditor.remediation.attempt import diffs
from auditor.report.fixes import why_not
from auditor.report.runsheet import Step, runsheet
from auditor.report.snippets import DeviceSteps, commands, undo
from auditor.report.text import file_name, visible
from auditor.report.times import moment, zone_of
from auditor.report.writing import PRIVATE
from auditor.report.writing import write as write_file

_MARK = "# made by auditor"
_KINDS = ("commands", "diff", "undo")


def write(report: SiteReport, directory: Path, *, several_sites: bool = False) -> tuple[Path, ...]:
    """Write the files of one site and return their paths, the run sheet first.

    With several sites each gets a folder of its own, because devices of two shops may have one name. Files
    that an earlier run left for a device and that are not valid any more are removed.
    """
    if several_sites:
        directory = directory / file_name(report.site.name)
    texts: dict[str, str] = {}
    steps: list[Step] = []
    for group in _groups(report):
        names = _names(group.device, risky=_risky(group))
        steps.append(Step(group.device, names["commands"], names["undo"], group.fixes, _risky(group)))
        texts |= _texts(report, group, names)
    sheet = f"{file_name(report.site.name)}.runsheet.txt"
    _remove_stale(report, directory, keep=frozenset(texts))
    paths = [write_file(directory / sheet, runsheet(report, tuple(steps)), mode=PRIVATE)]
    paths += [write_file(directory / name, text, mode=PRIVATE) for name, text in texts.items()]
    return tuple(paths)


def _groups(report: SiteReport) -> Iterator[DeviceSteps]:
    """Device by device in the order of the plan: the safe fixes, then, apart from them, the risky ones."""
    remediation = report.remediation
    usable = [fix for fix in remediation.fixes if not why_not(fix)]
    for safety in (Safety.SAFE, Safety.RISKY):
        for planned in remediation.devices:
            fixes = tuple(fix for fix in usable if fix.safety is safety and _touches(fix, planned.device))
            if not fixes:
                continue
            before = planned.before
            if safety is Safety.RISKY:
                earlier = tuple(fix for fix in usable if fix.safety is Safety.SAFE and _touches(fix, planned.device))
                before = DeviceSteps(planned.device, before, earlier).after
            yield DeviceSteps(planned.device, before, fixes)


def _touches(fix: PlannedFix, device: str) -> bool:
    return any(change.change.device == device for change in fix.changes)


def _risky(group: DeviceSteps) -> bool:
    return group.fixes[0].safety is Safety.RISKY


def _names(device: str, *, risky: bool) -> Mapping[str, str]:
    stem = file_name(device if not device.endswith(".risky") else f"{device}_") + (".risky" if risky else "")
    return {kind: f"{stem}.{kind}" for kind in _KINDS}


def _texts(report: SiteReport, group: DeviceSteps, names: Mapping[str, str]) -> dict[str, str]:
    head = list(_head(report, group))
    return {
        names["commands"]: "\n".join([*head, *_forth(group, names), *commands(group)]) + "\n",
        names["undo"]: "\n".join([*head, *_back(group, names), *undo(group)]) + "\n",
        names["diff"]: "".join(diffs(group.before, group.after).values()),
    }


def _head(report: SiteReport, group: DeviceSteps) -> Iterator[str]:
    """What both files begin with: for which device, made from which capture. Comments only."""
    captured = next(capture for capture in report.captures if capture.device == group.device)
    entry = report.site.entry
    weak = " (time of the file)" if captured.time_is_weak else ""
    yield f"{_MARK} {auditor.__version__} for {visible(group.device)} of site {visible(report.site.name)}"
    yield f"# captured {moment(captured.taken_at, zone_of(entry))}{weak}, {visible(captured.source)}"
    yield f"# sha256   {captured.sha256}"


def _forth(group: DeviceSteps, names: Mapping[str, str]) -> Iterator[str]:
    """What a person must know before changing anything."""
    yield f"# Apply by hand, block by block; this program sends nothing. Way back: {names['undo']}"
    yield from _needs(group)
    if _risky(group):
        safe = _names(group.device, risky=False)["commands"]
        yield f"# RISKY: read the reasons first. If there is a {safe}, it comes before this."
    for fix in group.fixes:
        yield f"# {fix.label} {visible(fix.fix.title)}"
        for reason in fix.reasons:
            yield f"#    {visible(reason)}"
        others = sorted({change.change.device for change in fix.changes} - {group.device})
        if others:
            yield f"#    the other part of this fix is for {visible(', '.join(others))}"


def _back(group: DeviceSteps, names: Mapping[str, str]) -> Iterator[str]:
    """What a person must know before taking it back."""
    labels = ", ".join(fix.label for fix in group.fixes)
    yield f"# Takes back what {names['commands']} did ({labels}); apply by hand."
    yield from _needs(group)
    if not _risky(group):
        yield f"# If {_names(group.device, risky=True)['commands']} was applied too, take that back first."


def _needs(group: DeviceSteps) -> Iterator[str]:
    if group.profile.snippet.needs:
        yield f"# {group.profile.snippet.needs}"


def _remove_stale(report: SiteReport, directory: Path, *, keep: frozenset[str]) -> None:
    """Remove what an earlier run wrote for these devices: applied now, it would be wrong."""
    devices = {device.name for device in report.site.entry.devices} | {c.device for c in report.captures}
    for device in devices:
        for risky in (False, True):
            names = _names(device, risky=risky)
            commands_file = directory / names["commands"]
            if names["commands"] in keep or not _is_ours(commands_file):
                continue
            for name in names.values():
                (directory / name).unlink(missing_ok=True)


def _is_ours(file: Path) -> bool:
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            return not file.is_symlink() and stream.readline().startswith(_MARK)
    except OSError:
        return False
