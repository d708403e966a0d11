"""The files that people work with: per device commands, diff and undo; per site one run sheet."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from textwrap import wrap

import auditor
from auditor.pipeline import SiteReport
from auditor.remediation import Safety
from auditor.remediation.attempt import diffs
from auditor.remediation.devices import in_order, parts
from auditor.remediation.shared import of_one_device
from auditor.report.fixes import part_of, why_not
from auditor.report.runsheet import SharedStep, Step, runsheet
from auditor.report.shared import SharedReport
from auditor.report.snippets import DeviceSteps, commands, undo
from auditor.report.text import file_name, visible
from auditor.report.times import moment, zone_of
from auditor.report.writing import PRIVATE
from auditor.report.writing import write as write_file

_MARK = "# made by auditor"
_KINDS = ("commands", "diff", "undo")


SHARED_FOLDER = "_shared"
"""Where the fixes of shared devices are in a run over several sites; no site can have this name."""


def write(
    report: SiteReport, directory: Path, *, several_sites: bool = False, shared: frozenset[str] = frozenset()
) -> tuple[Path, ...]:
    """Write the files of one site and return their paths, the run sheet first.

    With several sites each gets a folder of its own, because devices of two shops may have one name. Files
    that an earlier run left for a device and that are not valid any more are removed. Fixes that touch nothing but one
    of the devices `shared` are left out: they are written once for all sites.
    """
    if several_sites:
        directory = directory / file_name(report.site.name)
    texts: dict[str, str] = {}
    steps: list[Step] = []
    for group in _groups(report, shared):
        names = _names(group.device, risky=_risky(group))
        steps.append(Step(group.device, names["commands"], names["undo"], group.fixes, _risky(group)))
        texts |= _texts(report, group, names)
    sheet = f"{file_name(report.site.name)}.runsheet.txt"
    _remove_stale(report, directory, keep=frozenset(texts))
    paths = [write_file(directory / sheet, runsheet(report, tuple(steps), _elsewhere(report, shared)), mode=PRIVATE)]
    paths += [write_file(directory / name, text, mode=PRIVATE) for name, text in texts.items()]
    return tuple(paths)


def write_shared(reports: Iterable[SharedReport], directory: Path, devices: Iterable[str]) -> tuple[Path, ...]:
    """Write the files of devices that several sites share, once for all of them.

    What an earlier run left for any of these `devices` and nothing asks for any more is removed.
    """
    folder = directory / SHARED_FOLDER
    listed = tuple(reports)
    for device in set(devices) - {each.device for each in listed}:
        _remove_files(device, folder / file_name(device), keep=frozenset())
    return tuple(path for each in listed for path in write(each.report, folder, several_sites=True))


def _elsewhere(report: SiteReport, shared: frozenset[str]) -> tuple[SharedStep, ...]:
    """Where the run sheet of a site sends people for fixes of shared devices."""
    steps = []
    for device in sorted(shared):
        fixes = tuple(fix for fix in of_one_device(report.remediation, device) if not why_not(fix))
        if fixes:
            name = file_name(device)
            steps.append(SharedStep(device, f"../{SHARED_FOLDER}/{name}/{name}.runsheet.txt", fixes))
    return tuple(steps)


def _groups(report: SiteReport, shared: frozenset[str] = frozenset()) -> Iterator[DeviceSteps]:
    """Device by device in the order of the fixes: the safe ones, then, apart from them, the risky ones."""
    remediation = report.remediation
    once = {fix.label for device in shared for fix in of_one_device(remediation, device)}
    usable = [fix for fix in remediation.fixes if not why_not(fix) and fix.label not in once]
    for safety in (Safety.SAFE, Safety.RISKY):
        chosen = tuple(fix for fix in usable if fix.safety is safety)
        for device in in_order(chosen):
            before = next((planned.before for planned in remediation.devices if planned.device == device), None)
            if before is None:
                continue
            if safety is Safety.RISKY:
                earlier = tuple(fix for fix in usable if fix.safety is Safety.SAFE and device in parts(fix))
                before = DeviceSteps(device, before, earlier).after
            yield DeviceSteps(device, before, tuple(fix for fix in chosen if device in parts(fix)))


def _risky(group: DeviceSteps) -> bool:
    return group.fixes[0].safety is Safety.RISKY


def _names(device: str, *, risky: bool) -> Mapping[str, str]:
    stem = file_name(device if not device.endswith(".risky") else f"{device}_") + (".risky" if risky else "")
    return {kind: f"{stem}.{kind}" for kind in _KINDS}


def _texts(report: SiteReport, group: DeviceSteps, names: Mapping[str, str]) -> dict[str, str]:
    head = list(_head(report, group))
    return {
        names["commands"]: _pasted(group, [*head, *_forth(group, names), *commands(group)]),
        names["undo"]: _pasted(group, [*head, *_back(group, names), *undo(group)]),
        names["diff"]: "".join(diffs(group.before, group.after).values()),
    }


def _pasted(group: DeviceSteps, lines: list[str]) -> str:
    """The text of a file, with comments as the device's console takes them."""
    comment = group.kind.comment
    if comment is not None:
        pieces = ((wrap(line[1:], 110) or [""] if line.startswith("#") else None, line) for line in lines)
        lines = [each for texts, line in pieces for each in ([line] if texts is None else map(comment, texts))]
    return "\n".join(lines) + "\n"


def _head(report: SiteReport, group: DeviceSteps) -> Iterator[str]:
    """What both files begin with: for which device, made from which capture. Comments only."""
    captured = next(capture for capture in report.captures if capture.device == group.device)
    entry = report.site.entry
    weak = " (time of the file)" if captured.time_is_weak else ""
    sites = tuple(dict.fromkeys(site for fix in group.fixes for site in fix.sites))
    proven = frozenset(site for fix in group.fixes for site in fix.proven_for)
    if proven:
        yield f"{_MARK} {auditor.__version__} for {visible(group.device)}, which {len(sites)} sites share"
    else:
        yield f"{_MARK} {auditor.__version__} for {visible(group.device)} of site {visible(report.site.name)}"
    if sites:
        yield from _named("touches", sites)
        yield from _named("proven  ", tuple(site for site in sites if site in proven) or (report.site.name,))
        yield from _named("NOT TRIED AT", tuple(s for s in sites if s not in (proven or {report.site.name})))
    yield f"# captured {moment(captured.taken_at, zone_of(entry))}{weak}, {visible(captured.source)}"
    yield f"# sha256   {captured.sha256}"


def _named(word: str, sites: tuple[str, ...]) -> Iterator[str]:
    """Name all of these sites, in lines that a person can read."""
    if sites:
        number = f"{len(sites)} site{'' if len(sites) == 1 else 's'}: "
        yield from wrap(
            f"{word} {number}{visible(', '.join(sites))}", 100, initial_indent="# ", subsequent_indent="#    "
        )


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
        if part := part_of(fix, group.device):
            yield f"#    {visible(part)}"


def _back(group: DeviceSteps, names: Mapping[str, str]) -> Iterator[str]:
    """What a person must know before taking it back."""
    labels = ", ".join(fix.label for fix in group.fixes)
    yield f"# Takes back what {names['commands']} did ({labels}); apply by hand."
    yield from _needs(group)
    for fix in group.fixes:
        if part := part_of(fix, group.device, back=True):
            yield f"# {visible(part)}"
    if not _risky(group):
        yield f"# If {_names(group.device, risky=True)['commands']} was applied too, take that back first."


def _needs(group: DeviceSteps) -> Iterator[str]:
    if group.profile.snippet.needs:
        yield f"# {group.profile.snippet.needs}"


def _remove_stale(report: SiteReport, directory: Path, *, keep: frozenset[str]) -> None:
    """Remove what an earlier run wrote for these devices: applied now, it would be wrong."""
    devices = {device.name for device in report.site.entry.devices} | {c.device for c in report.captures}
    for device in devices:
        _remove_files(device, directory, keep=keep)


def _remove_files(device: str, directory: Path, *, keep: frozenset[str]) -> None:
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
            return not file.is_symlink() and stream.readline().lstrip("#! ").startswith(_MARK.lstrip("# "))
    except OSError:
        return False
