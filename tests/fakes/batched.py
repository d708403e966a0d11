"""How a fake device with a POSIX shell reads several commands that came in one go, and marks their answers."""

import re

SCRIPT = re.compile(
    r"(?P<name>m(?P<left>[0-9a-f]{8}))\(\)\{ printf '\\n%s%s %d %d\\n' (?P=left) (?P<right>[0-9a-f]{8}) \$1 \$\?;"
    r" printf '\\n%s%s %d\\n' (?P=left) (?P=right) \$1 >&2; \}\n"
)


def commands_in(line: str) -> tuple[str, list[str]] | None:
    """Return the mark and the commands of a script, None if it is a single command."""
    head = SCRIPT.match(line)
    if head is None:
        return None
    lines = line[head.end() :].split("\n")
    named = [f"{head['name']} {number}" for number in range(len(lines) // 2 + 1)]
    assert lines[::2] == named, f"not a script of commands and marks: {line!r}"
    return head["left"] + head["right"], lines[1::2]


def marks(mark: str, number: int, status: int) -> tuple[bytes, bytes]:
    """What stands behind the answer of one command on standard output and on standard error; 0: before the first."""
    return f"\n{mark} {number} {status}\n".encode(), f"\n{mark} {number}\n".encode()


IN_SHELL = """case "$SSH_ORIGINAL_COMMAND" in
m????????"(){"*)
    printf '%s\\n' "$SSH_ORIGINAL_COMMAND" | {
        IFS= read -r line
        eval "$line"
        status=0
        while IFS= read -r line; do
            case $line in
            m????????" "[0-9]*)
                (exit "$status")
                $line;;
            *)
                SSH_ORIGINAL_COMMAND=$line "$0" </dev/null
                status=$?;;
            esac
        done
    }
    exit;;
esac
"""
"""For a forced command: each command of a script is given to itself, with the script's own marks behind the answers."""
