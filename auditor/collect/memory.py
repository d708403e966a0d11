"""Bounds what the answers of all devices under way take in memory, so that many floods at once do not fill it."""

from dataclasses import dataclass

from auditor.errors import Overloaded

_MEGABYTE = 1024 * 1024


@dataclass(slots=True)
class Memory:
    """Bytes that the sessions of one run hold.

    Each session has `free` for itself, which is more than a shop's devices say; what goes beyond is taken from `limit`,
    which all of them share. So floods fill their own part and never that of the others.
    """

    limit: int = 256 * _MEGABYTE
    free: int = 2 * _MEGABYTE
    held: int = 0


@dataclass(slots=True)
class Share:
    """What one session holds."""

    memory: Memory
    held: int = 0

    def take(self, size: int) -> None:
        """Note that more is held; raises `Overloaded` if the sessions together may not hold that much."""
        more = self._beyond(self.held + size) - self._beyond(self.held)
        if more and self.memory.held + more > self.memory.limit:
            most = self.memory.limit // _MEGABYTE
            raise Overloaded(f"this machine was too busy: the answers of all devices took more than {most} MB")
        self.held += size
        self.memory.held += more

    def give(self, size: int) -> None:
        """Note that less is held."""
        self.memory.held -= self._beyond(self.held) - self._beyond(self.held - size)
        self.held -= size

    def close(self) -> None:
        """Give everything back."""
        self.give(self.held)

    def _beyond(self, held: int) -> int:
        return max(held - self.memory.free, 0)
