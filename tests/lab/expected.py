"""What must come out of a scenario, whatever its shop looks like."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the audit says of one shop, what its clients see, and what is different once it is mended.

    * `inventory`: what its inventory says differently from the usual one.
    * `fails`, `unknown`: the rules that fail, and those that may not be able to tell. All others pass.
    * `sees`: what clients experience that is different from a healthy shop. `idle`: try a connection that is silent.
    * `reserved`: the address that the reader is to get. `till_dns`: the resolver that is set by hand on the till.
      `needs`: a file of this machine without which it cannot be tried.
    * `by_hand`: the rules of `fails` for which no snippet is expected. `after`: what clients experience once the
      snippets were applied, where that is not a healthy shop. `undo`: try the way back, too.
    """

    name: str
    inventory: Mapping[str, Any] = field(default_factory=dict)
    fails: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    sees: Mapping[str, str] = field(default_factory=dict)
    reserved: str = ""
    till_dns: str = ""
    idle: float = 0.0
    by_hand: frozenset[str] = frozenset()
    after: Mapping[str, str] = field(default_factory=dict)
    undo: bool = False
    needs: str = ""

    @property
    def slug(self) -> str:
        """The scenario's name as a word."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.name.lower()).strip("-")
