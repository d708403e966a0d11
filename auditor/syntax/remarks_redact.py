"""Secrets that people write into remarks, whatever file it is: what follows a word such as `password` is masked."""

import re

from auditor.syntax.secret_names import mask_behind_secret_words, may_name_secret

_WHOLE_LINE = re.compile(r"^[ \t]*(?:#|//|;).*$", re.MULTILINE)
_SIGN = re.compile(r"[ \t](?:#|//)")
# What packet filters, Kea and `ip` call a remark: `comment "…"`, `--comment …`, `"comment": "…"`.
_QUOTED = re.compile(
    r"""(?:(?<![\w-])(?:--)?comment[ \t]+|"(?:comment|ifalias|description|note)"\s*:\s*)"(?>(?:[^"\\\n]++|\\.)*)\"""",
    re.IGNORECASE,
)
_ONE_WORD = re.compile(r"--comment[ \t]+[^\s\"]+")


def redact_remarks(text: str, *, behind_blank: bool = True) -> str:
    """Mask what remarks say of secrets; lines keep their numbers, twice is once.

    `behind_blank`: whether `#` behind a blank begins a remark too. In hostapd.conf it does not.
    """
    if not may_name_secret(text):
        return text
    if "#" in text or "//" in text or ";" in text:
        text = _WHOLE_LINE.sub(lambda found: mask_behind_secret_words(found[0]), text)
    if behind_blank and ("#" in text or "//" in text):
        text = "\n".join(_remark_behind(line) for line in text.split("\n"))
    if not _may_quote_remark(text):
        return text
    text = _QUOTED.sub(lambda found: mask_behind_secret_words(found[0]), text)
    return _ONE_WORD.sub(lambda found: mask_behind_secret_words(found[0]), text)


def _may_quote_remark(text: str) -> bool:
    """Say whether a text could hold a remark that is called so; False is certain, True is not."""
    if not text.isascii():
        return True
    lowered = text.lower()
    return "comment" in lowered or "ifalias" in lowered or "description" in lowered or "note" in lowered


def _remark_behind(line: str) -> str:
    """Mask in the remark at the end of a line; what stands in double quotes is none."""
    if not may_name_secret(line):
        return line
    position = 0
    for number, piece in enumerate(line.split('"')):
        found = _SIGN.search(piece) if number % 2 == 0 else None
        if found is not None:
            start = position + found.start()
            return line[:start] + mask_behind_secret_words(line[start:])
        position += len(piece) + 1
    return line
