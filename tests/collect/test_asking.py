"""Questions on a real (pseudo-)terminal: what is typed is seen only where that is meant, and then all is as before."""

import os
import select
import termios
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from auditor.collect.asking import NobodyAnswers, terminal

SECRET = "not-a-secret"


class _Person:
    """Whoever sits at the terminal: reads what it shows, and types."""

    def __init__(self) -> None:
        self.end, self.device = os.openpty()
        self.path = Path(os.ttyname(self.device))
        self.seen = ""

    def reads(self, until: str) -> None:
        """Wait until something is shown."""
        while until not in self.seen:
            assert select.select([self.end], [], [], 10)[0], f"the terminal shows {self.seen!r}"
            self.seen += os.read(self.end, 4096).decode()

    def types(self, text: str) -> None:
        os.write(self.end, text.encode())

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.device)[3] & termios.ECHO)


@pytest.fixture
def person() -> Iterator[_Person]:
    person = _Person()
    yield person
    os.close(person.end)
    os.close(person.device)


@pytest.mark.parametrize("echo", [False, True])
def test_what_is_typed_is_seen_only_with_echo(person: _Person, echo: bool) -> None:
    with terminal(path=person.path) as ask, ThreadPoolExecutor(1) as threads:
        assert ask is not None
        answer = threads.submit(ask, "bastion: Code: ", echo=echo)
        person.reads("bastion: Code: ")
        assert person.echoes() == echo
        person.types(f"{SECRET}x\x7f\n")  # and corrects it
        assert answer.result(10) == SECRET
        person.reads("\n")
        assert (SECRET in person.seen) == echo
        assert person.echoes()


def test_a_question_stands_inside_the_place_that_is_made_for_it(person: _Person) -> None:
    @contextmanager
    def aside() -> Iterator[None]:
        os.write(person.device, b"<")
        yield
        os.write(person.device, b">")

    with terminal(aside, path=person.path) as ask, ThreadPoolExecutor(2) as threads:
        assert ask is not None
        answers = [threads.submit(ask, f"{name}? ") for name in "ab"]
        for number in (1, 2):
            while person.seen.count("? ") < number:
                person.seen, before = "", person.seen
                person.reads("? ")
                person.seen = before + person.seen
            person.types(f"{number}\n")
        assert {answer.result(10) for answer in answers} == {"1", "2"}
        os.write(person.device, b"end")
        person.reads("end")
    shown = person.seen.replace("\r\n", "")
    assert shown in ("<a? ><b? >end", "<b? ><a? >end"), "one question at a time, each in its own place"


def test_the_end_of_the_run_gives_up_a_question_and_restores_the_terminal(person: _Person) -> None:
    with ThreadPoolExecutor(1) as threads:
        with terminal(path=person.path) as ask:
            assert ask is not None
            again = ask
            answer = threads.submit(ask, "Password: ")
            person.reads("Password: ")
            assert not person.echoes()
        assert isinstance(answer.exception(10), NobodyAnswers)
    assert person.echoes()
    with pytest.raises(NobodyAnswers):
        again("again? ")


def test_the_end_of_input_is_no_answer(person: _Person) -> None:
    with terminal(path=person.path) as ask, ThreadPoolExecutor(1) as threads:
        assert ask is not None
        answer = threads.submit(ask, "Password: ")
        person.reads("Password: ")
        person.types("\x04")
        with pytest.raises(NobodyAnswers):
            answer.result(10)
        assert person.echoes()


def test_where_no_terminal_is_nobody_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "nothing", tmp_path / "file"):
        with terminal(path=path) as ask:
            assert ask is None
