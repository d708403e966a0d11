"""Decides what the output of a command is: a text to capture, nothing, or something that was not obtained.

The text of a refused command is not a capture: "Permission denied" is not the content of a file.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from auditor.capture import Gap
from auditor.collect.session import Output
from auditor.profiles import Command, Complaint, EndMark, Terminal
from auditor.syntax.secret_names import mask_behind_secret_words


@dataclass(frozen=True, slots=True)
class Text:
    """A complete output."""

    text: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The device says that the thing does not exist there."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The output is not what was asked for; `settle` says what would help, '' if nothing is known to."""

    why: str
    settle: str = ""


Answer: TypeAlias = Text | Absent | Refused

_ABSENT = re.compile(
    r"no such file or directory|no such device|no such wireless device|entry not found|command failed: not found",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"permission denied|access denied|operation not permitted|not authorized|authorization failed", re.IGNORECASE
)
# A device without exit statuses says it in the output, and says nothing else there.
_COMPLAINT = re.compile(
    r"(?:% ?(?:invalid input|incomplete command|ambiguous command|unknown command|bad ip|authorization failed).*"
    r"|(?:unknown|bad|invalid) command(?: name)?\b.*"
    r"|(?:-?(?:sh|ash|bash|cat|ls|uci|ubus|ip|iwinfo|grep|date)\b[^\n]*: )?"
    r"(?:permission denied|access denied|operation not permitted|no such file or directory|not found)\.?)",
    re.IGNORECASE,
)

# What programs say to those who are not root, where the system's own words are not enough.
_FOR_ROOT = re.compile(
    r"(?:must|need(?:s)? to|have to|requires?)[^\n]{0,20}\b(?:be )?root\b|are you root|superuser", re.IGNORECASE
)

# RouterOS, on its output and with exit status 0: the menu does not exist in this release or without some package.
_NO_MENU = re.compile(r"bad command name \S+ \(line \d+ column \d+\)")
_NO_POLICY = re.compile(r"(?:.*: )?not enough permissions\b.*", re.IGNORECASE)
_UNFIT = re.compile(
    r"(?:bad command name|syntax error|expected end of command|expected command name|expected closing"
    r"|input does not match any value of|invalid value for argument|value of \S+ expects|ambiguous value"
    r"|no such (?:item|command|argument)|unknown parameter|failure|script error|interrupted|action timed out)\b.*",
    re.IGNORECASE,
)

_OWN_LINE = re.compile(r"(?:\A|\n)[ \t]*\d*\Z")

_READ = 4096
_FEW = 3  # lines of an answer that may be nothing but a complaint


def lacks_rights(output: Output) -> bool:
    """Say whether another user might get an answer: the device refused, or finds the program only for root."""
    if output.truncated or output.status == 0:
        return output.status == 0 and not output.stdout.strip() and _DENIED.search(output.stderr) is not None
    told = f"{output.stderr}\n{output.stdout[:_READ]}" if not output.stdout.strip() else output.stderr
    return output.status in (126, 127) or _DENIED.search(told) is not None or _FOR_ROOT.search(told) is not None


def answer(output: Output, end_mark: EndMark | None = None) -> Answer:
    """Judge the output of one command; with an `end_mark`, by that line and whatever the exit status is."""
    if output.truncated:
        return Refused("the output was longer than is read")
    if "\0" in output.stdout:
        return Refused("the output is binary, not text")
    if end_mark is not None:
        return _marked(output, end_mark)
    if output.status != 0:
        told = _told(output.stderr) or _told(output.stdout)
        if output.status is None:
            return Refused(f"the command ended without an exit status{_quoted(told)}")
        # Part of an output may have come before the complaint; it is not the whole.
        if _DENIED.search(output.stderr) or output.status == 126:
            return Refused(f"the device refused it{_quoted(told)}")
        if output.status == 127:
            return Refused(f"the device has no such command{_quoted(told)}")
        if not output.stdout.strip() and _ABSENT.search(output.stderr):
            return Absent(f"the device does not have it{_quoted(told)}")
        return Refused(f"the command failed with exit status {output.status}{_quoted(told)}")
    if _COMPLAINT.fullmatch(output.stdout.strip()):
        why = f"the device answered '{_told(output.stdout)}'"
        return Absent(why) if _ABSENT.search(output.stdout) else Refused(why)
    if not output.stdout.strip() and _DENIED.search(output.stderr):
        return Refused(f"the device refused it{_quoted(_told(output.stderr))}")
    return Text(output.stdout)


def _marked(output: Output, end_mark: EndMark) -> Answer:
    """Judge by the last line. A text that reaches it is complete, whatever words of a complaint stand in it.

    Lines end as on a terminal there, with a carriage return.
    """
    text = output.stdout.replace("\r\n", "\n")
    before = text.removesuffix("\n").removesuffix(end_mark.shows)
    # Names and comments may hold the words of the mark, so it counts only as a line of its own; a number may stand
    # before it without the end of its line.
    if len(before) <= len(text) - len(end_mark.shows) and _OWN_LINE.search(before):
        return Text(before)
    complaint = next((line for line in _last_lines(f"{text}\n{output.stderr}") if _is_complaint(line)), "")
    if _NO_MENU.fullmatch(complaint) and text.strip() == complaint:
        return Absent(f"the device does not have it{_quoted(_told(complaint))}")
    if _NO_POLICY.fullmatch(complaint):
        return Refused(f"the account may not read it{_quoted(_told(complaint))}", end_mark.rights)
    if complaint:
        return Refused(f"the device refused the command{_quoted(_told(complaint))}")
    return Refused("the output was cut off before its end")


@dataclass(frozen=True, slots=True)
class Rights:
    """What is known of the account: `full` if the device showed that it hides nothing from it."""

    full: bool


def typed_answer(output: Output, command: Command, asked: str, terminal: Terminal, rights: Rights) -> Answer:
    """Judge what a device with nothing but a terminal answered to a command line.

    It has no exit status: a complaint is an answer that is nothing but a line or two, and a complete answer is one
    behind which the device answered again, which the session has seen to.
    """
    if output.status:
        return Refused(_told(output.stderr) or "the command failed")
    if output.truncated:
        return Refused("the output was longer than is read")
    if "\0" in output.stdout:
        return Refused("the output is binary, not text")
    complaint = complaint_in(output.stdout, terminal)
    if complaint is not None:
        return _complained(*complaint, asked, terminal, rights)
    if command.ends_with and _last_line(output.stdout) != command.ends_with:
        return Refused("the output was cut off before its end")
    return Text(output.stdout)


def complaint_in(text: str, terminal: Terminal) -> tuple[Complaint, str] | None:
    """Return what a device means and the line that says so, if an answer is or ends in a complaint."""
    # The complaint has a line with a caret before it, or says first that it asks name servers for a word.
    lines = [line.strip() for line in text[:_READ].splitlines() if line.strip() not in ("", "^")]
    for line in dict.fromkeys((*(lines if len(lines) <= _FEW else ()), _last_line(text))):
        for meaning, patterns in terminal.complaints.items():
            if _any(patterns, line):
                return meaning, line
    return None


def _last_line(text: str) -> str:
    return next(_last_lines(text), "")


def _any(patterns: tuple[str, ...], line: str) -> bool:
    return any(re.fullmatch(pattern, line, re.IGNORECASE) for pattern in patterns)


def _complained(meaning: Complaint, line: str, asked: str, terminal: Terminal, rights: Rights) -> Answer:
    advice = terminal.advice.replace("{command}", asked)
    match meaning:
        case Complaint.UNKNOWN if rights.full:
            return Absent(f"the device does not have it{_quoted(_told(line))}")
        case Complaint.UNKNOWN:
            return Refused(f"the device does not have it, or not for this account{_quoted(_told(line))}", advice)
        case Complaint.RIGHTS:
            return Refused(f"the account may not run it{_quoted(_told(line))}", advice)
        case Complaint.FAILED:
            return Refused(f"the command failed{_quoted(_told(line))}")


def rights_of(terminal: Terminal, texts: Mapping[str, Mapping[str, str]]) -> Rights:
    """Read from the outputs so far, by command id, whether the device hides nothing from the account."""
    shown = {name: "\n".join(outputs.values()) for name, outputs in texts.items()}
    limited = any(re.search(pattern, shown.get(name, "")) for name, pattern in terminal.limited.items())
    full = all(re.search(pattern, shown.get(name, "")) for name, pattern in terminal.full_rights.items())
    return Rights(full and not limited)


def _last_lines(text: str) -> Iterator[str]:
    """The lines of the end of a text, the last one first: a command stops where it complains."""
    return (line.strip() for line in reversed(text[-_READ:].splitlines()) if line.strip())


def _is_complaint(line: str) -> bool:
    return any(pattern.fullmatch(line) for pattern in (_NO_MENU, _NO_POLICY, _UNFIT))


def gap(path: str, command: str, why: str, settle: str = "") -> Gap:
    """Say what is missing, and how a person can bring it."""
    by_hand = f"run '{command}' on the device and put its output at {path.lstrip('/')} of a saved capture"
    return Gap(path, why, f"{settle}, or {by_hand}" if settle else by_hand)


def printable(text: str, limit: int = 120) -> str:
    """Return the first line of what a device said, without control characters and cut to a readable length."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    shown = "".join(c if c.isprintable() else "?" for c in first)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def _told(text: str) -> str:
    """Quote what a device said; a command may fail with half a file already said, and that may hold a secret."""
    return printable(mask_behind_secret_words(printable(text, _READ)))


def _quoted(told: str) -> str:
    return f": {told}" if told else ""
