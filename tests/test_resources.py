"""The data files are found in a checkout and in an installed wheel."""

from pathlib import Path

import pytest

from auditor import resources
from auditor.errors import DataError


def test_the_checkout_has_its_data() -> None:
    assert (resources.device_profiles() / "openwrt.yaml").is_file()


def test_a_wheel_has_its_data_inside(tmp_path: Path) -> None:
    package = tmp_path / "auditor"
    inside = package / "_data" / "templates"
    inside.mkdir(parents=True)
    (tmp_path / "templates").mkdir()  # somebody else's folder beside the package
    assert resources._folder("templates", package) == inside


def test_an_installation_without_data_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="templates"):
        resources._folder("templates", tmp_path / "auditor")
