"""How bad a failure is, in the levels of SARIF 2.1.0."""

from enum import StrEnum


class Severity(StrEnum):
    """SARIF levels; `rank` orders them, the worst is highest."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        return {Severity.NOTE: 1, Severity.WARNING: 2, Severity.ERROR: 3}[self]
