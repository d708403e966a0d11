"""How values become words of a POSIX shell."""


def quote(value: str) -> str:
    """Make one shell word of a value, always in single quotes; ValueError for control characters.

    Nothing is special between single quotes, so no value can become a command (POSIX.1-2017, 2.2.2). A tab is
    refused like the others, as it does not survive a paste.
    """
    return "'" + _printable(value).replace("'", "'\\''") + "'"


def comment(value: str) -> str:
    """Show a value in a comment at the end of a command line; ValueError for control characters."""
    return _printable(value)


def _printable(value: str) -> str:
    if any(not c.isprintable() for c in value):
        raise ValueError("a control character cannot be pasted into a shell")
    return value
