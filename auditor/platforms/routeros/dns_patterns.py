r"""Regular expressions of `/ip dns static` that mean one name: `^pay\.example\.com$`.

RouterOS compares names in small letters. Its manual calls the expressions basic ones, and many are written as extended
ones; what the two kinds read alike without any operator is certain here, and all other expressions are in doubt.
Source: MikroTik's manual, "DNS", DNS Static (regexp); POSIX.1, chapter 9.
"""

import re

_ONE_NAME = re.compile(r"\^((?>(?:[a-z0-9_-]++\\\.)*)[a-z0-9_-]++)\$")


def single_name(regexp: str) -> str | None:
    """Return the only name that an expression matches, None if it may match others."""
    found = _ONE_NAME.fullmatch(regexp)
    return found[1].replace("\\.", ".") if found is not None else None
