"""nftables: the packet filter of the kernel, as it runs and as /etc/nftables.conf says."""

from collections.abc import Mapping

from auditor.secrets import Redactor
from auditor.services.base import Include, Service
from auditor.services.nftables.edit import edit
from auditor.services.nftables.read import read
from auditor.services.nftables.rulesets import FILE, RUNNING, include_of
from auditor.syntax.nft_edit import get, put
from auditor.syntax.nft_text import includes_of

__all__ = ["SERVICE"]


def _main_file(arguments: tuple[str, ...]) -> str | None:
    """No process: the file is the one that the system loads."""
    return None


def _owns(name: str, text: str) -> str | None:
    """A saved file of this name, or one that begins as such files do."""
    if name.rpartition("/")[2] in ("nftables.conf", "nft-ruleset.txt", "nft-ruleset.json"):
        return f"/{name.lstrip('/')}" if name.lstrip("/").startswith("etc/") else _usual(name)
    first = next((line for line in text.split("\n", 3) if line.strip()), "")
    return FILE if first.startswith("#!/usr/sbin/nft") else None


def _usual(name: str) -> str:
    base = name.rpartition("/")[2]
    return FILE if base == "nftables.conf" else f"commands/{base}"


def _includes(path: str, text: str, arguments: tuple[str, ...]) -> tuple[Include, ...]:
    return tuple(include_of(pattern) for pattern in includes_of(text))


def _state_files(texts: Mapping[str, str], arguments: tuple[str, ...]) -> tuple[str, ...]:
    return ()


def _redact(text: str, redactor: Redactor) -> str:
    """Packet filters hold no secrets."""
    return text


SERVICE = Service(
    name="nftables",
    programs=(),
    files=(FILE, *RUNNING),
    main_file=_main_file,
    owns=_owns,
    includes=_includes,
    state_files=_state_files,
    redact=_redact,
    read=read,
    edit=edit,
    get=get,
    put=put,
)
