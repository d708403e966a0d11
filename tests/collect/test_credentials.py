"""Credentials are found where the inventory says, asked for once, and never shown."""

import asyncio
from pathlib import Path

import keyring
import keyring.backend
import pytest
from keyring.errors import KeyringLocked

from auditor.collect.credentials import (
    AgentLogin,
    Credentials,
    KeyLogin,
    PasswordLogin,
    identity,
)
from auditor.credentials import Agent, CredentialRef, Environment, KeyFile, Keyring, Prompt
from auditor.errors import CredentialMissing

PASSWORD = "not-a-secret"


class _Ring(keyring.backend.KeyringBackend):
    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        if service == "locked":
            raise KeyringLocked("it is locked")
        return PASSWORD if (service, username) == ("shops", "audit") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def ring() -> object:
    before = keyring.get_keyring()
    keyring.set_keyring(_Ring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


def _login(credential: CredentialRef, credentials: Credentials, username: str | None = "audit") -> object:
    return asyncio.run(credentials.login(username, credential))


def test_a_password_comes_from_the_environment_and_is_not_shown() -> None:
    login = _login(Environment("SHOP"), Credentials({"SHOP": PASSWORD}))
    assert isinstance(login, PasswordLogin)
    assert login.password.reveal() == PASSWORD
    assert PASSWORD not in repr(login)


@pytest.mark.usefixtures("ring")
def test_a_password_comes_from_the_keyring() -> None:
    login = _login(Keyring("shops"), Credentials({}))
    assert isinstance(login, PasswordLogin)
    assert login.password.reveal() == PASSWORD


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize(
    ("credential", "username", "says"),
    [
        (Environment("SHOP"), "audit", "SHOP is not set"),
        (Environment("EMPTY"), "audit", "EMPTY is not set"),
        (Keyring("shops"), None, "needs a username"),
        (Keyring("shops"), "root", "no password for root"),
        (Keyring("locked"), "audit", "it is locked"),
        (Prompt(), "audit", "nobody can be asked"),
        (KeyFile(Path("/nowhere/id")), "audit", "no key file /nowhere/id"),
    ],
)
def test_a_missing_credential_says_what_is_missing(credential: CredentialRef, username: str | None, says: str) -> None:
    with pytest.raises(CredentialMissing, match=says):
        _login(credential, Credentials({"EMPTY": ""}), username)


def test_a_person_is_asked_once_for_each_user_even_by_many_devices() -> None:
    asked: list[str] = []

    def ask(prompt: str, *, echo: bool = False) -> str:
        assert not echo
        asked.append(prompt)
        return PASSWORD

    async def run() -> None:
        credentials = Credentials({}, ask)
        users = ["audit", "root"] * 10
        logins = await asyncio.gather(*(credentials.login(user, Prompt()) for user in users))
        assert all(isinstance(login, PasswordLogin) and login.password.reveal() == PASSWORD for login in logins)

    asyncio.run(run())
    assert sorted(asked) == ["Password of audit: ", "Password of root: "]


def test_keys_are_left_to_the_ssh_client(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("key")
    assert _login(Agent(), Credentials({})) == AgentLogin()
    assert _login(KeyFile(tmp_path / "id"), Credentials({})) == KeyLogin(tmp_path / "id")


def test_a_passphrase_comes_from_the_environment_or_a_person(tmp_path: Path) -> None:
    credentials = Credentials({"PASS": "a"}, lambda _, *, echo=False: "b")
    assert asyncio.run(credentials.passphrase(KeyFile(tmp_path, "PASS"))).reveal() == "a"
    assert asyncio.run(credentials.passphrase(KeyFile(tmp_path))).reveal() == "b"


def test_the_identity_tells_credentials_apart() -> None:
    names = {identity(user, c) for user in ("a", None) for c in (Agent(), Environment("X"), Keyring("X"), Prompt())}
    assert len(names) == 8


@pytest.mark.parametrize("credential", [Environment("P"), Keyring("shops"), Prompt()], ids=str)
def test_an_enable_secret_is_found(credential: CredentialRef, ring: object) -> None:
    found = Credentials({"P": PASSWORD}, ask=lambda _, *, echo=False: PASSWORD).enable_secret("gw", "audit", credential)
    assert asyncio.run(found).reveal() == PASSWORD


@pytest.mark.parametrize("credential", [Agent(), KeyFile(Path("k")), Environment("UNSET"), Prompt()], ids=str)
def test_without_an_enable_secret_nothing_is_tried(credential: CredentialRef) -> None:
    with pytest.raises(CredentialMissing):
        asyncio.run(Credentials({}).enable_secret("gw", "audit", credential))
