"""A chain of shops, end to end over real SSH: what was made wrong is found, who does not answer is named, nobody else.

Five kinds of shops of four platforms, regions behind jump hosts (one behind another), a controller that shops share,
and devices with faults; judged in two processes. The benchmark drives the same chain at its full size.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.command_line import Done, User
from tests.fakes.chain import ENVIRONMENT, Chain, planned
from tests.fakes.fleet import Fault, Fleet, Seen

SHOPS = 40


@dataclass(frozen=True, slots=True)
class Night:
    """One run over the chain: how it ended, what it reported, and what the devices saw."""

    chain: Chain
    done: Done
    report: dict[str, Any]
    seen: Seen

    def site_of(self, device: str) -> str:
        return device.partition("/")[0]

    @property
    def sound(self) -> set[str]:
        """The shops all of whose devices answer."""
        return set(self.chain.sites) - {self.site_of(key) for key in self.chain.failing}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("chain")
    plan = planned(folder, shops=SHOPS, seed=11, wrong=0.25, faulty=0.15)
    user = User.at(tmp_path_factory.mktemp("user"), **ENVIRONMENT)
    with Fleet(plan.served, folder) as fleet:
        chain = plan.written(fleet.port)
        done = user.run(
            *("audit", chain.inventory, "--accept-new-host-keys", "--workers", "2"),
            *("--report", "json=report.json", "--report", "html=report.html", "--out", "fixes"),
        )
        yield Night(chain, done, user.report(), fleet.seen())


def test_the_chain_has_something_of_everything(night: Night) -> None:
    """A test of a chain in which nothing is wrong and everybody answers could not fail."""
    assert len(night.chain.findings) >= 3
    assert len(set(night.chain.failing.values())) >= 2


def test_exactly_what_was_made_wrong_is_found(night: Night) -> None:
    found = {
        (each["site"], each["rule"])
        for each in night.report["verdicts"]
        if each["result"] == "fail" and each["severity"] == "error"
    }
    assert found == set(night.chain.findings)
    assert night.done.code == 1


def test_a_shop_in_order_passes_whole(night: Night) -> None:
    wrong = {site for site, _ in night.chain.findings}
    results = {
        each["site"]: Counter(v["result"] for v in night.report["verdicts"] if v["site"] == each["site"])
        for each in night.report["verdicts"]
    }
    for site in night.sound - wrong:
        assert results[site]["pass"] > 10, site
        assert not results[site].keys() & {"error"}, site
        undecided = [
            each["message"]
            for each in night.report["verdicts"]
            if each["site"] == site and each["result"] == "unknown" and each["severity"] == "error"
        ]
        assert undecided == [], site


def test_who_does_not_answer_leaves_unknowns_and_no_pass(night: Night) -> None:
    for key, fault in night.chain.failing.items():
        site = night.site_of(key)
        results = Counter(each["result"] for each in night.report["verdicts"] if each["site"] == site)
        assert results["unknown"] > 0, (key, fault)
    named = {f"{failure['site']}/{failure['device']}": failure["kind"] for failure in night.report["failures"]}
    # Bytes that are no text leave a gap in what the device says; the others say nothing at all.
    silent = {key for key, fault in night.chain.failing.items() if fault is not Fault.GARBLE}
    assert named.keys() == silent
    assert not set(named.values()) & {"overload", "not-tried", "host-key-changed"}


def test_everybody_is_logged_in_to_once(night: Night) -> None:
    faults = {device.address: device.fault for device in night.chain.devices}
    for device in night.chain.devices:
        log = night.seen.logs[device.address]
        if faults[device.address] is Fault.NONE:
            assert (log.logins, log.refused) == (1, 0), device.hostname
        assert log.most_open <= 1, device.hostname


def test_a_jump_host_has_one_connection_for_its_whole_region(night: Night) -> None:
    bastions = [device for device in night.chain.devices if device.forwards]
    assert len(bastions) == 4
    for device in bastions:
        assert night.seen.logs[device.address].logins == 1
    assert sum(night.seen.logs[device.address].forwarded for device in bastions) >= SHOPS


def test_every_fix_is_one_of_a_finding_and_proven(night: Night) -> None:
    fixes = [(each["site"], fix) for each in night.report["verdicts"] for fix in each["fixes"] if fix["commands"]]
    assert {site for site, _ in fixes} == {site for site, _ in night.chain.findings}
    assert all(fix["proven"] for _, fix in fixes)
