"""Host keys that changed: told first and last, once for each host, with all devices that were not audited for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.capture import FailureKind
from auditor.pipeline import SiteReport

TITLE = "HOST KEY CHANGED"
ADVICE = (
    "Somebody may be in between. Nothing was sent to it. Compare the fingerprint on the console of that host; only if "
    "the new key is its own, remove the old line from the file that is named."
)
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Alarm:
    """One host with another key than the recorded one, and the devices (by key) that it kept from being audited."""

    why: str
    devices: tuple[str, ...]

    @property
    def named(self) -> str:
        """The devices for people; of very many the first ones."""
        more = len(self.devices) - _NAMED
        return ", ".join(self.devices[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def alarms(report: SiteReport) -> tuple[Alarm, ...]:
    """Return the alarms of one site."""
    keys = {device.name: device.key for device in report.site.entry.devices}
    return together(
        Alarm(failure.why, (keys.get(failure.device, failure.device),))
        for failure in report.failures
        if failure.kind is FailureKind.HOST_KEY_CHANGED
    )


def together(several: Iterable[Alarm]) -> tuple[Alarm, ...]:
    """Make one alarm of those about one host, such as a jump host of many sites; a shared device is named once."""
    devices: dict[str, dict[str, None]] = {}
    for alarm in several:
        devices.setdefault(alarm.why, {}).update(dict.fromkeys(alarm.devices))
    return tuple(Alarm(why, tuple(names)) for why, names in devices.items())
