"""Sites on disk, devices read once: what a run over many sites keeps of those that share a device."""

from collections.abc import Callable
from dataclasses import replace
from tempfile import TemporaryFile

from auditor.capture import Capture
from auditor.cli.naming import Naming
from auditor.cli.remembering import Remembering
from auditor.cli.sites import Ready
from auditor.cli.spool import Spool
from auditor.model import Device
from auditor.pipeline import SiteReport, read
from tests.report import shop


def counting() -> tuple[Callable[[Capture], Device], list[str]]:
    seen: list[str] = []

    def counted(capture: Capture) -> Device:
        seen.append(capture.device)
        return read(capture)

    return counted, seen


def ready(report: SiteReport, number: int) -> Ready:
    return Ready(number, report.site.entry, report.captures, report.failures, report.site.now)


def test_a_site_comes_back_as_it_was_as_often_as_it_is_asked_for() -> None:
    reports = [shop.report(name=name) for name in ("a", "b")]
    with TemporaryFile() as file:
        spool = Spool(Naming(frozenset({"gw"})), file)
        for number, report in reversed(list(enumerate(reports))):
            spool.add(ready(report, number), ("gw",))
        spool.add(ready(shop.report(name="c"), 2), ())
        for _ in range(2):
            assert spool.numbers("gw") == (0, 1)
            assert [spool.site("gw", number) for number in (0, 1)] == [ready(each, n) for n, each in enumerate(reports)]
        assert spool.numbers("other") == ()


def test_a_shared_device_is_read_once_until_its_text_changes() -> None:
    counted, seen = counting()
    reader = Remembering(frozenset({"gw"}), counted)
    first = shop.capture()
    assert reader(first) is reader(replace(first))
    assert reader(shop.capture(guest="OTHER")) != reader(first)
    assert seen == ["gw"] * 3


def test_devices_of_sites_are_not_remembered() -> None:
    counted, seen = counting()
    reader = Remembering(frozenset({"hq"}), counted)
    reader(shop.capture())
    reader(shop.capture())
    assert seen == ["gw", "gw"]
