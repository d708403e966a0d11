"""The name of a BSS: `ssid` is the rest of the line, `ssid2` is quoted, escaped or in hex.

Source: hostap 2.10 src/utils/common.c, wpa_config_parse_string and printf_decode.
"""

import re

from auditor.model import Fact, Stated, Unknown
from auditor.services.hostapd.settings import Settings
from auditor.services.reading import printable
from auditor.syntax.hostapd_conf import Setting

_ESCAPE = re.compile(rb'\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|([\\"nrte])|(.))|(\\)$', re.DOTALL)
_OCTET = re.compile(rb"\\x([89a-f][0-9a-f])")
"""How an octet that is no UTF-8 is captured."""
_PLAIN = {b"\\": b"\\", b'"': b'"', b"n": b"\n", b"r": b"\r", b"t": b"\t", b"e": b"\x1b"}


def ssid(view: Settings) -> Fact[str]:
    """What stations see; of several lines the last counts. Octets that are no UTF-8 are written as escapes."""
    lines = sorted((*view.all("ssid"), *view.all("ssid2")), key=lambda setting: setting.line)
    if not lines:
        name = printable(view.section.name)
        return Unknown(f"BSS {name} names no SSID", (view.header,), settle="add an ssid")
    read = octets(lines[-1])
    if read is None:
        why = f"ssid2 {printable(lines[-1].value)} is neither quoted nor in hex"
        return Unknown(why, (view.span(lines[-1]),), "correct ssid2")
    return Stated(read.decode("utf-8", "backslashreplace"), (view.span(lines[-1]),))


def octets(setting: Setting) -> bytes | None:
    """Return the octets of an SSID, None if hostapd cannot read them."""
    value = setting.value
    if setting.key == "ssid":
        plain = value.encode("utf-8", "surrogateescape" if _escaped(value) else "replace")
        return _OCTET.sub(lambda found: bytes((int(found[1], 16),)), plain)
    if value.startswith('"'):
        return value[1:-1].encode("utf-8", "replace") if value.endswith('"') and len(value) > 1 else None
    if value.startswith('P"'):
        return _decoded(value[2:-1].encode("utf-8", "replace")) if value.endswith('"') and len(value) > 2 else None
    try:
        return bytes.fromhex(value) if re.fullmatch(r"(?:[0-9A-Fa-f]{2})*", value) else None
    except ValueError:
        return None


def _escaped(value: str) -> bool:
    return all(not "\ud800" <= c <= "\udfff" or "\udc80" <= c <= "\udcff" for c in value)


def _decoded(text: bytes) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        if found[1] is not None:
            return bytes((int(found[1], 16),))
        if found[2] is not None:
            return bytes((int(found[2], 8) & 0xFF,))
        return _PLAIN.get(found[3] or b"", b"")

    return _ESCAPE.sub(one, text)
