"""What a host is told while somebody logs in to it: whether its key is right, and answers to what it asks."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import asyncssh

from auditor.collect.hostkeys import HostKey, HostKeys
from auditor.errors import AuditorError

_MOST_QUESTIONS = 8
_MOST_LINES = 20

Answer = Callable[[str, bool], Awaitable[str]]  # shows a question of the host; True: what is typed may be seen


@dataclass(slots=True)
class Greeting(asyncssh.SSHClient):
    """Compares the host key; keeps the verdict, because asyncssh only takes yes or no.

    If it `asks`, the host's own questions are put to a person, each at most once: a host that asks the same again has
    refused the answer, and a second one could lock the account. `wants_more`: it then asked for a password, too. That
    may be a second factor or a second try, which asyncssh does not tell apart, so nothing was given. `waits`: the login
    waits for its turn to begin.
    """

    host_keys: HostKeys
    name: str
    asks: bool = False
    answer: Answer | None = None
    accepted: bool = False
    waits: bool = False
    wants_more: bool = False
    refused_because: AuditorError | None = None
    _asked: set[str] = field(default_factory=set)
    _tried: set[str] = field(default_factory=set)

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        algorithm, data = key.export_public_key("openssh").decode("ascii").split()[:2]
        try:
            self.host_keys.check(self.name, HostKey(algorithm, data))
        except AuditorError as error:
            self.refused_because = error
            return False
        self.accepted = True
        return True

    def kbdint_auth_requested(self) -> str | None:
        if not self.asks:
            # asyncssh then sends a password, if it has one, as the answer to a single question for it.
            return NotImplemented  # type: ignore[no-any-return]
        return self._once("keyboard-interactive", "")

    async def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str] | None:
        told = instructions if prompts else ""
        answers: list[str] = []
        for prompt, echo in prompts:
            answer = await self._answered(f"{told}\n{prompt}", echo)
            if answer is None:
                return None
            answers.append(answer)
            told = ""
        return answers

    async def password_auth_requested(self) -> str | None:
        # A host that offers both has had its answers, and a password would be the second try.
        if not self.asks or self._tried:
            self.wants_more = "keyboard-interactive" in self._tried
            return None
        self._tried.add("password")
        return await self._answered("Password: ", echo=False)

    def _once(self, method: str, value: str) -> str | None:
        if method in self._tried:
            return None
        self._tried.add(method)
        return value

    async def _answered(self, question: str, echo: bool) -> str | None:
        if self.answer is None or question in self._asked or len(self._asked) >= _MOST_QUESTIONS:
            return None
        self._asked.add(question)
        try:
            return await self.answer(shown(self.name, question), echo)
        except AuditorError as error:
            self.refused_because = error
            return None


def shown(name: str, question: str) -> str:
    """Write what a host asks so that nobody takes it for a question of this program: each line begins with its name.

    What is not printable could move the cursor and write over that.
    """
    lines = ["".join(c if c.isprintable() else "?" for c in line) for line in question.splitlines()]
    told = [f"{name}: {line.rstrip()}" for line in lines if line.strip()][-_MOST_LINES:] or [f"{name}: Answer:"]
    return "\n".join(told) + " "
