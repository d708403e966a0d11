"""What each device gets: the proven changes of the plan, gathered by device."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.capture import Capture
from auditor.profiles import Effect
from auditor.remediation.attempt import Equipment, diffs
from auditor.remediation.ranked import PlannedFix, RenderedChange


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """Everything that one device gets: the proven changes in order, and the texts before and after.

    `effects` are in the order of activation, each once. `diffs` are unified diffs by path.
    """

    device: str
    platform: str
    fixes: tuple[PlannedFix, ...]
    changes: tuple[RenderedChange, ...]
    effects: tuple[Effect, ...]
    before: Capture
    after: Capture
    diffs: Mapping[str, str]


def device_changes(
    fixes: tuple[PlannedFix, ...], captures: Mapping[str, Capture], equipment: Equipment
) -> Iterator[DeviceChange]:
    """Gather the changes of fixes by device, in the order of the plan."""
    for name in in_order(fixes):
        mine = tuple(fix for fix in fixes if any(change.change.device == name for change in fix.changes))
        changes = tuple(change for fix in mine for change in fix.changes if change.change.device == name)
        platform, _ = equipment[name]
        before = after = captures[name]
        for change in changes:
            after = platform.apply(after, change.edit.operations)
        effects = tuple(dict.fromkeys(effect for change in changes for effect in change.effects))
        yield DeviceChange(name, platform.name, mine, changes, effects, before, after, diffs(before, after))


def parts(fix: PlannedFix) -> tuple[str, ...]:
    """Return the devices that a fix changes, in its order."""
    return tuple(dict.fromkeys(change.change.device for change in fix.changes))


def in_order(fixes: tuple[PlannedFix, ...]) -> tuple[str, ...]:
    """Return the devices of fixes so that every fix meets its own in its order, if there is such an order.

    Otherwise that of the first fixes counts. A device that nothing must precede comes as early as the plan has it.
    """
    left = list(dict.fromkeys(device for fix in fixes for device in parts(fix)))
    orders = [parts(fix) for fix in fixes]
    found: list[str] = []
    while left:
        late = {device for order in orders for device in [each for each in order if each in left][1:]}
        first = next((device for device in left if device not in late), left[0])
        left.remove(first)
        found.append(first)
    return tuple(found)
