"""Configurations that other people published: nothing breaks, and their lines are known."""

from pathlib import Path

import pytest

from auditor.model import Stated
from auditor.secrets import Redactor
from auditor.services import Instance
from auditor.services.reading import lines_of
from auditor.services.unbound import MAIN, SERVICE
from tests.services.hosts import host_of

FOLDER = Path(__file__).parents[4] / "shared" / "corpus" / "unbound"
FILES = sorted(FOLDER.rglob("*.conf"))


@pytest.mark.skipif(not FILES, reason="the collection of real configurations is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_it_is_read(path: Path) -> None:
    text = SERVICE.redact(path.read_text(errors="replace"), Redactor(b"k" * 32))
    host = host_of({MAIN: text}, "unbound")
    SERVICE.read(host, Instance("unbound", "unbound", MAIN, (), Stated(True, ())))
    (coverage,) = host.reading.coverage()
    assert coverage.understood + coverage.irrelevant + len(coverage.unknown) == len(lines_of(text))
    assert [line for line in coverage.unknown if line.keywords] == []
