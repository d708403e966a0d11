"""Remembers the host key of each device, by its name in the inventory.

By name, because two hundred shops may all have a router at 192.168.1.1. The file has the format of
`known_hosts`, so it can be read, compared and edited with the usual tools.
"""

import base64
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from auditor.errors import AuditorError, HostKeyChanged, HostKeyUnknown


@dataclass(frozen=True, slots=True)
class HostKey:
    """A public host key: its algorithm (`ssh-ed25519`) and its data in base64."""

    algorithm: str
    data: str

    @property
    def fingerprint(self) -> str:
        """The fingerprint as `ssh-keygen -lf` prints it: `SHA256:…`."""
        digest = hashlib.sha256(base64.b64decode(self.data)).digest()
        return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


class HostKeys:
    """The recorded host keys, in one file; read anew for each question, so runs may share it.

    With `accept_new` an unknown key is recorded at once. A changed key is never accepted.
    """

    def __init__(self, file: Path, *, accept_new: bool = False) -> None:
        self.file = file
        self.accept_new = accept_new

    def recorded(self, name: str) -> tuple[HostKey, ...]:
        """Return the keys recorded for a device."""
        alias = _alias(name)
        return tuple(key for line in self._lines() for names, key in _entry(line) if alias in names)

    def check(self, name: str, key: HostKey) -> None:
        """Compare the key that a device shows with what is recorded.

        Raises `HostKeyChanged` or `HostKeyUnknown`, with the fingerprint; records a new key if that was asked.
        """
        known = self.recorded(name)
        if key in known:
            return
        if known:
            raise HostKeyChanged(
                f"host key of {name} changed: it shows {key.algorithm} {key.fingerprint}, "
                f"recorded in {self.file} is {', '.join(f'{k.algorithm} {k.fingerprint}' for k in known)}"
            )
        if not self.accept_new:
            raise HostKeyUnknown(f"host key of {name} is not recorded: {key.algorithm} {key.fingerprint}")
        self._record(f"{_alias(name)} {key.algorithm} {key.data}")

    def _record(self, line: str) -> None:
        """Replace the file in one step; what stands in it, comments too, stays."""
        text = "".join(f"{kept}\n" for kept in (*self._lines(), line))
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", dir=self.file.parent, prefix=".hosts-", delete=False, encoding="utf-8", errors="surrogateescape"
            ) as new:
                new.write(text)
            os.replace(new.name, self.file)
        except OSError as error:
            raise AuditorError(f"cannot record host keys in {self.file}: {error.strerror}") from error

    def _lines(self) -> list[str]:
        try:
            return self.file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise AuditorError(f"cannot read the host keys in {self.file}: {error.strerror}") from error


def _entry(line: str) -> list[tuple[frozenset[str], HostKey]]:
    """Take one line apart; comments and what is not a plain entry give nothing, so its device is unknown."""
    words = line.split()
    if len(words) < 3 or words[0].startswith(("#", "@", "|")):
        return []
    try:
        base64.b64decode(words[2], validate=True)
    except ValueError:
        return []
    return [(frozenset(words[0].split(",")), HostKey(words[1], words[2]))]


def _alias(name: str) -> str:
    """Write a device name so that it is one plain word of a known_hosts line."""
    return quote(name, safe="/:[]")
