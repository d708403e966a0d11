"""Values that a later command needs, read from the output of an earlier one. All of them are hostile text.

Nothing here decides what may be sent: the read-only gate checks every value again.
"""

from collections.abc import Mapping

from auditor.profiles import Command
from auditor.syntax.routeros_print import parse_rows


def extract(command: Command, outputs: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the items that the outputs list, which fill the hole of a command about one of them."""
    names = (row.text("name") for text in outputs.values() for row in parse_rows(text))
    return tuple(dict.fromkeys(name for name in names if name))
