"""Configurations that other people published: nothing breaks, and hardly a line is unknown."""

import os
from pathlib import Path

import pytest

from auditor.secrets import Redactor
from auditor.services.hostapd import MAIN, SERVICE
from tests.services.hostapd.access_point import host, instance_of

_CORPUS = Path(os.environ.get("AUDITOR_CORPUS", Path(__file__).resolve().parents[4] / "shared" / "corpus"))
FOLDER = _CORPUS / "hostapd"
FILES = sorted(path for path in FOLDER.glob("**/*.conf") if path.is_file())


@pytest.mark.skipif(not FILES, reason="the collection of real configurations is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_is_understood(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    redacted = SERVICE.redact(text, Redactor(b"k" * 32))
    at = host({MAIN: redacted})
    part = SERVICE.read(at, instance_of())
    assert part.bsses.items
    assert not any(coverage.unknown for coverage in at.reading.coverage())
