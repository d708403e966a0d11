"""What a terminal shows around an answer: prompts, echoes of commands, pagers. Pure functions over text.

Lines end with a newline alone here. Everything a device prints may be hostile, so nothing takes quadratic time.
"""

import re

_ERASED = re.compile(r"\x08+ +\x08+|\x08+(?! )|\r +\r")
_BLANKS = re.compile(r"[\s\x08]+")
_ECHOED_LINES = 12


def plain(text: str) -> str:
    """Return text with newlines as the only ends of lines; a carriage return that stands alone stays."""
    return re.sub(r"\r+\n|\n\r+", "\n", text)


def last_line(text: str) -> str:
    """The line in which the cursor stands, without blanks behind it."""
    return text[text.rfind("\n") + 1 :].rstrip(" ")


def is_twice_at_the_end(text: str, prompt: str) -> int:
    """Where the answer ends if the device has shown its prompt twice since, the second time for an empty line; else -1.

    A line of the answer may look like the prompt; that the device takes input again proves that the answer is over.
    """
    line, before = _before_prompt(text, prompt)
    if not line:
        return -1
    line, begins = _before_prompt(text[:before].rstrip("\n"), prompt)
    return begins if line else -1


def is_at_the_end(text: str, prompt: str) -> bool:
    """Whether the cursor stands behind the prompt."""
    return last_line(text) == prompt


def _before_prompt(text: str, prompt: str) -> tuple[bool, int]:
    begin = text.rfind("\n") + 1
    return text[begin:].rstrip(" ") == prompt, begin


def paged(text: str, pager: re.Pattern[str]) -> int:
    """Where the mark of a pager begins that waits for a key at the end of a text; -1 if none does."""
    begin = text.rfind("\n") + 1
    found = pager.search(text, max(begin, len(text) - 40))
    return found.start() if found is not None and found.end() == len(text) else -1


def erased(text: str) -> int:
    """How many characters at the beginning of a text take a pager's mark off the screen; 0 if none do."""
    found = _ERASED.match(text)
    return found.end() if found is not None else 0


def without_echo(text: str, prompt: str, command: str) -> str:
    """Take off the echo of a command, which may be wrapped at the width of the terminal, behind a prompt or not.

    Where there is no echo the text stays.
    """
    wanted = _squeezed(command)
    whole = (wanted, _squeezed(prompt) + wanted)
    seen, position = "", 0
    for _ in range(_ECHOED_LINES):
        end = text.find("\n", position)
        line = text[position : end if end >= 0 else len(text)]
        if "\x08" in line and "$" in line and wanted.endswith(_squeezed(line.rpartition("$")[2])):
            seen = wanted  # scrolled sideways: only the end of the command is left
        else:
            seen += _squeezed(line)
        position = end + 1 if end >= 0 else len(text)
        if seen in whole:
            return text[position:]
        if end < 0 or not any(each.startswith(seen) for each in whole):
            break
    return text


def _squeezed(text: str) -> str:
    return _BLANKS.sub("", text)
