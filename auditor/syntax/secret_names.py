"""Which names of settings carry a secret, in UCI, hostapd, wpa_supplicant and what the daemons print."""

import re
from functools import lru_cache

from auditor.secrets import Redactor, is_token

# A name ends here: `key_mgmt`, `wpa_psk_file`, `ppsk` and `group_rekey` are not secrets.
_ALWAYS = (
    r"key[1-4]?|wep_?key_?[0-4]?|wpakey|faskey|apikey|api_key|psk|pre_?shared_?key|secret_?key|pwd|pw|pass|token|pin"
    r"|puk|pincode|(?:wps|ap|sim)_pin|r[01]kh|rxkh|community"
    r"|[a-z0-9_]*(?:password|passwort|passwd|passphrase|passcode|secret)(?:[0-9]|_(?:plain|[0-9]g?))?"
    r"|[a-z0-9_]+_(?:psk|pwd|pass|pw|token)|(?:[a-z0-9_]+_)?(?:pw|pass(?:word)?_?)hash|sshpass|sslkeypass"
)
# Secret unless the value is a path or a boolean.
_SOMETIMES = r"[a-z0-9_]+_key[0-9]?|[a-z0-9_]*(?:auth|private|shared|access)key"
_NOT_SECRET = r"(?:(?:[a-z0-9_]+_)?(?:public|pub|peer)|wep_default)_key"

SECRET_NAME = rf"(?:(?!(?:{_NOT_SECRET})(?![A-Za-z0-9_]))(?:{_ALWAYS}|{_SOMETIMES}))"
_WHOLE_NAME = re.compile(SECRET_NAME, re.IGNORECASE)
_ALWAYS_NAME = re.compile(_ALWAYS, re.IGNORECASE)
# A key of WireGuard (32 octets in base64) may begin like a path.
_HARMLESS = re.compile(r"(?!/[A-Za-z0-9+/]{42}=)/[^\s]*|[01]|yes|no|on|off|true|false|enabled|disabled", re.IGNORECASE)

# `$5$…`: what crypt(3) makes of a password; with a backslash before each `$` inside double quotes.
_CRYPT = re.compile(
    r"""\\?\$(?:1|2[abxy]?|5|6|7|y|gy|sha1|apr1|argon2(?:id?|d)?|scrypt|pbkdf2[a-z0-9-]*|balloon[a-z0-9-]*)"""
    r"""\\?\$(?:[^\s'":;,#<>|]|,(?=[a-z]=))+""",
    re.IGNORECASE,
)
# A line of shadow(5), whatever made the hash: name, hash, and seven numbers.
_SHADOW = re.compile(r"^([^:\s]+:)([^:\s*!]{2,})(?=(?::[0-9]*){6}:[^:\n]*$)", re.MULTILINE)
_URL_PASSWORD = re.compile(r"""(://[^\s/:@'"]*:)([^\s/'"]+)(?=@)""")
# How programs are given a secret on a command line, as in crontabs; what other options are called is their own matter.
_ON_COMMAND_LINE = re.compile(
    r"""((?<![A-Za-z0-9_-])(?:-u|--user|--proxy-user)[ \t=]*['"]?[^\s:'"/]+:(?!//)"""
    r"""|(?<![A-Za-z0-9_-])--(?:[a-z0-9]+-)*(?:password|passwd|passphrase|pass|secret|token|key|psk)"""
    r"""[ \t]+['"]?(?![-/])"""
    r"""|\bsshpass[ \t]+-p[ \t]*['"]?"""
    r"""|\b(?:mysql|mariadb)[a-z-]{0,16}[ \t](?:[^\n;&|]{0,200}?[ \t])?-p(?=[^\s-])['"]?"""
    r"""|(?<![A-Za-z0-9_-])-U[ \t]*[^\s%'"]{1,64}%"""
    r"""|\bauthorization:[ \t]*(?:(?:basic|bearer|digest|token)[ \t]+)?)((?<=')[^'\n]+|(?<=")[^"\n]+|[^\s'"]+)""",
    re.IGNORECASE,
)
_PRIVATE_KEY = re.compile(
    r"(-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----)(.*?)(?=-----END [A-Z ]{0,20}PRIVATE KEY-----|\Z)", re.DOTALL
)

MASK = "redacted-masked-00000000"
"""Stands for words that may be part of a secret whose extent is not known. It has the shape of a token, so it
stays what it is when something is redacted twice, and its hyphens keep a name that was invalid invalid."""


# No letter stands right before or behind `pin`, as in `ping` and `hairpin`, but for `pincode`.
_PIN = re.compile(r"(?<![a-z])pin(?![a-z])|pincode")


def may_name_secret(text: str) -> bool:
    """Say whether a text could hold the name of a secret as a word; False is certain, True is not."""
    # Outside ASCII there are letters that a pattern takes for ours whatever their case: the long s, the Kelvin sign.
    return not text.isascii() or _holds_piece(text.lower())


def _holds_piece(lowered: str) -> bool:
    """Each name of a secret holds one of these. Most lines hold none, and to look for these is many times as quick."""
    return (
        "key" in lowered
        or "psk" in lowered
        or "pw" in lowered
        or "pass" in lowered
        or "secret" in lowered
        or "token" in lowered
        or "puk" in lowered
        or "kh" in lowered
        or "community" in lowered
        or ("pin" in lowered and _PIN.search(lowered) is not None)
    )


def may_hold_secret(text: str) -> bool:
    """Say whether a text could hold what one of the patterns here takes for a secret; False is certain, True is not."""
    if not text.isascii():
        return True
    lowered = text.lower()
    return (
        _holds_piece(lowered)
        or "$" in text
        or "://" in text
        or _holds_program(lowered)
        or (text.count(":") >= _COLONS_OF_SHADOW and any(map(_may_be_shadow, text.split("\n"))))
    )


def _may_be_shadow(line: str) -> bool:
    return line.count(":") >= _COLONS_OF_SHADOW and _SHADOW.search(line) is not None


_LONGEST_REMEMBERED = 64


def is_secret(name: str, value: str) -> bool:
    """Say whether a setting of this name and value holds a secret; a path and a boolean are harmless in `x_key`."""
    if not value:
        return False
    names_secret, always = (_named if len(name) <= _LONGEST_REMEMBERED else _named.__wrapped__)(name)
    return names_secret and (always or _HARMLESS.fullmatch(value) is None)


@lru_cache(maxsize=4096)
def _named(name: str) -> tuple[bool, bool]:
    """Say whether a name is that of a secret, and whether it is one whatever the value looks like."""
    return _WHOLE_NAME.fullmatch(name) is not None, _ALWAYS_NAME.fullmatch(name) is not None


def redact_hashes(text: str, redactor: Redactor) -> str:
    """Replace password hashes, and passwords in URLs and on command lines, wherever they stand."""
    if text.count(":") >= _COLONS_OF_SHADOW:
        text = _SHADOW.sub(lambda found: found[1] + redactor.token(found[2]), text)
    if "$" in text:
        text = _CRYPT.sub(lambda found: redactor.token(found[0]), text)
    if "://" in text:
        text = _URL_PASSWORD.sub(lambda found: found[1] + redactor.token(found[2]), text)
    if _may_be_on_command_line(text):
        text = _ON_COMMAND_LINE.sub(lambda found: found[1] + redactor.token(found[2]), text)
    return text


_COLONS_OF_SHADOW = 8


def _may_be_on_command_line(text: str) -> bool:
    """Say whether a text could hold a secret as programs are given it; False is certain, True is not."""
    if not text.isascii():
        return True
    lowered = text.lower()
    return _holds_program(lowered) or ("--" in text and _holds_piece(lowered))


# Not so the `-u` within a word, such as `unknown-unicast-flood`.
_USER = re.compile(r"(?<![a-z0-9_-])(?:-u|--user|--proxy-user)")


def _holds_program(lowered: str) -> bool:
    return (
        ("-u" in lowered and _USER.search(lowered) is not None)
        or "mysql" in lowered
        or "sshpass" in lowered
        or "mariadb" in lowered
        or "authorization:" in lowered
    )


def mask_private_keys(text: str) -> str:
    """Mask what stands between the marks of a private key in PEM; every line keeps its number."""
    if "PRIVATE KEY-----" not in text:
        return text
    return _PRIVATE_KEY.sub(lambda found: found[1] + mask(found[2]), text)


# What gives a text its shape: blanks, quotes, backslash, `;`, `#`, `=` and `:`. What stands between is a run.
_RUN = re.compile(r"""[^\s'"\\;#=:\0]+""")
_SECRET_WORD = re.compile(rf"(?<![A-Za-z0-9_]){SECRET_NAME}(?![A-Za-z0-9_])[^\s=:'\"\\;#]*", re.IGNORECASE)
_ASSIGNED = re.compile(rf"(?<![A-Za-z0-9_]){SECRET_NAME}=", re.IGNORECASE)


def mask(text: str) -> str:
    """Replace every word, and keep quotes, separators and line breaks, so that the text reads with the same shape."""
    return _RUN.sub(lambda found: found[0] if is_token(found[0]) else MASK, text)


def mask_behind_secret_words(text: str) -> str:
    """Mask the rest of each line behind the first word that names a secret."""
    if not may_name_secret(text):
        return text
    return "\n".join(_mask_behind(_SECRET_WORD, line) for line in text.split("\n"))


def mask_behind_secret_word(text: str) -> str:
    """Mask all of a text behind the first word that names a secret, over its lines: for a remark in a block."""
    return _mask_behind(_SECRET_WORD, text)


def mask_assigned_secrets(text: str) -> str:
    """Mask the rest of each line behind the first `name=` that names a secret, as in `--password=…`."""
    if not may_name_secret(text):
        return text
    return "\n".join(_mask_behind(_ASSIGNED, line) for line in text.split("\n"))


def _mask_behind(pattern: re.Pattern[str], line: str) -> str:
    found = pattern.search(line)
    return line if found is None else line[: found.end()] + mask(line[found.end() :])


def secret_word_end(text: str) -> int | None:
    """Return where the first word that names a secret ends, None if there is none."""
    found = _SECRET_WORD.search(text)
    return None if found is None else found.end()
