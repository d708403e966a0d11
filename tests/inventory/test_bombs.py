"""Inventories that are built to never end: each is one clear mistake, and what was read so far costs no more."""

import os
from pathlib import Path

import pytest

from auditor.errors import InventoryError
from auditor.inventory import load


def _complaint(folder: Path) -> str:
    with pytest.raises(InventoryError) as raised:
        load(folder / "inventory.yaml")
    return str(raised.value)


def test_ten_thousand_files_that_include_each_other_one_by_one(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"{number}.yaml").write_text(f"include: {number + 1}.yaml\n")
    (tmp_path / "inventory.yaml").write_text("include: 0.yaml\nsites: {a: {}}\n")
    assert "levels deep" in _complaint(tmp_path)


@pytest.mark.parametrize("link", [False, True])
def test_a_circle_of_files(tmp_path: Path, link: bool) -> None:
    """Also where the way back is another name of the same file."""
    (tmp_path / "inventory.yaml").write_text("include: one.yaml\nsites: {a: {}}\n")
    (tmp_path / "one.yaml").write_text("include: two.yaml\n")
    (tmp_path / "two.yaml").write_text(f"include: {'other' if link else 'inventory'}.yaml\n")
    os.symlink(tmp_path / "inventory.yaml", tmp_path / "other.yaml")
    assert "includes itself in a circle" in _complaint(tmp_path)


@pytest.mark.parametrize("endless", ["/dev/zero", "pipe"])
def test_a_file_without_an_end(tmp_path: Path, endless: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "inventory.yaml").write_text(f"include: {endless}\nsites: {{a: {{}}}}\n")
    assert "there is no file" in _complaint(tmp_path)
