"""Sites on disk, devices read once: what a run over many sites keeps of those that share a device."""

from collections.abc import Callable
from dataclasses import replace
from tempfile import TemporaryFile

from auditor.capture import Capture
from auditor.cli.spool import Remembering, Spool
from auditor.model import Device
from auditor.pipeline import read
from tests.report import shop


def counting() -> tuple[Callable[[Capture], Device], list[str]]:
    seen: list[str] = []

    def counted(capture: Capture) -> Device:
        seen.append(capture.device)
        return read(capture)

    return counted, seen


def test_a_site_comes_back_as_it_was_as_often_as_it_is_asked_for() -> None:
    reports = [shop.report(name=name) for name in ("a", "b")]
    with TemporaryFile() as file:
        spool = Spool(shop.RULES, read, file)
        for report in reports:
            spool.add(report, ("gw",))
        spool.add(shop.report(name="c"), ())
        for _ in range(2):
            trials = list(spool.trials("gw")())
            assert [each.site for each in trials] == ["a", "b"]
            assert [each.laboratory.findings for each in trials] == [report.findings for report in reports]
        assert list(spool.trials("other")()) == []


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
