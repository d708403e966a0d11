"""How values are written for RouterOS, in exports and as words of its console, and what is meant by them.

Source: MikroTik's manual, "Scripting" (escape sequences); a byte may be written as two capital hex digits.
"""

import re

# Needs no quotes, in an export or on the console; what is left out has a meaning for one of them.
_BARE = re.compile(r"[A-Za-z0-9_!*/.,:@+-]+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")
_MENU = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?: [A-Za-z0-9][A-Za-z0-9_-]*)*")
_CONTROLS = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_ESCAPED = {'"': r"\"", "\\": r"\\", "$": r"\$"}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "_": " ", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPE = re.compile(r"((?:\\[0-9A-F]{2})+)|\\(.)", re.DOTALL)


def quoted(value: str) -> str:
    r"""Write a value in double quotes, in ASCII; `ValueError` for control characters.

    `?` asks for help in the console of version 6, within quotes too; written as `\3F` it is never typed. Bytes that
    are no UTF-8 (names that were typed in an old code page) come back as the bytes that they were.
    """
    return f'"{"".join(map(_character, value))}"'


def _character(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    if " " <= character <= "~" and character != "?":
        return character
    if not character.isprintable() and not "\udc80" <= character <= "\udcff":
        raise ValueError("a control character cannot be written for RouterOS")
    return "".join(f"\\{octet:02X}" for octet in character.encode("utf-8", "surrogateescape"))


def quoted_text(value: str) -> str:
    """Write any text as a quoted value, with its line ends."""
    pieces = re.split(r"([\x00-\x1f\x7f-\x9f]|[^\x00-\x7f])", value)
    return f'"{"".join(_piece(piece) for piece in pieces)}"'


def _piece(piece: str) -> str:
    if piece in _CONTROLS:
        return _CONTROLS[piece]
    if len(piece) == 1 and not " " <= piece <= "~":
        return "".join(f"\\{octet:02X}" for octet in piece.encode("utf-8", "surrogateescape"))
    return quoted(piece)[1:-1]


def written(value: str) -> str:
    """Write a value as an export does: in quotes only if it needs them; `ValueError` for control characters."""
    return value if _BARE.fullmatch(value) else quoted(value)


def unescape(text: str) -> str:
    r"""Decode the inside of a quoted value: `\"`, `\\`, `\$`, `\_`, `\r`, and bytes as `\C3\A9` (UTF-8)."""
    return _ESCAPE.sub(_decoded, text) if "\\" in text else text


def _decoded(match: re.Match[str]) -> str:
    if match[1] is not None:
        octets = bytes.fromhex(match[1].replace("\\", ""))
        return octets.decode("utf-8", "surrogateescape")
    return _ESCAPES.get(match[2], match[2])


def property_name(name: str) -> str:
    """Return a name of a property; `ValueError` if it is none."""
    if _NAME.fullmatch(name) is None:
        raise ValueError("that is no name of a property")
    return name


def menu_name(menu: str) -> str:
    """Return the name of a menu, its words divided by blanks; `ValueError` if it is none."""
    if _MENU.fullmatch(menu) is None:
        raise ValueError("that is no name of a menu")
    return menu
