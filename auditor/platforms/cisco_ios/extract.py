"""Values that a later command needs, read from the output of an earlier one. All of them are hostile text.

Nothing here decides what may be sent: the read-only gate checks every value again.
"""

import re
from collections.abc import Mapping

from auditor.profiles import Command

_HEAD = re.compile(r"wireless profile policy (\S.*)")


def extract(command: Command, outputs: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the policy profiles that the running configuration makes."""
    lines = (line.rstrip() for text in outputs.values() for line in text.splitlines())
    return tuple(dict.fromkeys(found[1] for line in lines if (found := _HEAD.fullmatch(line))))
