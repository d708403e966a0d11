"""Take the secrets out of running configurations of Cisco IOS, and leave everything else as it is.

Lines are looked at one by one, so that damage elsewhere spoils nothing. They keep their numbers; twice is once.
"""

import re
from collections.abc import Callable

from auditor.secrets import Redactor, is_token
from auditor.syntax.ios import delimiter_of, parse
from auditor.syntax.ios_secrets import FORMS, HASH, KEY, TRIGGER, triggers_in
from auditor.syntax.ios_type7 import plain
from auditor.syntax.secret_names import MASK, mask, mask_behind_secret_word, mask_private_keys, redact_hashes

_CERTIFICATES = ("crypto pki certificate", "crypto ca certificate", "crypto key pubkey-chain")
_HEX = re.compile(r"(?P<indent>[ \t]*)[0-9A-Fa-f][0-9A-Fa-f \t]{7,}(?P<end>\r?)")
_NUMBER = re.compile(r"[ \t]*key[ \t]+\d+[ \t]*\r?")
_REMARK = re.compile(
    r"[ \t]*(?:\d+[ \t]+)?(?:!|description\b|remark\b|access-list[ \t]+\S+[ \t]+remark\b|banner\b"
    r"|snmp-server[ \t]+(?:contact|location|chassis-id)\b)"
)
_ASKED = re.compile(r"cli[ \t]+command\b.*\bpattern\b.*(?:pass|word|secret)", re.IGNORECASE)
_ANSWERED = re.compile(r"(?P<before>.*cli[ \t]+command[ \t]+\"?)(?P<secret>[^\"\s](?:[^\"]*[^\"\s])?)")
_COMMANDS = ("reload", "shutdown", "configure", "enable", "end", "exit", "write", "yes", "no", "redundancy", "clear")
_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
"""What tokens are made of."""
_LEFT = re.compile(r"(?<![\w-])(?:password|passwd|passphrase|passcode|secret)(?![\w-])", re.IGNORECASE)
_HARMLESS = frozenset({"encryption", "strength-check", "prompt", "history", "policy", "aging"})
_BANNER = re.compile(r"banner[ \t]+[a-z-]+[ \t]+(\^C|\S)")
_LONGEST = 2000
"""Characters of a line that forms are looked for in; IOS takes 254 and prints few more."""
_WIDTHS = frozenset({80, 132})


def redact_configuration(text: str, redactor: Redactor) -> str:
    """Return a configuration with tokens in place of secrets.

    The token of a secret in type 7 is that of what it stands for, so that equal keys stay equal. What follows the word
    `password` in no known form, and what remarks say behind such a word, is masked.
    """
    text = mask_private_keys(text)
    lines = text.split("\n")
    wrapped = _wrapped(text, lines)
    texts = _texts(text)
    triggers = triggers_in(text)
    applets = not text.isascii() or "pattern" in text.lower()
    head = ""
    asked = False
    for number, line in enumerate(lines):
        if number in texts:
            lines[number] = _of_banner(line, *texts[number], redactor)
            continue
        if asked and (answer := _ANSWERED.match(line)) is not None and _may_be_secret(answer["secret"]):
            end = answer.end("secret")
            line = lines[number] = f"{answer['before']}{redactor.token(answer['secret'])}{line[end:]}"  # noqa: PLW2901
        asked = applets and len(line) <= _LONGEST and _ASKED.search(line) is not None
        if line[:1] not in ("", " ", "\t", "!", "\r"):
            head = line
        # In the middle of a secret the terminal went on to the next line.
        whole = line.removesuffix("\r") + lines[number + 1] if number in wrapped else line
        shown = (
            whole if _is_harmless(whole, head, triggers, cut=applets or bool(wrapped)) else _line(whole, head, redactor)
        )
        if shown != whole:
            # A line as wide as a terminal would seem to go on in the next one.
            lines[number] = f"{shown} " if len(shown) in _WIDTHS and not wrapped else shown
            if number in wrapped:
                lines[number + 1] = ""
    return "\n".join(lines)


def _is_harmless(line: str, head: str, triggers: tuple[str, ...] | None, *, cut: bool) -> bool:
    """Say whether nothing that stands in the whole text makes a line one to look at; False says nothing."""
    if triggers is None or cut or head.startswith(_CERTIFICATES):
        return False
    lowered = line.lower()
    for trigger in triggers:  # noqa: SIM110 - twice as quick as `any`, and this is asked for each line
        if trigger in lowered:
            return False
    return True


def _wrapped(text: str, lines: list[str]) -> frozenset[int]:
    """The lines, from 0, whose command goes on in the next one because the terminal was no wider."""
    if max(len(line) for line in lines) not in _WIDTHS:
        return frozenset()
    return frozenset(each.line - 1 for each in parse(text).walk() if len(each.text) > len(lines[each.line - 1]))


def _texts(text: str) -> dict[int, tuple[str, bool]]:
    """The further lines of banners, from 0: the sign that ends the text, and whether it does so in this line."""
    if "banner" not in text and "^C" not in text and "\x03" not in text:
        return {}
    found: dict[int, tuple[str, bool]] = {}
    for each in parse(text).walk():
        if each.last > each.line and (sign := delimiter_of(each.text)):
            found |= {number: (sign, number == each.last - 1) for number in range(each.line, each.last)}
    return found


def _of_banner(line: str, sign: str, ends: bool, redactor: Redactor) -> str:
    """Redact a line that people wrote for people. Nothing is put into it that would end the text."""
    end = line.find(sign) if ends else len(line)
    said = line[:end]
    shown = mask_behind_secret_word(_line(said, "", redactor))
    if shown != said and sign in _SIGNS:
        shown = re.sub(r"\S", "*", said)
    return shown + line[end:]


def _may_be_secret(answer: str) -> bool:
    """Whether an applet answers with a secret where it is asked for one, and not with a command."""
    return len(answer.split()) == 1 and not any(word.startswith(answer.lower()) for word in _COMMANDS)


def redact_strings(text: str, redactor: Redactor) -> str:
    """Return JSON with tokens in place of secrets that stand in its strings as commands say them."""

    def token(found: re.Match[str]) -> str:
        begin = found.start("secret") - found.start()
        return found[0][:begin] + _token(found["secret"], found.groupdict().get("kind"), redactor)

    lines = text.split("\n")
    for number, line in enumerate(lines):
        if len(line) <= _LONGEST and TRIGGER.search(line) is not None:
            lines[number] = _replaced(line, token)
    return "\n".join(lines)


def _line(line: str, head: str, redactor: Redactor) -> str:
    if head.startswith(_CERTIFICATES) and (hexadecimal := _HEX.fullmatch(line)) is not None:
        return f"{hexadecimal['indent']}{MASK}{hexadecimal['end']}"
    if line.strip() in ("", "!") or TRIGGER.search(line) is None:
        return line
    if len(line) > _LONGEST:
        return mask_behind_secret_word(line)
    if (banner := _BANNER.match(line)) is not None and line.rstrip().endswith(banner[1]):
        # The sign that closes it is no part of a secret.
        end = len(line.rstrip()) - len(banner[1])
        if end > banner.start(1):
            return f"{_forms(line[:end], head, redactor)}{line[end:]}"
    return _forms(line, head, redactor)


def _forms(line: str, head: str, redactor: Redactor) -> str:

    def token(found: re.Match[str]) -> str:
        begin = found.start("secret") - found.start()
        return found[0][:begin] + _token(found["secret"], found.groupdict().get("kind"), redactor)

    if not (head.startswith("key chain") and _NUMBER.fullmatch(line)):
        line = KEY.sub(token, line)
    line = _replaced(line, token)
    line = redact_hashes(HASH.sub(lambda found: redactor.token(found[0]), line), redactor)
    return mask_behind_secret_word(line) if _REMARK.match(line) else _mask_rest(line)


def _replaced(line: str, token: Callable[[re.Match[str]], str]) -> str:
    """Replace what the forms find, one after the other."""
    plainly = line.isascii()
    lowered = line.lower()
    for form in FORMS:
        if plainly and not form.may_stand_in(lowered):
            continue
        replaced = form.pattern.sub(token, line)
        if replaced != line:
            line, lowered = replaced, replaced.lower()
    return line


def _token(secret: str, kind: str | None, redactor: Redactor) -> str:
    return redactor.token((plain(secret) if kind == "7" else None) or secret)


def _mask_rest(line: str) -> str:
    """Mask what stands behind the first word `password` or the like that no form has taken care of."""
    for found in _LEFT.finditer(line):
        words = line[found.end() :].split(None, 4)[:4]  # `level 5 7 token`
        if words and words[0].lower() not in _HARMLESS and not any(is_token(word.strip('"')) for word in words):
            return line[: found.end()] + mask(line[found.end() :])
    return line
