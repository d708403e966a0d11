"""Which redactor an OpenWrt text needs: UCI by its grammar, everything else by the names of its keys."""

from auditor.platforms.openwrt.recognise import looks_like_uci, package_of
from auditor.secrets import Redactor
from auditor.syntax.crontab_redact import redact as redact_crontab
from auditor.syntax.text_redact import redact_text
from auditor.syntax.uci_redact import redact as redact_uci


def redact(path: str, text: str, redactor: Redactor) -> str:
    """Return a text without secrets; lines keep their numbers."""
    if not path.startswith("commands/") and (package_of(path) or looks_like_uci(text)):
        return redact_uci(text, redactor, package=package_of(path))
    if path.startswith("/etc/crontabs/"):
        return redact_crontab(text, redactor)
    return redact_text(text, redactor)
