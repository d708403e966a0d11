"""Makes text from devices safe to show: nothing in it may control a terminal, reorder a line or hide.

Names, comments and values come from devices and may be anything. What cannot be seen is shown as an escape;
markup is each medium's own matter (HTML is escaped by Jinja, the terminal is given no markup at all).
"""

import hashlib
import re
import unicodedata

# Cc: control characters, ESC among them. Cf: zero-width and bidirectional controls. Cs: lone surrogates.
# Zl, Zp: line ends of Unicode. Co, Cn: nobody knows what a terminal makes of them.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})


def visible(text: str) -> str:
    r"""Return one line that shows a text as it is: ESC as `\x1b`, a right-to-left override as `\u202e`.

    A tab becomes four spaces, a line end is shown as `\n`. Combining marks that no base character carries
    any more (more than three in a row) are shown as escapes too, as they would run over other lines.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character == "\t":
            shown.append("    ")
        elif category in _UNSEEN or marks > 3:
            shown.append(_escape(character))
        else:
            shown.append(character)
    return "".join(shown)


def encodable(text: str) -> str:
    r"""Return a text that is valid Unicode: a lone surrogate becomes the six characters `\udc80`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def file_name(name: str) -> str:
    """Make a file name of a name: letters, digits, `.`, `_` and `-`, never a path and never hidden.

    A name that had to be changed gets a short hash, so that two names never meet in one file.
    """
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:80].lstrip(".-") or "_"
    if safe == name:
        return name
    return f"{safe}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _escape(character: str) -> str:
    short = {"\n": "\\n", "\r": "\\r"}.get(character)
    if short is not None:
        return short
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
