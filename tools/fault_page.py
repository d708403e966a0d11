"""The page `docs/faults.md`: what happens when a device misbehaves, from the table that the tests hold."""

from collections.abc import Iterator

from auditor.collect.memory import Memory
from auditor.collect.overload import LATE, SHARE
from auditor.collect.permits import TERMINALS
from auditor.collect.recipe import Limits
from tests.collect.faults import FAULTS, Result, Row

_MEGABYTE = 1024 * 1024


def fault_page() -> str:
    """The page without its first line."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    limits, memory = Limits(), Memory()
    yield "# When a device misbehaves"
    yield ""
    yield "A device that misbehaves costs its own time and nothing else: the others are collected meanwhile and audited"
    yield "in full. `tests/collect/test_faults.py` makes each row with real sockets and real SSH, beside a healthy one."
    yield ""
    yield "| a device that … | asked by | what is kept | verdicts | the report says | it costs |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in FAULTS:
        yield f"| {' | '.join(_cells(row))} |"
    yield ""
    yield "Words such as `command` are keys of `timeouts:` in the inventory. A device that could not be reached is"
    yield f"tried {limits.attempts} times in all, and while it rests between two attempts others use its place. A"
    yield "refused login and one that broke off are never repeated, whatever the reason: account servers count."
    yield ""
    yield "## When it is this machine that cannot keep up"
    yield ""
    yield "| what | how it is noticed | what is done |"
    yield "| --- | --- | --- |"
    late = f"the program was late by {SHARE:.0%} of the time that was waited, and by {LATE:g} s at least"
    again = f"tried again with fewer devices at once, {limits.attempts} times in all"
    yield f"| it is too busy | a device did not answer in time, and {late} | {again}; then a failure `overload` |"
    files = "the limit of this process is raised to what the system allows, and fewer devices are collected at once"
    yield f"| too few open files | at the start, or by the system's own error | {files} |"
    most = f"answers of all devices under way hold {memory.limit // _MEGABYTE} MB"
    free = f"not counting the first {memory.free // _MEGABYTE} MB of each"
    yield f"| too much memory | {most}, {free} | whoever wants more is tried again later |"
    why = "a thread drives each, and more are slower"
    yield f"| terminals | {why} | at most {TERMINALS} at once, the others wait before they connect |"


def _cells(row: Row) -> tuple[str, ...]:
    says = f"`… {row.says} …`" if row.result is not Result.ALL else ""
    ways = " and ".join(row.ways)
    return (row.fault.value, ways, row.result.value, row.verdicts, says, row.cost.value)
