"""MAC addresses as IOS writes them."""

import re

_DIGITS = re.compile(r"[0-9a-f]{12}")


def dotted(text: str) -> str | None:
    """Return `0200.5e10.0001`, in any notation, as `02:00:5e:10:00:01`; None if it is no MAC address."""
    digits = re.sub(r"[.:-]", "", text).lower()
    if _DIGITS.fullmatch(digits) is None:
        return None
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))
