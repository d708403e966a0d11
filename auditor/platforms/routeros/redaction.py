"""Which redactor a text of a RouterOS device needs: that of exports, or that of what commands print."""

from auditor.secrets import Redactor
from auditor.syntax.routeros_print_redact import redact_output
from auditor.syntax.routeros_redact import redact_export


def redact(path: str, text: str, redactor: Redactor) -> str:
    """Return a text without secrets; lines keep their numbers."""
    if path.startswith("commands/"):
        return redact_output(text, redactor)
    return redact_export(text, redactor)
