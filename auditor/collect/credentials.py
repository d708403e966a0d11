"""Turns the place of a credential into the credential, as late as possible and for the login alone."""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from auditor.credentials import Agent, CredentialRef, Environment, KeyFile, Keyring, Prompt
from auditor.errors import DeviceError
from auditor.secrets import Secret

Ask: TypeAlias = Callable[[str], str]  # shows a prompt on the terminal and reads without echo


class CredentialMissing(DeviceError):
    """The credential is not where the inventory says; nothing was sent."""

    hint = "put the credential where the inventory says, or name another place"


@dataclass(frozen=True, slots=True)
class AgentLogin:
    """Log in with the keys of the agent and those that `~/.ssh/config` names."""


@dataclass(frozen=True, slots=True)
class KeyLogin:
    """Log in with one private key."""

    file: Path


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    """Log in with a password, which is sent once."""

    password: Secret


Login: TypeAlias = AgentLogin | KeyLogin | PasswordLogin


def identity(username: str | None, credential: CredentialRef) -> str:
    """Name a credential for people and for the lock-out guard: who logs in, and with what."""
    return f"user {username or '(from ~/.ssh/config)'} with {credential}"


class Credentials:
    """Finds credentials; asks a person at most once for each in a run.

    `ask` is None where nobody can be asked, as in a scheduled run.
    """

    def __init__(self, environment: Mapping[str, str] | None = None, ask: Ask | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._ask = ask
        self._answers: dict[str, Secret] = {}
        self._asking = asyncio.Lock()

    async def login(self, username: str | None, credential: CredentialRef) -> Login:
        """Return what to log in with; raises `CredentialMissing`."""
        match credential:
            case Agent():
                return AgentLogin()
            case KeyFile(path):
                file = path.expanduser()
                if not file.is_file():
                    raise CredentialMissing(f"there is no key file {file}")
                return KeyLogin(file)
            case Environment(variable):
                return PasswordLogin(self._from_environment(variable))
            case Keyring(service):
                return PasswordLogin(await asyncio.to_thread(_from_keyring, service, username))
            case Prompt():
                return PasswordLogin(await self._answer(f"Password of {username or 'the SSH user'}: "))

    async def enable_secret(self, host: str, username: str | None, credential: CredentialRef) -> Secret:
        """Return the secret that a device asks for before privileged commands."""
        match credential:
            case Environment(variable):
                return self._from_environment(variable)
            case Keyring(service):
                return await asyncio.to_thread(_from_keyring, service, username)
            case Prompt():
                return await self._answer(f"Enable secret of {host}: ")
            case Agent() | KeyFile():
                raise CredentialMissing("a key is no enable secret")

    async def passphrase(self, key: KeyFile) -> Secret:
        """Return the passphrase of an encrypted key file."""
        if key.passphrase_env is not None:
            return self._from_environment(key.passphrase_env)
        return await self._answer(f"Passphrase of {key.path}: ")

    def _from_environment(self, variable: str) -> Secret:
        value = self._environment.get(variable)
        if not value:
            raise CredentialMissing(f"the environment variable {variable} is not set")
        return Secret(value)

    async def _answer(self, prompt: str) -> Secret:
        async with self._asking:
            if prompt not in self._answers:
                if self._ask is None:
                    raise CredentialMissing(f"nobody can be asked for: {prompt.rstrip(': ')}")
                self._answers[prompt] = Secret(await asyncio.to_thread(self._ask, prompt))
            return self._answers[prompt]


def _from_keyring(service: str, username: str | None) -> Secret:
    import keyring  # loads every back end it finds: only for those who use it
    from keyring.errors import KeyringError

    if username is None:
        raise CredentialMissing(f"the keyring service {service} needs a username in the inventory")
    try:
        value = keyring.get_password(service, username)
    except KeyringError as error:
        raise CredentialMissing(f"the system keyring cannot be read: {error}") from error
    if not value:
        raise CredentialMissing(f"the system keyring has no password for {username} in service {service}")
    return Secret(value)
