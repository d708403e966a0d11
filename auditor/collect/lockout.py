"""Protects accounts from being locked: after three refusals in a row a credential is not used again.

Many devices may check one account on the same RADIUS or directory server, which counts refusals over all of
them. So logins that are under way count as if they were going to be refused: with two refusals standing, one
more login may be under way, not ten.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from auditor.errors import LoginRefused, NotTried

REFUSALS_IN_A_ROW = 3


@dataclass(slots=True)
class _Credential:
    refusals: int = 0
    under_way: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """Wake all that wait; they look again."""
        self.changed.set()
        self.changed = asyncio.Event()


class LockoutGuard:
    """Counts refusals per credential; one guard serves one run."""

    def __init__(self, limit: int = REFUSALS_IN_A_ROW) -> None:
        self._limit = limit
        self._credentials: dict[str, _Credential] = {}

    def check(self, credential: str) -> None:
        """Raise `NotTried` if nothing may be tried any more with a credential."""
        state = self._credentials.get(credential)
        if state is not None and state.refusals >= self._limit:
            raise NotTried(f"not tried: {self._limit} devices in a row refused {credential}")

    @asynccontextmanager
    async def login(self, credential: str) -> AsyncIterator[None]:
        """Wrap one login, and nothing but the login, with a credential.

        Waits while the logins under way could use up what is left; raises `NotTried` if nothing is left.
        Leaving normally is a success; leaving with `LoginRefused` is a refusal; anything else is neither.
        """
        state = self._credentials.setdefault(credential, _Credential())
        while state.refusals + state.under_way >= self._limit:
            self.check(credential)
            await state.changed.wait()
        state.under_way += 1
        try:
            yield
            state.refusals = 0
        except LoginRefused:
            state.refusals += 1
            raise
        finally:
            state.under_way -= 1
            state.tell()
