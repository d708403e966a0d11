"""An audit in several processes tells the same as one in a single process, whatever happens to a process."""

import asyncio
import io
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from rich.console import Console

from auditor.capture import Capture
from auditor.cli import processes
from auditor.cli.naming import Naming
from auditor.cli.outputs import opened
from auditor.cli.sites import Ready, SiteParts, SiteWork
from auditor.cli.spool import Spool
from auditor.cli.trials import Trials, TrialWork
from auditor.cli.wanted import Wanted
from auditor.inventory import SiteEntry
from auditor.pipeline import SITE_NOT_JUDGED
from auditor.report.terminal import Look
from auditor.rules import load_rules
from auditor.workers import Pool
from tests.report import shop

SITES = tuple(f"site-{number:02}" for number in range(1, 7))
SHARED = {"gw": SITES[:4]}
RULES = ("dhcp-lease-too-short", "dns-rebind", "wifi-authentication", "wifi-ax")


def entry(name: str) -> SiteEntry:
    """A shop of which four have the same router."""
    found = shop.entry(name)
    shared = name in SHARED["gw"]
    devices = tuple(replace(each, shared=shared, key=each.name if shared else each.key) for each in found.devices[:1])
    return replace(found, devices=devices)


def ready(number: int, capture: Capture | None = None) -> Ready:
    return Ready(number, entry(SITES[number - 1]), (capture or shop.capture(),), (), shop.NOW)


def work(wanted: Wanted, console: Console) -> SiteWork:
    rules = tuple(rule.id for rule in load_rules() if rule.id in RULES)
    assert len(rules) >= 2
    return SiteWork(rules, SHARED, {}, wanted, Look.of(console), shop.NOW, None)


def audited(folder: Path, workers: int, *, order: Callable[[list[Ready]], list[Ready]] = list, **more: Any) -> str:
    """Audit the shops with all outputs; returns what the terminal shows."""
    folder.mkdir()
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system="truecolor")
    wanted = Wanted.read(
        out=folder / "out",
        reports=(f"json={folder / 'report.json'}", f"html={folder / 'report.html'}"),
        fail_on="error",
        allow_unknown=False,
        max_unaudited="0",
        checklist=False,
        verbose=False,
        several_sites=True,
        **more,
    )
    doing = work(wanted, console)
    with TemporaryFile("w+b") as file, opened(wanted, console, now=shop.NOW, sites_of=SHARED) as outputs:
        naming = Naming(frozenset(SHARED))
        spool = Spool(naming, file)
        tried = Trials(TrialWork(doing.rules, naming.shared), spool, naming, workers)

        async def tasks() -> AsyncIterator[Ready]:
            for each in order([ready(number) for number in range(1, len(SITES) + 1)]):
                spool.add(each, outputs.shared.of(each.entry))
                yield each

        async def everything() -> None:
            with processes.processes(doing, workers, len(SITES), naming) as audit_all:
                async for parts in audit_all(tasks()):
                    outputs.add(parts)

        asyncio.run(everything())
        assert outputs.finish(tried) == 1
    return console.file.getvalue().replace(str(folder), "")  # type: ignore[attr-defined, no-any-return]


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], str]:
    folder = tmp_path_factory.mktemp("alone") / "run"
    shown = audited(folder, 1)
    return files(folder), shown


def test_several_processes_write_the_same(alone: tuple[dict[str, str], str], tmp_path: Path) -> None:
    shown = audited(tmp_path / "run", 3)
    assert files(tmp_path / "run") == alone[0]
    assert len(alone[0]) > 2
    assert shown.splitlines()[-3:] == alone[1].splitlines()[-3:]


def test_the_order_of_arrival_changes_no_report(alone: tuple[dict[str, str], str], tmp_path: Path) -> None:
    shown = audited(tmp_path / "run", 1, order=lambda sites: sites[::-1])
    assert files(tmp_path / "run") == alone[0]
    assert "as at site-04: gw is shared" in shown
    assert "as at site-01: gw is shared" in alone[1]


def test_each_site_of_a_fleet_is_told_alike(tmp_path: Path) -> None:
    one, three = (audited(tmp_path / str(n), n, as_fleet=True) for n in (1, 3))
    told = [sorted(line for line in text.splitlines() if "FAIL" in line) for text in (one, three)]
    assert told[0] == told[1]
    assert len(told[0]) >= len(SITES)


class Murderous:
    """Work that ends its process at one site, or fails there."""

    def __init__(self, doing: SiteWork, how: str) -> None:
        self._doing = doing
        self._how = how

    def __call__(self, site: Ready) -> SiteParts:
        if site.number == 3 and self._how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if site.number == 3:
            site = replace(site, captures=(None,))  # type: ignore[arg-type]
        return self._doing(site)


@pytest.mark.parametrize(
    ("how", "why"),
    [("killed", "the process that worked on it was ended by SIGKILL, 2 times"), ("broken", "AttributeError")],
)
def test_a_site_that_cannot_be_judged_is_said(how: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    console = Console(file=io.StringIO(), width=200)
    wanted = Wanted.read(
        out=None,
        reports=(f"json={path}",),
        fail_on="error",
        allow_unknown=True,
        max_unaudited="100%",
        checklist=False,
        verbose=False,
        several_sites=True,
    )
    doing = work(wanted, console)

    async def tasks() -> AsyncIterator[Ready]:
        for number in range(1, len(SITES) + 1):
            yield ready(number)

    async def everything() -> dict[int, SiteParts]:
        with Pool(Murderous(doing, how), 2, preload=processes.PRELOAD) as pool:
            return {each.number: each async for each in processes._there(doing, pool, tasks())}

    parts = asyncio.run(everything())
    assert sorted(parts) == [1, 2, 3, 4, 5, 6]
    with opened(wanted, console, now=shop.NOW, sites_of=SHARED) as outputs:
        outputs.add(parts[3])
        assert outputs.finish(lambda _: iter(())) == 3
    document = json.loads(path.read_text())
    (verdict,) = document["verdicts"]
    assert (verdict["rule"], verdict["result"]) == (SITE_NOT_JUDGED, "error")
    assert why in verdict["message"]
    assert [each["audited"] for each in document["sites"][0]["devices"]] == [False]
    assert "the program failed on this site" in console.file.getvalue()  # type: ignore[attr-defined]
