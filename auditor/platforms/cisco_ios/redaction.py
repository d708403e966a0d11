"""Which redactor a text of an IOS device needs: that of configurations, or that of JSON for what napalm gives."""

from auditor.secrets import Redactor
from auditor.syntax.ios_redact import redact_configuration, redact_strings
from auditor.syntax.text_redact import redact_text


def redact(path: str, text: str, redactor: Redactor) -> str:
    """Return a text without secrets; lines keep their numbers.

    Outputs speak the language of configurations, and so does what people wrote into descriptions that JSON holds.
    """
    if path.endswith(".json"):
        return redact_strings(redact_text(text, redactor), redactor)
    return redact_configuration(text, redactor)
