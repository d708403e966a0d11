"""What holds for every format: order, atomicity, hostile text, secrets."""

import unicodedata
from pathlib import Path

import pytest

from auditor.cli.wanted import Wanted
from auditor.errors import UsageError
from auditor.report import formats
from tests.report import shop
from tests.report.formats import made

ALL = pytest.mark.parametrize("name", formats.names())


@ALL
def test_sites_stand_in_the_order_of_the_inventory(name: str, tmp_path: Path) -> None:
    text = made.written(name, tmp_path, [made.faulty(), made.healthy()])
    assert 0 < text.index("lyon-01") < text.index("nice-02")
    assert text == made.written(name, tmp_path, [made.faulty(), made.healthy()])


@ALL
def test_a_run_that_breaks_leaves_the_old_report_alone(name: str, tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text("old")

    def stopped() -> None:
        with formats.writing(name, path, made.RUN) as document:
            document.take(1, made.told(made.healthy()))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["report"]


@ALL
def test_nothing_hidden_and_no_secret_stands_in_it(name: str, tmp_path: Path) -> None:
    text = made.written(name, tmp_path, [made.hostile()])
    odd = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn")} - {"\n", "\t", "\r"}
    assert not odd
    assert "\r" not in text or name == "csv"
    for secret in shop.SECRETS:
        assert secret in shop.NETWORK + shop.WIRELESS
        assert secret not in text


@pytest.mark.parametrize("text", ["yaml=x", "sarif", "sarif=", "=x", "SARIF=x"])
def test_the_command_line_names_the_formats(text: str) -> None:
    with pytest.raises(UsageError, match=r"html, json, sarif, junit, csv, markdown, prometheus"):
        Wanted.read(
            out=None,
            reports=(text,),
            fail_on="error",
            allow_unknown=False,
            max_unaudited="0",
            checklist=False,
            verbose=False,
            several_sites=False,
        )
