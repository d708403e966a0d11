"""What was worked out about one site already: many rules ask the same question."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Memory:
    """Answers by question. It belongs to one site, whose devices never change, so that no answer gets old."""

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        self._answers: dict[tuple[Hashable, ...], Any] = {}

    def once(self, question: tuple[Hashable, ...], work: Callable[[], T]) -> T:
        """Return the answer to a question; work it out if nobody asked before."""
        if question not in self._answers:
            self._answers[question] = work()
        answer: T = self._answers[question]
        return answer
