"""Type 7 of Cisco IOS: a text that anybody can turn back, so that it hides nothing.

Two decimal digits say where in a fixed text the encoding begins; each further octet is one of the secret, XORed with
the text from there on. Source: Cisco, "Cisco IOS Password Encryption Facts" (type 7 is no encryption).
"""

import re

_FORM = re.compile(r"([0-9]{2})((?:[0-9A-Fa-f]{2}){1,256})")
_TEXT = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"


def plain(text: str) -> str | None:
    """Return the secret that stands in type 7; None if the text is no such."""
    found = _FORM.fullmatch(text)
    if found is None or int(found[1]) >= len(_TEXT):
        return None
    begin = int(found[1])
    octets = bytes(octet ^ _TEXT[(begin + place) % len(_TEXT)] for place, octet in enumerate(bytes.fromhex(found[2])))
    return octets.decode("utf-8", "backslashreplace")
