"""Several commands in one go: real shells run the script, and its answers are cut apart again."""

import itertools
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collect.batch import LONGEST, MOST, Pieces, first_batch, script
from auditor.profiles import load_profile

MARK = "0123456789abcdef"
SHELLS = ["dash", "bash", "zsh", "ksh", "busybox"]
COMMANDS = {
    "echo one": (b"one\n", b"", 0),
    "printf 'no end of line'": (b"no end of line", b"", 0),
    "false": (b"", b"", 1),
    "ls -d /no/such/thing 2>/dev/null": (b"", b"", 2),
    "echo told >&2": (b"", b"told\n", 0),
    "no-such-program-anywhere": (b"", None, 127),
    f"echo 'm'; echo '{MARK[:8]}'; echo '$? %d'": (b"m\n01234567\n$? %d\n", b"", 0),
    "cat": (b"", b"", 0),  # standard input is empty
    "": (b"", b"", 0),
    "echo last": (b"last\n", b"", 0),
}


def cut(data: bytes, *, statuses: bool, sizes: tuple[int, ...] = ()) -> list[tuple[bytes, int]]:
    pieces = Pieces(MARK, statuses)
    for size in sizes:
        pieces.feed(data[:size])
        data = data[size:]
    pieces.feed(data)
    return pieces.done


@pytest.mark.parametrize("name", SHELLS)
def test_real_shells_give_each_answer_whole(name: str) -> None:
    shell = shutil.which(name)
    if shell is None:
        pytest.skip(f"needs {name}")
    call = [shell, "sh", "-c"] if name == "busybox" else [shell, "-c"]
    commands = [command for command in COMMANDS if command or name != "zsh"]
    run = subprocess.run([*call, script(commands, MARK)], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert MARK not in script(commands, MARK)
    outputs = cut(run.stdout, statuses=True)
    complaints = cut(run.stderr, statuses=False)
    assert len(outputs) == len(complaints) == len(commands)
    for command, (output, status), (complaint, _) in zip(commands, outputs, complaints, strict=True):
        expected, told, code = COMMANDS[command]
        assert (output, status) == (expected, code), command
        assert told in (None, complaint), command


@given(
    answers=st.lists(st.tuples(st.binary(max_size=40), st.integers(0, 255)), max_size=5),
    before=st.binary(max_size=40),
    rest=st.binary(max_size=40),
    sizes=st.lists(st.integers(0, 30), max_size=30).map(tuple),
)
def test_however_the_stream_comes_it_is_cut_in_the_same_places(
    answers: list[tuple[bytes, int]], before: bytes, rest: bytes, sizes: tuple[int, ...]
) -> None:
    stream = before + f"\n{MARK} 0 0\n".encode()
    stream += b"".join(
        output + f"\n{MARK} {number} {status}\n".encode() for number, (output, status) in enumerate(answers, 1)
    )
    stream += rest
    assert cut(stream, statuses=True, sizes=sizes) == answers


def test_a_batch_is_no_longer_than_the_devices_take() -> None:
    assert len(first_batch(["x"] * 100)) == MOST
    many = first_batch(["y" * 1000] * 100)
    assert 0 < len(script(many, MARK)) <= LONGEST + 300
    assert first_batch(["z" * (LONGEST + 1)]) == ()


_ALLOWED = [
    command.run
    for name in ("linux", "openwrt")
    if (profile := load_profile(name)).posix_shell
    for command in profile.commands
    if not command.holes
]
_FIXED = re.compile(
    rf"m{MARK[:8]} [0-9]{{1,2}}"
    rf"|m{MARK[:8]}\(\)\{{ printf '\\n%s%s %d %d\\n' {MARK[:8]} {MARK[8:]} \$1 \$\?; "
    rf"printf '\\n%s%s %d\\n' {MARK[:8]} {MARK[8:]} \$1 >&2; \}}"
)


@given(st.lists(st.sampled_from(_ALLOWED), max_size=MOST))
def test_every_line_is_an_allowed_command_or_a_fixed_one(commands: list[str]) -> None:
    """Fixed lines stand first, and between commands: nothing is left out, added or joined."""
    lines = script(commands, MARK).split("\n")
    assert lines[2::2] == commands
    assert all(_FIXED.fullmatch(line) for line in (lines[0], *lines[1::2]))
    assert len(lines) == 2 + 2 * len(commands)


def test_a_batch_of_nothing_has_no_answer() -> None:
    assert first_batch([]) == ()
    run = subprocess.run(["sh", "-c", script([], MARK)], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert cut(run.stdout, statuses=True) == cut(run.stderr, statuses=False) == []


@given(
    marks=st.lists(st.integers(0, 6), max_size=8),
    sizes=st.lists(st.integers(0, 30), max_size=30).map(tuple),
)
def test_marks_out_of_turn_give_no_answer_to_another_command(marks: list[int], sizes: tuple[int, ...]) -> None:
    """Behind a mark that is said again, or left out, nothing counts; what came before it stays with its command."""
    stream = b"".join(f"\n{MARK} {number} 0\nanswer of {number + 1}".encode() for number in marks)
    in_turn = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], enumerate(marks)))
    expected = [(f"answer of {number}".encode(), 0) for number in range(1, in_turn)]
    assert cut(stream, statuses=True, sizes=sizes) == expected
