"""A jump host that forwards to loopback, and notes who logged in, what it asked and where it connected to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncssh

from tests.fakes.ssh_server import Connections, Listening, Login

PASSWORD = "not-a-secret"
CODE = "123456"


@dataclass(slots=True)
class Seen:
    """What happened to a jump host."""

    logins: int = 0
    refused: int = 0
    forwarded: list[int] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wants:
    """What a jump host wants: a password, or the questions of `challenges`, one list for each round, after a key."""

    password: str = PASSWORD
    challenges: tuple[tuple[tuple[str, bool], ...], ...] = ()
    right: tuple[str, ...] = (PASSWORD, CODE)


class FakeBastion(Listening):
    """`async with FakeBastion(Wants()) as bastion: bastion.port`; `cut` drops all connections."""

    def __init__(self, wants: Wants = Wants(), port: int = 0, **options: Any) -> None:
        self.seen = Seen()
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        super().__init__(
            "127.0.0.1",
            port,
            server_host_keys=[self.key],
            server_factory=lambda: _Server(self.connections, wants, self.seen),
            kex_algs=["curve25519-sha256"],
            **options,
        )

    def cut(self) -> None:
        for connection in tuple(self.connections):
            connection.abort()


class _Server(Login):
    def __init__(self, connections: Connections, wants: Wants, seen: Seen) -> None:
        super().__init__(connections)
        self._wants = wants
        self._seen = seen
        self._given: list[str] = []

    def password_auth_supported(self) -> bool:
        return not self._wants.challenges

    def validate_password(self, username: str, password: str) -> bool:
        return self._counted(password == self._wants.password)

    def kbdint_auth_supported(self) -> bool:
        return bool(self._wants.challenges)

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return self._next()

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> Any:
        self._given += responses
        self._seen.answers += responses
        if self._given != list(self._wants.right[: len(self._given)]):
            return self._counted(right=False)
        return self._next() if len(self._given) < len(self._wants.right) else self._counted(right=True)

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        self._seen.forwarded.append(dest_port)
        return True

    def _next(self) -> Any:
        done = 0
        for challenge in self._wants.challenges:
            if done == len(self._given):
                return "", "Use your token.", "en", list(challenge)
            done += len(challenge)
        return False

    def _counted(self, right: bool) -> bool:
        self._seen.logins += right
        self._seen.refused += not right
        return right
