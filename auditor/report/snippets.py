"""The commands of one device as a person pastes them: reads, changes, activation, checks, saving, in this order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from auditor.capture import Capture
from auditor.pipeline import read
from auditor.platforms import ByHand, Platform, platform
from auditor.profiles import DeadMan, Effect, Profile, load_profile
from auditor.remediation import PlannedFix
from auditor.remediation.ranked import RenderedChange
from auditor.remediation.render import Snippet, render, render_whole
from auditor.report.text import visible


@dataclass(frozen=True, slots=True)
class DeviceSteps:
    """What one device gets from some fixes, in order.

    `quiet` are the changes that leave the management path alone, `cutting` those that may cut it and so come
    last; `before` is the capture that they start from.
    """

    device: str
    before: Capture
    fixes: tuple[PlannedFix, ...]

    @property
    def profile(self) -> Profile:
        return load_profile(self.before.platform)

    @property
    def changes(self) -> tuple[tuple[PlannedFix, RenderedChange], ...]:
        """All changes of this device with their fixes, those that may cut the management path last."""
        mine = [(fix, c) for fix in self.fixes for c in fix.changes if c.change.device == self.device]
        return tuple(sorted(mine, key=lambda pair: _cuts(pair[1].effects)))

    @property
    def quiet(self) -> tuple[tuple[PlannedFix, RenderedChange], ...]:
        return tuple(pair for pair in self.changes if not _cuts(pair[1].effects))

    @property
    def cutting(self) -> tuple[tuple[PlannedFix, RenderedChange], ...]:
        return tuple(pair for pair in self.changes if _cuts(pair[1].effects))

    @property
    def kind(self) -> Platform:
        return platform(self.before.platform)

    @property
    def between(self) -> Capture:
        """The capture with the changes made that leave the management path alone."""
        return _made(self.before, self.quiet)

    @property
    def after(self) -> Capture:
        """The capture with all changes made."""
        return _made(self.between, self.cutting)


_Pairs: TypeAlias = tuple[tuple[PlannedFix, RenderedChange], ...]


def _made(capture: Capture, pairs: _Pairs) -> Capture:
    for _, change in pairs:
        capture = platform(capture.platform).apply(capture, change.edit.operations)
    return capture


def commands(steps: DeviceSteps) -> list[str]:
    """Return the lines to paste, comments included."""
    reads, checks = _reads_and_checks(steps)
    profile = steps.profile
    reads = [*profile.snippet.pending, *reads]
    lines = ["", "# 1. read first; stop if anything is different", *reads] if reads else []
    number = 2 if reads else 1
    later = _effects(steps.cutting)
    for pairs, effects, way in (
        (steps.quiet, [effect for effect in _effects(steps.quiet) if effect not in later], _Way.quietly(steps)),
        (steps.cutting, sorted(later, key=lambda effect: effect.cuts_management), _Way.cutting(steps)),
    ):
        if pairs:
            lines += ["", *_warning(number, effects, steps), *_change_lines(pairs, way), *_activation(effects)]
            number += 1
    lines += ["", f"# {number}. check; what is different did not take", *checks]
    called_off = [line for recipe, _ in recipes(later, steps) for line in recipe.call_off]
    if called_off:
        number += 1
        lines += ["", f"# {number}. you can still log in and the readers work: keep the change, call the way back off"]
        lines += called_off
    lines += ["", f"# {number + 1}. save{f': {visible(profile.snippet.saved)}' if not profile.snippet.save else ''}"]
    return [*lines, *profile.snippet.save]


def undo(steps: DeviceSteps) -> list[str]:
    """Return the lines that take everything back: the changes in reverse order, the same activation."""
    lines: list[str] = []
    later = _effects(steps.cutting)
    quiet = [effect for effect in _effects(steps.quiet) if effect not in later]
    ways = ((steps.quiet, quiet, _Way.quietly(steps)), (steps.cutting, later, _Way.cutting(steps)))
    # Patches of one file must come off in the reverse order; settings that are made by name need not.
    for pairs, effects, way in reversed(ways) if steps.kind.whole_change else ways:
        if not pairs:
            continue
        if _cuts(tuple(effects)):
            lines += ["", "# may cut your own connection to the device; log in again if it does"]
        lines += [*_undo_lines(pairs, way), "", *_activation(effects)]
    return [*lines, *(("", "# save", *steps.profile.snippet.save) if steps.profile.snippet.save else ())]


@dataclass(frozen=True, slots=True)
class _Way:
    """From one capture to the next, and the lines for it where all changes of a platform are one patch."""

    before: Capture
    after: Capture

    @classmethod
    def quietly(cls, steps: DeviceSteps) -> "_Way":
        return cls(steps.before, steps.between)

    @classmethod
    def cutting(cls, steps: DeviceSteps) -> "_Way":
        return cls(steps.between, steps.after)

    @property
    def whole(self) -> Snippet | None:
        kind = platform(self.before.platform)
        return None if kind.whole_change is None else render_whole(kind, kind.whole_change, self.before, self.after)


def _warning(number: int, effects: list[Effect], steps: DeviceSteps) -> Iterator[str]:
    if not _cuts(tuple(effects)):
        yield f"# {number}. change"
        return
    yield f"# {number}. change; THIS MAY CUT YOUR OWN CONNECTION TO THE DEVICE"
    for recipe, services in recipes(effects, steps):
        yield f"# first arm the way back: after {recipe.minutes} min it undoes {' and '.join(services)} by itself"
        yield f"# unless called off ({'; '.join(recipe.call_off)}){f'; {recipe.note}' if recipe.note else ''}"
        yield from recipe.arm


def _change_lines(pairs: _Pairs, way: _Way) -> Iterator[str]:
    whole = way.whole
    label = ""
    for fix, change in pairs:
        if fix.label != label:
            label = fix.label
            yield f"# {label} {visible(fix.fix.title)}"
        yield from change.snippet.apply if whole is None else ()
    yield from whole.apply if whole is not None else ()


def _undo_lines(pairs: _Pairs, way: _Way) -> Iterator[str]:
    whole = way.whole
    if whole is not None:
        yield from ("", f"# takes {', '.join(dict.fromkeys(fix.label for fix, _ in pairs))} back", *whole.undo)
        return
    for fix, change in reversed(pairs):
        yield from ("", f"# takes {fix.label} back", *change.snippet.undo)


def _activation(effects: Iterable[Effect]) -> Iterator[str]:
    """Activate each service once; a command that two services share (`uci commit dhcp`) comes once as well."""
    done: set[str] = set()
    for effect in effects:
        yield _effect_comment(effect)
        yield from (line for line in effect.activate if line not in done)
        done.update(effect.activate)


def _effect_comment(effect: Effect) -> str:
    who = "nobody disconnected" if effect.disconnects == "nobody" else f"disconnects {effect.disconnects}"
    how = f"activate {effect.service}" if effect.activate else f"{effect.service}: acts with the lines above"
    return f"# {how}; interrupted: {effect.interrupts}; {who}"


def recipes(effects: Iterable[Effect], steps: DeviceSteps) -> list[tuple[DeadMan, tuple[str, ...]]]:
    """The ways back that arm themselves, each once, with the services that they undo."""
    found: dict[tuple[str, ...], tuple[DeadMan, tuple[str, ...]]] = {}
    for effect in effects:
        recipe = steps.profile.snippet.dead_man.get(effect.service) if effect.cuts_management else None
        while recipe is not None and recipe.when and not _meets(steps, recipe.when):
            recipe = recipe.otherwise
        if recipe is not None:
            _, services = found.get(recipe.arm, (recipe, ()))
            found[recipe.arm] = (recipe, (*services, effect.service))
    return list(found.values())


def _meets(steps: DeviceSteps, condition: str) -> bool:
    """Whether the configuration of a device has what a way back needs."""
    return steps.kind.meets is not None and steps.kind.meets(steps.before, condition)


def _effects(pairs: Iterable[tuple[PlannedFix, RenderedChange]]) -> list[Effect]:
    return list(dict.fromkeys(effect for _, change in pairs for effect in change.effects))


def _cuts(effects: tuple[Effect, ...]) -> bool:
    return any(effect.cuts_management for effect in effects)


def _reads_and_checks(steps: DeviceSteps) -> tuple[list[str], list[str]]:
    """What to expect before all changes, and after all of them.

    Where two changes touch one option, the second expects what the first leaves behind. Only these read-only
    lines are made anew for the order of the changes; what changes something stays as it was proven.
    """
    whole = _Way(steps.before, steps.after).whole
    if whole is not None:
        return list(whole.reads), list(whole.checks)
    capture = steps.before
    reads: dict[_Question, tuple[str, ...]] = {}
    checks: dict[_Question, tuple[str, ...]] = {}
    for _, change in steps.changes:
        snippet = _in_place(capture, change)
        capture = platform(capture.platform).apply(capture, change.edit.operations)
        for question, lines in _questions(snippet.reads):
            reads.setdefault(question, lines)
        for question, lines in _questions(snippet.checks):
            checks.pop(question, None)
            checks[question] = lines
    return list(chain.from_iterable(reads.values())), list(chain.from_iterable(checks.values()))


def _in_place(capture: Capture, change: RenderedChange) -> Snippet:
    """Render a change for the text that it really meets; if it finds nothing to do there, take it as proven."""
    kind = platform(capture.platform)
    try:
        edit = kind.edit(capture, read(capture), change.change.intent)
        return change.snippet if isinstance(edit, ByHand) else render(kind, change.change.intent, edit)
    except ValueError:
        return change.snippet


_Question: TypeAlias = tuple[str, str]
"""The command of a read, and which of the things that it shows is meant; '' where it shows one."""


def _questions(lines: Iterable[str]) -> Iterator[tuple[_Question, tuple[str, ...]]]:
    """Each read without what it expects, and its lines.

    A console may want on a line before it what another takes behind it: `! expect lease: lease 1` on one that begins
    comments with `!` and shows several lines of a block at once.
    """
    comments: list[str] = []
    for line in lines:
        if line.startswith(("#", "!")):
            comments.append(line)
        else:
            about = comments[-1].partition(": ")[0] if comments and comments[-1].startswith("! expect ") else ""
            yield (line.partition("    # expect:")[0].rstrip(), about), (*comments, line)
            comments = []
