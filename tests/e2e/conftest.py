"""One live audit of the faulty shop that several tests look at, and users with an empty home."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.command_line import SHOP, Done, User, inventory, live
from tests.e2e.serving import serving
from tests.fakes.openwrt_ssh import PASSWORD, Device, Log


@dataclass(frozen=True, slots=True)
class Audited:
    """A finished live audit: the user, how it ended, and what the router was asked."""

    user: User
    done: Done
    log: Log


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User.at(tmp_path, SHOP_PASSWORD=PASSWORD)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the faulty shop's router that a test may change."""
    return Path(shutil.copytree(SHOP, tmp_path / "router"))


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    user = User.at(tmp_path_factory.mktemp("live"), SHOP_PASSWORD=PASSWORD)
    with serving(Device(SHOP)) as (router,):
        user.write("inventory.yaml", inventory(f"{{gw: {live(router.port)}}}"))
        reports = ("--report", "json=report.json", "--report", "html=report.html", "--out", "fixes")
        done = user.run("audit", "inventory.yaml", "--accept-new-host-keys", *reports)
        yield Audited(user, done, router.log)
