"""Each line of each captured file is counted once: understood, irrelevant or unknown."""

from auditor.capture import Capture
from auditor.model import Device


def line_count(text: str) -> int:
    """Return the number of lines, with the last one that has no end."""
    return text.count("\n") + (not text.endswith("\n") and bool(text))


def assert_whole(captured: Capture, device: Device) -> None:
    """Assert that the coverage of a device adds up to the lines of its capture."""
    counted = [coverage.file for coverage in device.coverage]
    assert sorted(counted) == sorted(file.path for file in captured.files)
    for coverage in device.coverage:
        file = captured.file(coverage.file)
        assert file is not None
        total = coverage.understood + coverage.irrelevant + len(coverage.unknown)
        assert total == line_count(file.text), coverage
        assert all(0 < unknown.line <= line_count(file.text) for unknown in coverage.unknown)
