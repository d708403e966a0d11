"""Protects accounts from being locked: after three refusals in a row a credential is not used again.

Many devices may check one account on the same RADIUS or directory server, which counts refusals over all of
them, and locks after three to ten of them within minutes. So logins that are under way count as if they were going
to be refused: while a credential has never been accepted, or was refused last, refusals and logins under way
together are at most three.

What was accepted a moment ago is not wrong now, unless the account was changed, locked or has expired in between. So
after a success as many logins may begin as the collector likes; only the moment counts in which the password leaves,
and at most five of those are without an answer at any time. The first refusal ends that at once, also for logins that
have begun and have not sent their password yet. Five, because account servers of shops lock after six (PCI DSS 3.2.1,
8.1.6) to ten bad tries (PCI DSS 4.0, 8.3.4). A refused key locks no account: how many logins with keys are under way
after a success is not limited here.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from auditor.errors import LoginRefused, NotTried

REFUSALS_IN_A_ROW = 3
UNANSWERED = 5


@dataclass(slots=True)
class _Credential:
    """How a credential stands.

    `under_way` are the logins that have begun, `unanswered` those of them whose secret is with the device;
    `trusted`: what was told last is that it was accepted.
    """

    refusals: int = 0
    trusted: bool = False
    under_way: int = 0
    unanswered: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """Wake all that wait; they look again."""
        self.changed.set()
        self.changed = asyncio.Event()


@dataclass(slots=True)
class Attempt:
    """One login; `sending` is to be awaited right before the secret leaves, `sent` says that it has left."""

    _turn: Callable[[], Awaitable[None]]
    _state: _Credential
    sent: bool = False
    over: bool = False

    async def sending(self) -> None:
        """Wait for the turn to send the secret; raises `NotTried` if nothing may be sent any more."""
        if self.sent:
            return
        await self._turn()
        if self.over:
            raise NotTried("not tried: the login had ended when its turn came")
        self._state.unanswered += 1
        self.sent = True

    def end(self) -> None:
        """Give back what this login took."""
        self.over = True
        self._state.under_way -= 1
        self._state.unanswered -= self.sent
        self._state.tell()


class LockoutGuard:
    """Counts refusals per credential; one guard serves one run, with its jump hosts and enable secrets.

    A run that is taken up again goes on counting at `refusals`. Each refusal, and the first success after some, is told
    to `tell` with the name of the credential, before another login begins.
    """

    def __init__(
        self,
        limit: int = REFUSALS_IN_A_ROW,
        unanswered: int = UNANSWERED,
        *,
        refusals: Mapping[str, int] | None = None,
        tell: Callable[[str, bool], None] = lambda _credential, _accepted: None,
    ) -> None:
        self._limit = limit
        self._unanswered = max(limit, unanswered)
        self._credentials = {name: _Credential(refusals=count) for name, count in (refusals or {}).items()}
        self._tell = tell

    def check(self, credential: str) -> None:
        """Raise `NotTried` if nothing may be tried any more with a credential."""
        state = self._credentials.get(credential)
        if state is not None and state.refusals >= self._limit:
            raise NotTried(f"not tried: {self._limit} devices in a row refused {credential}")

    @asynccontextmanager
    async def login(self, credential: str, *, announces: bool = False, is_key: bool = False) -> AsyncIterator[Attempt]:
        """Wrap one login, and nothing but the login, with a credential.

        Waits while the logins under way could use up what is left; raises `NotTried` if nothing is left.
        Leaving normally is a success; leaving with `LoginRefused` is a refusal; anything else is neither. A login that
        `announces` awaits `Attempt.sending` right before it sends its secret, and if it never does it is no success;
        any other counts as sent from the start.
        """
        state = self._credentials.setdefault(credential, _Credential())
        while not state.trusted and state.refusals + state.under_way >= self._limit:
            self.check(credential)
            await state.changed.wait()
        state.under_way += 1
        attempt = Attempt(lambda: self._turn(credential, state), state)
        try:
            if is_key:
                announces = False
            elif not announces:
                await attempt.sending()
            yield attempt
            if attempt.sent or not announces:
                before, state.refusals, state.trusted = state.refusals, 0, True
                if before:
                    self._tell(credential, True)
        except LoginRefused:
            state.refusals += 1
            state.trusted = False
            self._tell(credential, False)
            raise
        finally:
            attempt.end()

    async def _turn(self, credential: str, state: _Credential) -> None:
        """Wait until one more secret may be with a device."""
        while self._is_full(state):
            self.check(credential)
            await state.changed.wait()

    def _is_full(self, state: _Credential) -> bool:
        if state.trusted:
            return state.unanswered >= self._unanswered
        return state.refusals + state.unanswered >= self._limit
