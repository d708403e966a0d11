"""Where a credential is to be found. The credential itself never stands in the inventory, and never here.

In the inventory: `{agent: true}`, `{key_file: PATH, passphrase_env: NAME}`, `{env: NAME}`, `{keyring: SERVICE}`,
`{command: [PROGRAM, ARGUMENT]}`, `{vault: PATH, field: NAME}`, `{prompt: true}`, `{interactive: true}`. What these are
turned into is `auditor.collect.credentials`.
"""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Agent:
    """Keys that the running SSH agent holds, or that `~/.ssh/config` names for the host."""

    def __str__(self) -> str:
        return "SSH agent"


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A private key on disk.

    Its passphrase, if it has one, comes from the environment variable `passphrase_env` or is asked for.
    """

    path: Path
    passphrase_env: str | None = None

    def __str__(self) -> str:
        return f"key file {self.path}"


@dataclass(frozen=True, slots=True)
class Environment:
    """A password in an environment variable."""

    variable: str

    def __str__(self) -> str:
        return f"environment variable {self.variable}"


@dataclass(frozen=True, slots=True)
class Keyring:
    """A password in the keyring of the operating system, stored under this service and the user's name."""

    service: str

    def __str__(self) -> str:
        return f"keyring service {self.service}"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A password that a person types, once per run and user name."""

    def __str__(self) -> str:
        return "typed password"


@dataclass(frozen=True, slots=True)
class PasswordCommand:
    """The first line that a program prints, such as a password manager; no shell takes part."""

    argv: tuple[str, ...]

    def __str__(self) -> str:
        return f"command {shlex.join(self.argv)}"


@dataclass(frozen=True, slots=True)
class Vault:
    """One field of a secret in HashiCorp Vault, key/value store version 2; the first part of the path is its mount."""

    path: str
    field: str

    def __str__(self) -> str:
        return f"field {self.field} of {self.path} in Vault"


@dataclass(frozen=True, slots=True)
class Interactive:
    """What the host itself asks for, such as a password and a one-time code, is asked on the terminal.

    `first` are the keys that it is shown before, if it wants both.
    """

    first: Agent | KeyFile | None = None

    def __str__(self) -> str:
        return "typed answers" if self.first is None else f"{self.first} and typed answers"


CredentialRef: TypeAlias = Agent | KeyFile | Environment | Keyring | Prompt | PasswordCommand | Vault | Interactive
