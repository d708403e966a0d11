"""A password command and HashiCorp Vault: asked once, in time, and without a word of the secret in a message."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from auditor.collect.credentials import Credentials, PasswordLogin
from auditor.collect.password_command import first_line
from auditor.credentials import CredentialRef, PasswordCommand, Vault
from auditor.errors import CredentialMissing

SECRET = "not-a-secret"


async def _password(credentials: Credentials, place: CredentialRef) -> str:
    login = await credentials.login("audit", place)
    assert isinstance(login, PasswordLogin)
    return login.password.reveal()


def test_a_command_runs_once_for_all_devices_and_gives_its_first_line(tmp_path: Path) -> None:
    count = tmp_path / "count"
    place = PasswordCommand(("sh", "-c", f"echo x >> {count}; sleep 0.1; printf '{SECRET}\\r\\nurl: shop\\n'"))

    async def go() -> list[str]:
        credentials = Credentials({})
        return await asyncio.gather(*(_password(credentials, place) for _ in range(50)))

    assert set(asyncio.run(go())) == {SECRET}
    assert count.read_text() == "x\n"


def test_what_fails_once_is_not_run_again(tmp_path: Path) -> None:
    count = tmp_path / "count"
    place = PasswordCommand(("sh", "-c", f"echo x >> {count}; exit 1"))

    async def go() -> None:
        credentials = Credentials({})
        for _ in range(3):
            with pytest.raises(CredentialMissing, match="ended with status 1"):
                await _password(credentials, place)

    asyncio.run(go())
    assert count.read_text() == "x\n"


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("/nowhere/pass",), "cannot be run: No such file"),
        (("sh", "-c", "exit 3"), "ended with status 3"),
        (("sh", "-c", "true"), "printed nothing"),
        (("sh", "-c", f"echo {SECRET}; echo 'cannot show {SECRET}' >&2; exit 1"), r"cannot show \*\*\*"),
        (("sh", "-c", "printf 'bad\\033[2Jend' >&2; exit 1"), r"bad\?\[2Jend"),
        (("sh", "-c", "kill -9 $$"), "ended with signal 9"),
        (("sh", "-c", "sleep 60 & wait"), r"did not end in 0\.3 s"),
        (("printf", r"\377\n"), "no text"),
    ],
)
def test_a_command_that_fails_says_why_and_never_the_secret(argv: tuple[str, ...], says: str) -> None:
    with pytest.raises(CredentialMissing, match=says) as error:
        asyncio.run(first_line(argv, 0.3 if "sleep" in argv[-1] else 10))
    assert SECRET not in str(error.value)


class _Vault(BaseHTTPRequestHandler):
    """The shapes of Vault's API: "Read secret version" of the key/value store version 2, and its errors."""

    def do_GET(self) -> None:
        seen: list[tuple[str, str | None]] = self.server.seen  # type: ignore[attr-defined]
        seen.append((self.path, self.headers["X-Vault-Namespace"]))
        if self.headers["X-Vault-Token"] != "token":
            self._say(403, {"errors": ["permission denied"]})
        elif self.path == "/v1/secret/data/shops/routers":
            metadata = {"created_time": "2026-11-01T08:00:00Z", "deletion_time": "", "destroyed": False, "version": 2}
            data = {"data": {"password": SECRET, "number": 5}, "metadata": metadata}
            self._say(200, {"request_id": "r", "lease_id": "", "renewable": False, "lease_duration": 0, "data": data})
        elif self.path == "/v1/old/data/shops":
            self._say(200, {"request_id": "r", "data": {"password": SECRET}})
        else:
            self._say(404, {"errors": []})

    def _say(self, status: int, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal of the tests."""


@contextmanager
def _vault() -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Vault) as server:
        server.seen = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", server.seen  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("from_file", [False, True])
def test_a_field_of_a_secret_in_vault_is_read_once(tmp_path: Path, from_file: bool) -> None:
    pytest.importorskip("hvac")
    (tmp_path / ".vault-token").write_text("token\n")
    with _vault() as (address, seen):
        environment = {"VAULT_ADDR": address, "VAULT_NAMESPACE": "retail", "HOME": str(tmp_path)}
        credentials = Credentials(environment if from_file else environment | {"VAULT_TOKEN": "token", "HOME": "/"})

        async def go() -> None:
            place = Vault("secret/shops/routers", "password")
            assert set(await asyncio.gather(*(_password(credentials, place) for _ in range(20)))) == {SECRET}
            for field in ("other", "number"):
                with pytest.raises(CredentialMissing, match=f"has no field {field}"):
                    await _password(credentials, Vault("secret/shops/routers", field))

        asyncio.run(go())
        assert seen == [("/v1/secret/data/shops/routers", "retail")]


@pytest.mark.parametrize(
    ("path", "token", "says"),
    [
        ("secret/shops/routers", "wrong", "refuses to show"),
        ("secret/nothing", "token", "has no secret"),
        ("old/shops", "token", "not that of a key/value store version 2"),
        ("secret/shops/routers", "", "no token for Vault"),
    ],
)
def test_what_vault_does_not_give_is_said(path: str, token: str, says: str) -> None:
    pytest.importorskip("hvac")
    with _vault() as (address, _), pytest.raises(CredentialMissing, match=says) as error:
        asyncio.run(_password(Credentials({"VAULT_ADDR": address, "VAULT_TOKEN": token}), Vault(path, "password")))
    assert SECRET not in str(error.value)
