"""The text format as Prometheus' own client reads it."""

from collections import Counter
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from auditor.report.text import visible
from tests.report import shop
from tests.report.formats import made


def samples(folder: Path, *reports: Any, **more: Any) -> list[Sample]:
    """All samples; each metric stands in one block with a type, and no series twice, as the exporter demands."""
    families = list(text_string_to_metric_families(made.written("prometheus", folder, reports, **more)))
    assert len({family.name for family in families}) == len(families)
    assert {family.type for family in families} == {"gauge"}
    assert all(family.documentation for family in families)
    found = [sample for family in families for sample in family.samples]
    assert max(Counter((each.name, *sorted(each.labels.items())) for each in found).values()) == 1
    return found


def value(found: list[Sample], name: str, **labels: str) -> float:
    (sample,) = (each for each in found if each.name == name and each.labels == labels)
    return sample.value


def test_verdicts_are_counted_by_site_rule_and_result(tmp_path: Path) -> None:
    found = samples(tmp_path, made.faulty(), made.healthy())
    expected = Counter(
        (each["site"], each["rule"], each["result"])
        for make in (made.faulty, made.healthy)
        for each in made.verdicts(make())
    )
    assert {
        (each.labels["site"], each.labels["rule"], each.labels["result"]): each.value
        for each in found
        if each.name == "auditor_verdicts"
    } == dict(expected)


def test_the_run_is_told(tmp_path: Path) -> None:
    found = samples(tmp_path, made.faulty(), made.healthy())
    assert value(found, "auditor_exit_code") == 1
    assert value(found, "auditor_sites") == 2
    assert (value(found, "auditor_devices"), value(found, "auditor_unaudited_devices")) == (2, 1)
    assert value(found, "auditor_last_run_timestamp_seconds") == shop.NOW.timestamp()
    assert value(found, "auditor_run_duration_seconds") == made.TOOK.total_seconds()


def test_ages_and_devices_that_lack(tmp_path: Path) -> None:
    found = samples(tmp_path, made.faulty())
    gw, ap2 = {"site": "lyon-01", "device": "gw"}, {"site": "lyon-01", "device": "ap2"}
    assert value(found, "auditor_capture_age_seconds", **gw) == 3 * 3600
    assert value(found, "auditor_capture_timestamp_seconds", **gw) == shop.TAKEN.timestamp()
    assert (value(found, "auditor_device_audited", **gw), value(found, "auditor_device_audited", **ap2)) == (1, 0)
    assert not [each for each in found if each.name.startswith("auditor_capture") and each.labels == ap2]


def test_what_is_accepted_counts_apart(tmp_path: Path) -> None:
    plain = samples(tmp_path, made.faulty())
    site = made.told(made.faulty(), "lease", waiver=made.WAIVER)
    waived = samples(tmp_path, made.faulty(), sites={1: site})
    site = made.told(made.faulty(), "lease", waiver=made.EXPIRED)
    expired = samples(tmp_path, made.faulty(), sites={1: site})
    for found, errors, accepted in ((plain, 2, 0), (waived, 1, 1), (expired, 2, 0)):
        assert value(found, "auditor_findings", site="lyon-01", severity="error") == errors
        assert value(found, "auditor_accepted", site="lyon-01") == accepted
    assert value(samples(tmp_path, made.healthy()), "auditor_findings", site="nice-02", severity="error") == 0


def test_hostile_names_come_back_as_they_are_shown(tmp_path: Path) -> None:
    found = samples(tmp_path, made.hostile(), shop.report(name='"a\\n"} 1\n\\'))
    assert {visible(shop.HOSTILE.replace("\udc80", "\\udc80")), visible('"a\\n"} 1\n\\')} == {
        each.labels["site"] for each in found if "site" in each.labels
    }
