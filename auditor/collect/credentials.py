"""Turns the place of a credential into the credential, as late as possible and for the login alone."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from auditor.collect.asking import Asker, NobodyAnswers
from auditor.collect.password_command import first_line
from auditor.collect.vault import field_of, read_secret
from auditor.credentials import (
    Agent,
    CredentialRef,
    Environment,
    Interactive,
    KeyFile,
    Keyring,
    PasswordCommand,
    Prompt,
    Vault,
)
from auditor.errors import CredentialMissing
from auditor.secrets import Secret

T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class InteractiveLogin:
    """Log in with what a person answers to the host's own questions, after keys if the host wants both."""

    first: AgentLogin | KeyLogin | None


Login: TypeAlias = AgentLogin | KeyLogin | PasswordLogin | InteractiveLogin


def identity(username: str | None, credential: CredentialRef) -> str:
    """Name a credential for people and for the lock-out guard: who logs in, and with what."""
    return f"user {username or '(from ~/.ssh/config)'} with {credential}"


class Credentials:
    """Finds credentials; looks, runs a command or asks a person at most once for each in a run.

    `ask` is None where nobody can be asked, as in a scheduled run. What was not found is not looked for again.
    """

    def __init__(self, environment: Mapping[str, str] | None = None, ask: Asker | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._ask = ask
        self._found: dict[Hashable, asyncio.Task[Any]] = {}
        self._asking = asyncio.Lock()

    async def login(self, username: str | None, credential: CredentialRef) -> Login:
        """Return what to log in with; raises `CredentialMissing`."""
        match credential:
            case Agent() | KeyFile():
                return _with_keys(credential)
            case Interactive(first):
                if self._ask is None:
                    raise CredentialMissing("nobody can be asked for the answers that the host wants")
                return InteractiveLogin(None if first is None else _with_keys(first))
            case Prompt():
                return PasswordLogin(await self._answer(f"Password of {username or 'the SSH user'}: "))
            case Environment() | Keyring() | PasswordCommand() | Vault():
                return PasswordLogin(await self._kept(username, credential))

    async def enable_secret(self, host: str, username: str | None, credential: CredentialRef) -> Secret:
        """Return the secret that a device asks for before privileged commands."""
        match credential:
            case Environment() | Keyring() | PasswordCommand() | Vault():
                return await self._kept(username, credential)
            case Prompt():
                return await self._answer(f"Enable secret of {host}: ")
            case Agent() | KeyFile() | Interactive():
                raise CredentialMissing("a key is no enable secret, and an answer to the SSH server is none")

    async def passphrase(self, key: KeyFile) -> Secret:
        """Return the passphrase of an encrypted key file."""
        if key.passphrase_env is not None:
            return self._from_environment(key.passphrase_env)
        return await self._answer(f"Passphrase of {key.path}: ")

    async def ask(self, prompt: str, *, echo: bool) -> Secret:
        """Ask a person now, whether or not the same was asked before; raises `CredentialMissing`."""
        what = prompt.strip().rstrip(":").splitlines()[-1:]
        if self._ask is None:
            raise CredentialMissing(f"nobody can be asked for: {''.join(what)}")
        async with self._asking:
            try:
                options = {"echo": True} if echo else {}
                return Secret(await asyncio.to_thread(self._ask, prompt, **options))
            except (NobodyAnswers, EOFError):
                raise CredentialMissing(f"nobody answered: {''.join(what)}") from None

    def close(self) -> None:
        """Give up what is still being looked for."""
        for task in self._found.values():
            task.cancel()

    async def once(self, key: Hashable, find: Callable[[], Awaitable[T]]) -> T:
        """Find something once in a run; all that ask meanwhile, or later, get the same, also the same error."""
        if key not in self._found:
            self._found[key] = asyncio.ensure_future(_future(find))
        try:
            # Whoever stops waiting leaves the search to the others.
            found: T = await asyncio.shield(self._found[key])
        except CredentialMissing as error:
            raise CredentialMissing(str(error), hint=error.hint) from None
        return found

    async def _kept(self, username: str | None, place: Environment | Keyring | PasswordCommand | Vault) -> Secret:
        match place:
            case Environment(variable):
                return self._from_environment(variable)
            case Keyring(service):
                return await self.once((place, username), lambda: asyncio.to_thread(_from_keyring, service, username))
            case PasswordCommand(argv):
                return await self.once(place, lambda: first_line(argv))
            case Vault(path, field):
                fields = await self.once(
                    ("vault", path), lambda: asyncio.to_thread(read_secret, path, self._environment)
                )
                return field_of(fields, path, field)

    def _from_environment(self, variable: str) -> Secret:
        value = self._environment.get(variable)
        if not value:
            raise CredentialMissing(f"the environment variable {variable} is not set")
        return Secret(value)

    async def _answer(self, prompt: str) -> Secret:
        return await self.once(("asked", prompt), lambda: self.ask(prompt, echo=False))


async def _future(find: Callable[[], Awaitable[T]]) -> T:
    return await find()


def _with_keys(keys: Agent | KeyFile) -> AgentLogin | KeyLogin:
    match keys:
        case Agent():
            return AgentLogin()
        case KeyFile(path):
            file = path.expanduser()
            if not file.is_file():
                raise CredentialMissing(f"there is no key file {file}")
            return KeyLogin(file)


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
