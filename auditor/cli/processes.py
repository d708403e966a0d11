"""Sites in this process, or shared out to several."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias, TypeVar

from auditor.cli.sites import Ready, SiteParts, SiteWork
from auditor.workers import Answered, Naming, Pool

_FEW = 20
"""Up to so many sites, starting other processes takes longer than it saves."""
PATIENCE = 600.0
"""Seconds that one site may take. A large one takes some; who takes so long hangs."""
PRELOAD = ("auditor.cli.trials", "auditor.platforms", "auditor.rules")

Task = TypeVar("Task")
Value = TypeVar("Value")
AuditAll: TypeAlias = Callable[[AsyncIterator[Ready]], AsyncIterator[SiteParts]]


@contextmanager
def processes(work: SiteWork, workers: int | None, sites: int, naming: Naming) -> Iterator[AuditAll]:
    """Give what audits sites: in so many processes, in this one for 0 or 1. None: as many as there are processors.

    What has a name by `naming` is sent to each process once.

    Collecting stays here. It waits more than it works, and what must not happen twice belongs to the whole run: refused
    logins are counted, a bastion has one connection and one one-time code, limits hold for an address, and there is one
    terminal to ask at.
    """
    number = chosen(workers, sites)
    if number <= 1:
        yield lambda ready: _here(work, ready)
        return
    with pool_of(work, min(number, sites), naming) as pool:
        yield lambda ready: _there(work, pool, ready)


def pool_of(work: Callable[[Task], Value], number: int, naming: Naming) -> Pool[Task, Value]:
    """Return a pool for work on sites."""
    return Pool(work, number, preload=PRELOAD, naming=naming, patience=PATIENCE)


def chosen(workers: int | None, sites: int) -> int:
    """Return how many processes work on so many sites."""
    if workers is not None:
        return workers
    return len(os.sched_getaffinity(0)) if sites > _FEW and hasattr(os, "sched_getaffinity") else 1


async def _here(work: SiteWork, ready: AsyncIterator[Ready]) -> AsyncIterator[SiteParts]:
    async for site in ready:
        yield work(site)


async def _there(work: SiteWork, pool: Pool[Ready, SiteParts], ready: AsyncIterator[Ready]) -> AsyncIterator[SiteParts]:
    async for done in pool.map(ready):
        yield done.value if isinstance(done, Answered) else work.failed(done.task, done.why)
