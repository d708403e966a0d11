"""Fixes of shared devices, tried at all sites that have the device: in this process, or shared out to several."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace

from auditor.capture import Capture
from auditor.cli.naming import Naming
from auditor.cli.processes import chosen, pool_of
from auditor.cli.remembering import Remembering
from auditor.cli.sites import Ready
from auditor.cli.spool import Spool
from auditor.model import Device
from auditor.pipeline import SiteReport, read, trial
from auditor.platforms import platform
from auditor.policies import load_policy
from auditor.profiles import load_profile
from auditor.remediation import Remediation
from auditor.remediation.shared import Course, SharedFix, Tried, try_at
from auditor.report.shared import SharedDevices, SharedReport, about_shared
from auditor.rules import load_rules
from auditor.site import Site
from auditor.workers import Answered, Pool

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Fixes of a device that are tried together, without who asks for them; one name, one set."""

    name: str
    device: str
    fixes: tuple[SharedFix, ...]

    @classmethod
    def of(cls, device: str, fixes: tuple[SharedFix, ...]) -> "Candidates":
        bare = tuple(SharedFix(replace(each.fix, sites=(), others=()), {}) for each in fixes)
        return cls(f"{device}: {' '.join(each.fix.label for each in fixes)}", device, bare)


@dataclass(frozen=True, slots=True)
class Asked:
    """A site that fixes are tried at; `gone` are the findings, by fingerprint, that it asks each of them for."""

    place: int
    ready: Ready
    candidates: Candidates
    gone: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class TrialWork:
    """Tries fixes at sites. It can be sent to another process, which then has a memory of its own."""

    rules: tuple[str, ...]
    shared: frozenset[str]
    _reader: Remembering | None = field(default=None, init=False)
    _edited: Remembering | None = field(default=None, init=False)

    def __call__(self, asked: Asked) -> Tried:
        """Try fixes at one site. What nobody foresaw proves nothing, and speaks against all of them."""
        if self._reader is None:
            self._reader = Remembering(self.shared, read)
        if self._edited is None:
            # At each site the same edits give the same text of the device, which is read once, too.
            self._edited = Remembering(self.shared, read)
        ready, candidates = asked.ready, asked.candidates
        site = ready.entry.name
        try:
            made = trial(
                ready.entry,
                ready.captures,
                ready.failures,
                load_policy(ready.entry.policy),
                ready.now,
                rules=tuple(rule for rule in load_rules() if rule.id in self.rules),
                reader=self._reader,
            )
            made = replace(made, laboratory=replace(made.laboratory, read=self._edited))
            fixes = zip(candidates.fixes, asked.gone, strict=True)
            return try_at(candidates.device, tuple(replace(each, asked_by={site: gone}) for each, gone in fixes), made)
        except Exception as error:
            logger.exception("fixes of %s could not be tried at %s", candidates.device, site)
            return Tried(site, broken=type(error).__name__)


@dataclass(slots=True)
class Trials:
    """What a run does in the end: each shared device's fixes, tried at all sites of the run that have it.

    A device's sites are shared out a few at a time, in the order of the inventory, and more of them the longer no fix
    is lost; answers for sites behind one at which a fix is lost are thrown away. So the outcome does not depend on the
    number of `workers`.
    """

    work: TrialWork
    spool: Spool
    naming: Naming
    workers: int | None

    def __call__(self, shared: SharedDevices) -> Iterator[SharedReport]:
        """Try what was asked for, and say what each device gets."""
        asked = shared.asked
        sites = sum(len(self.spool.numbers(device)) for device in asked)
        number = min(chosen(self.workers, sites), sites)
        if number <= 1:
            for device, (first, fixes) in asked.items():
                yield self._told(shared, first, self._here(device, fixes))
            return
        with pool_of(self.work, number, self._named) as pool:
            for device, (first, fixes) in asked.items():
                yield self._told(shared, first, asyncio.run(self._there(pool, number, device, fixes)))

    def _here(self, device: str, fixes: tuple[SharedFix, ...]) -> Course:
        course = Course(device, fixes, len(self.spool.numbers(device)))
        ask = self._asking(course)
        while not course.finished:
            if not course.take(self.work(ask(course.place))):
                ask = self._asking(course)
        return course

    async def _there(self, pool: Pool[Asked, Tried], workers: int, device: str, fixes: tuple[SharedFix, ...]) -> Course:
        course = Course(device, fixes, len(self.spool.numbers(device)))
        few, many = 2 * workers, 16 * workers
        number = few
        while not course.finished:
            places = course.ahead(number)
            answers: dict[int, Tried] = {}
            async for done in pool.map(_each(self._asking(course), places)):
                site = done.task.ready.entry.name
                answers[done.task.place] = done.value if isinstance(done, Answered) else Tried(site, broken=done.why)
            number = min(2 * number, many) if all(course.take(answers[place]) for place in places) else few
        return course

    def _asking(self, course: Course) -> Callable[[int], Asked]:
        """Return what makes a task of a place on a course, with the fixes that are held now."""
        numbers, held = self.spool.numbers(course.device), course.held
        candidates = Candidates.of(course.device, held)

        def asking(place: int) -> Asked:
            ready = self.spool.site(course.device, numbers[place])
            gone = tuple(each.asked_by.get(ready.entry.name, ()) for each in held)
            return Asked(place, ready, candidates, gone)

        return asking

    def _named(self, value: object) -> str | None:
        return value.name if type(value) is Candidates else self.naming(value)

    def _told(self, shared: SharedDevices, first: int, course: Course) -> SharedReport:
        """Say what a device gets; its capture and its model are those that the first site has which asks."""
        ready = self.spool.site(course.device, first)
        captures = {each.device: each for each in ready.captures if each.device == course.device}
        equipment = {name: (platform(each.platform), load_profile(each.platform)) for name, each in captures.items()}
        return shared.report(course.device, course.asked, course.plan(captures, equipment), _about(ready, captures))


def _about(ready: Ready, captures: dict[str, Capture]) -> SiteReport:
    """The device itself, as one site has it."""
    devices: tuple[Device, ...] = tuple(map(read, captures.values()))
    site = Site(ready.entry, load_policy(ready.entry.policy), devices, (), ready.now, (), (), ())
    (name,) = captures
    return about_shared(SiteReport(site, tuple(captures.values()), (), (), Remediation((), (), None)), name)


async def _each(asking: Callable[[int], Asked], places: tuple[int, ...]) -> AsyncIterator[Asked]:
    for place in places:
        yield asking(place)
