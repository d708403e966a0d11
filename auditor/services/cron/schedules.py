"""Jobs of a crontab that disturb, in the model."""

from dataclasses import replace

from auditor.model import Disturbance, Fact, Schedule, Span, Stated
from auditor.syntax.crontab import Job


def schedule(device: str, job: Job, disturbance: Disturbance, span: Span, timezone: Fact[str]) -> Schedule:
    """What one job does to readers, named for what it does and when."""
    return Schedule(
        device=device,
        key=f"{disturbance.value} at {job.fields}",
        disturbance=Stated(disturbance, (span,)),
        at=Stated(job.when.at, (span,)),
        days=Stated(job.when.days, (span,)),
        timezone=timezone,
    )


def add(found: dict[str, Schedule], new: Schedule) -> None:
    """Add a schedule under its key; a further one of the same name gets a number."""
    number, key = 1, new.key
    while key in found:
        number += 1
        key = f"{new.key} ({number})"
    found[key] = replace(new, key=key)
