"""Where a credential is to be found. The credential itself never stands in the inventory, and never here.

In the inventory: `{agent: true}`, `{key_file: PATH, passphrase_env: NAME}`, `{env: NAME}`, `{keyring: SERVICE}`,
`{prompt: true}`. What these are turned into is `auditor.collect.credentials`.
"""

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


CredentialRef: TypeAlias = Agent | KeyFile | Environment | Keyring | Prompt
