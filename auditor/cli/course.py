"""How a run goes, in numbers and names, and how that is told in a few lines. No output happens here."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import nsmallest

from rich.cells import cell_len
from rich.text import Text

from auditor.capture import Capture, Failure
from auditor.report.failures import WORDS, FailureGroup, FailureGroups
from auditor.report.text import visible

_RECENT = 30.0
"""Seconds over which the rate is taken."""
_ENOUGH = 5
"""So many devices must have ended before a remaining time is guessed."""
_SLOW = 2.0
"""Seconds after which a device is named."""
_NAMED = 5
_GROUPS = 4
_NAME_WIDTH = 28
_STYLES = {"running": "cyan", "failed": "bold red"}


@dataclass(slots=True)
class UnderWay:
    """A device that is being collected: since when, and what it was asked last."""

    since: float
    doing: str = "connecting"


@dataclass(slots=True)
class Course:
    """Counts devices. Times are seconds of one clock that only goes forward."""

    total: int
    begun: float
    collected: int = 0
    failed: int = 0
    failures: FailureGroups = field(default_factory=FailureGroups)
    under_way: dict[str, UnderWay] = field(default_factory=dict)
    _ends: deque[float] = field(default_factory=deque)

    @property
    def done(self) -> int:
        return self.collected + self.failed

    @property
    def waiting(self) -> int:
        return max(0, self.total - self.done - len(self.under_way))

    def start(self, device: str, now: float) -> None:
        self.under_way.setdefault(device, UnderWay(now))

    def ask(self, device: str, what: str) -> None:
        """Note what a device is asked, or what else is being done about it."""
        if device in self.under_way:
            self.under_way[device].doing = what

    def finish(self, capture: Capture, now: float) -> None:
        self.collected += 1
        self._end(capture.device, now)

    def fail(self, failure: Failure, now: float) -> FailureGroup:
        self.failed += 1
        self._end(failure.device, now)
        return self.failures.add(failure)

    def _end(self, device: str, now: float) -> None:
        self.under_way.pop(device, None)
        self._ends.append(now)
        self._forget(now)

    def _forget(self, now: float) -> None:
        while self._ends and self._ends[0] < now - _RECENT:
            self._ends.popleft()

    def rate(self, now: float) -> float:
        """Devices a second that ended lately; 0 if none did."""
        self._forget(now)
        return len(self._ends) / max(1.0, min(_RECENT, now - self.begun))

    def left(self, now: float) -> float | None:
        """Seconds that are left at the rate of late; None if nobody can say."""
        rate = self.rate(now)
        return (self.total - self.done) / rate if rate and self.done >= _ENOUGH else None

    def slowest(self, now: float, most: int = _NAMED) -> list[tuple[str, UnderWay]]:
        """The devices that are under way for longest, if that is long."""
        listed = ((name, each) for name, each in self.under_way.items() if now - each.since >= _SLOW)
        return nsmallest(most, listed, key=lambda item: item[1].since)


def numbers(course: Course, now: float) -> list[Text]:
    """Say in a few words each what runs, waits and failed, how fast it goes, and how long it will take."""
    rate, left = course.rate(now), course.left(now)
    told = [Text(f"{len(course.under_way):,} running", style=_STYLES["running"]), Text(f"{course.waiting:,} waiting")]
    if course.failed:
        told.append(Text(f"{course.failed:,} failed", style=_STYLES["failed"]))
    if course.done:
        told.append(Text(f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s"))
    told.append(Text(duration(now - course.begun)))
    if left is not None:
        told.append(Text(f"about {duration(left)} left"))
    return told


def board(course: Course, now: float, *, width: int, height: int, plain_bar: bool = False) -> list[Text]:
    """The live display: a bar, the numbers, who is slowest, and what fails; no line is wider than `width`."""
    lines = [_bar(course, width, ascii_only=plain_bar), *_flow(numbers(course, now), width)]
    details = [*_slowest(course, now), *_failing(course)]
    lines += details[: max(0, height - len(lines) - 1)]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines


def one_line(course: Course, now: float) -> str:
    """The same on one line, for logs."""
    told = ", ".join(each.plain for each in numbers(course, now))
    slow = [
        f"{visible(name)} {duration(now - each.since)} {visible(each.doing)}" for name, each in course.slowest(now, 2)
    ]
    return f"[{course.done}/{course.total}] {told}" + (f"; slowest: {', '.join(slow)}" if slow else "")


def duration(seconds: float) -> str:
    """Write seconds as a clock does: `0:07`, `12:30`, `1:02:03`."""
    whole = max(0, round(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _bar(course: Course, width: int, *, ascii_only: bool) -> Text:
    full, empty = ("#", "-") if ascii_only else ("━", "─")
    counted = f"{course.done:,} of {course.total:,}"
    room = min(60, width - len("collecting  ") - len(counted) - 2)
    if room < 5:
        return Text.assemble(("collecting ", "bold"), counted)
    good = room * course.collected // max(1, course.total)
    bad = min(room - good, -(-room * course.failed // max(1, course.total)))
    drawn = [(full * good, "green"), (full * bad, "red"), (empty * (room - good - bad), "dim")]
    return Text.assemble(("collecting  ", "bold"), *drawn, f"  {counted}")


def _flow(parts: list[Text], width: int) -> Iterator[Text]:
    line = Text("  ")
    for part in parts:
        divider = " · " if line.plain.strip() else ""
        if divider and line.cell_len + len(divider) + part.cell_len > width:
            yield line
            line, divider = Text("  "), ""
        line = Text.assemble(line, (divider, "dim"), part)
    yield line


def _slowest(course: Course, now: float) -> Iterator[Text]:
    slow = course.slowest(now)
    names = [_short(visible(name)) for name, _ in slow]
    column = max(map(cell_len, names), default=0)
    for number, (name, (_, each)) in enumerate(zip(names, slow, strict=True)):
        took = f"{duration(now - each.since):>6}"
        yield Text.assemble(
            ("  slowest   " if not number else " " * 12, "dim"),
            name + " " * (column - cell_len(name)),
            (took, "yellow"),
            (f"  {visible(each.doing)}", "dim"),
        )


def _failing(course: Course) -> Iterator[Text]:
    groups = list(course.failures)
    for number, group in enumerate(groups[:_GROUPS]):
        more = f", {visible(group.devices[1])}" if len(group.devices) > 1 else ""
        more += ", …" if len(group.devices) > 2 else ""
        whom = f"jump host {visible(group.jump_host)}: " if group.jump_host else ""
        yield Text.assemble(
            ("  failed    " if not number else " " * 12, "dim"),
            (f"{len(group.devices):,} {WORDS[group.kind]}", "red"),
            f"  {whom}{visible(group.why)}",
            (f"  ({visible(group.devices[0])}{more})", "dim"),
        )
    if len(groups) > _GROUPS:
        rest = sum(len(group.devices) for group in groups[_GROUPS:])
        yield Text(f"{' ' * 12}{rest:,} for other reasons", style="dim")


def _short(name: str) -> str:
    return name if cell_len(name) <= _NAME_WIDTH else f"{name[: _NAME_WIDTH - 1]}…"
