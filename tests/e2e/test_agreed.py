"""What people agreed, from the file to every report: waivers and baselines of a whole audit."""

from pathlib import Path

import pytest

from tests.e2e.command_line import User, verdicts
from tests.e2e.test_report_formats import INVENTORY

WAIVED = """\
waivers:
  - {{rule: "*", site: [bakery, library], reason: the shop is rebuilt, owner: network team, expires: {expires}}}
"""
UNUSED = "  - {rule: dns-rebind, device: nowhere, reason: r, owner: office, expires: 2999-01-01}\n"
WORKERS = pytest.mark.parametrize("workers", ["1", "2"])


@pytest.fixture
def shops(user: User, shop: Path) -> User:
    """Two shops of which one has a device that cannot be audited."""
    user.write("inventory.yaml", INVENTORY.format(shop=shop))
    return user


def audit(user: User, *more: str) -> tuple[int, str]:
    done = user.run("audit", "inventory.yaml", "--no-keep", "--report", "json=report.json", *more)
    assert done.code in (0, 1, 3), done.output
    return done.code, " ".join(done.stdout.split())


@WORKERS
def test_what_is_waived_counts_for_nothing_and_is_listed_everywhere(workers: str, shops: User) -> None:
    shops.write("waivers.yaml", WAIVED.format(expires="2999-01-01"))
    reports = ("--report", "sarif=report.sarif", "--report", "html=report.html")
    code, told = audit(shops, "--waivers", "waivers.yaml", "--workers", workers, *reports)
    assert code == 3  # no waiver is for a device that was not audited
    assert "waived by network team until 2999-01-01: the shop is rebuilt" in told
    report = shops.report()
    failed = [each for each in verdicts(report) if each["result"] in ("fail", "unknown")]
    assert failed
    assert all(each["waiver"]["holds"] and not each["fixes"] for each in failed)
    assert report["exit"]["findings"] == 0
    assert report["exit"]["accepted"] == len(failed) == sum(each["counts"]["waived"] for each in report["sites"])
    (run,) = shops.report("report.sarif")["runs"]
    accepted = [each for each in run["results"] if each.get("suppressions")]
    assert len(accepted) == len(failed)
    assert {each["suppressions"][0]["status"] for each in accepted} == {"accepted"}
    assert (shops.folder / "report.html").read_text(encoding="utf-8").count("until 2999-01-01") == len(failed)


def test_an_expired_waiver_and_one_that_fits_nothing_are_told(shops: User) -> None:
    shops.write("waivers.yaml", WAIVED.format(expires="2020-01-01") + UNUSED)
    code, told = audit(shops, "--waivers", "waivers.yaml", "--site", "bakery")
    assert code == 1
    assert "the waiver of network team expired on 2020-01-01" in told
    assert "waivers.yaml:2: *: expired on 2020-01-01" in told
    assert "waivers.yaml:3" not in told  # the other shop was not judged, so nobody can tell
    shops.write("waivers.yaml", "waivers:\n" + UNUSED.replace("device", "site: bakery, device"))
    audit(shops, "--waivers", "waivers.yaml", "--site", "bakery")
    assert shops.report()["exit"]["waivers"] == [
        "waivers.yaml:2: dns-rebind: fits nothing any more; remove it, or mend it (owner office)"
    ]


@WORKERS
def test_only_what_is_new_counts_against_a_baseline(workers: str, shops: User) -> None:
    assert audit(shops, "--site", "bakery")[0] == 1
    (shops.folder / "report.json").rename(shops.folder / "before.json")
    code, told = audit(shops, "--site", "bakery", "--baseline", "before.json", "--workers", workers)
    assert code == 0
    assert "in the baseline already" in told
    known = [each for each in verdicts(shops.report()) if each["result"] in ("fail", "unknown")]
    assert {each["baseline"] for each in known} == {"unchanged"}
    code, _ = audit(shops, "--baseline", "before.json", "--workers", workers)
    assert code == 1
    assert {each["baseline"] for each in verdicts(shops.report(), site="library") if "baseline" in each} == {"new"}


def test_a_baseline_that_is_none_is_a_usage_error(shops: User) -> None:
    shops.write("before.json", "{}")
    done = shops.run("audit", "inventory.yaml", "--baseline", "before.json")
    assert done.code == 2
    assert "--baseline takes a JSON report of auditor" in done.output
