"""Users and shops that a test may spoil."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.command_line import SHOP, User


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User.at(tmp_path)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the faulty shop's router, outside of what the user's directories hold."""
    return Path(shutil.copytree(SHOP, tmp_path / "router"))
