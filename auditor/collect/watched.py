"""Sessions that know whether a command took too long because of the device or because of this machine."""

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.collect.overload import Heart
from auditor.collect.session import ManyAtOnce, Output, Session, Together


@dataclass(frozen=True, slots=True)
class _Watched:
    """A session whose time-outs are `Overloaded` where this machine was too late to hear the answer."""

    session: Session
    heart: Heart

    async def run(self, command: str, timeout: float) -> Output:
        async with self.heart.watching():
            return await self.session.run(command, timeout)

    async def close(self) -> None:
        await self.session.close()


@dataclass(frozen=True, slots=True)
class _WatchedTogether(_Watched):
    """The same for a session that takes several commands in one go."""

    together: ManyAtOnce

    async def run_together(self, commands: Sequence[str], timeout: float) -> Together:
        async with self.heart.watching() as since:
            answers = await self.together.run_together(commands, timeout)
            if answers.late:
                self.heart.blame(since)
        return answers


def watched(session: Session, heart: Heart) -> Session:
    """Watch a session; one that takes several commands in one go still does."""
    return _WatchedTogether(session, heart, session) if isinstance(session, ManyAtOnce) else _Watched(session, heart)
