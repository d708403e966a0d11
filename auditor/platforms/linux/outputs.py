"""Outputs of commands: where they are captured, JSON with its lines, and which of those lines were understood."""

from auditor.model import Span, Unknown
from auditor.services.reading import Reading, lines_of
from auditor.syntax.json_text import JsonError, Node, parse

ADDRESSES = "commands/ip-addr.json"
ROUTES = "commands/ip-route.json"
RULES = "commands/ip-rule.json"
VLANS = "commands/bridge-vlan.json"
RADIOS = "commands/wireless-links.txt"
SYSCTL = "commands/sysctl.txt"
SOCKETS = "commands/sockets.txt"
PROCESSES = "commands/processes.txt"
NEIGHBOURS = "commands/neighbours.txt"
CLOCK = "commands/clock.txt"
RELEASE = "/etc/os-release"
RESOLVERS = "/etc/resolv.conf"


def json_of(reading: Reading, path: str) -> Node | Unknown:
    """Read an output in JSON; its lines are recognised, and those that facts rest on are marked by their readers."""
    file = reading.file(path)
    if file is None:
        return reading.missing(path)
    if not file.text.strip():
        return Node((), 1, 1)  # `ip -j` and `bridge -j` of older releases print nothing where there is nothing
    try:
        node = reading.once(parse, path)
    except JsonError as error:
        return Unknown(f"{path} cannot be read: {error}", settle=f"capture {path} again")
    if not isinstance(node.value, tuple):
        return Unknown(f"{path} cannot be read: it is no list", settle=f"capture {path} again")
    reading.irrelevant(path, range(1, len(lines_of(file.text)) + 1))
    return node


def text(node: Node, *keys: str) -> str:
    """A member that is a text, '' if there is none."""
    found = node.get(*keys)
    return found.value if found is not None and isinstance(found.value, str) else ""


def at(reading: Reading, path: str, *nodes: Node | None) -> tuple[Span, ...]:
    """Mark the first lines of values as understood and return them."""
    return reading.understood(*(reading.span(path, node.first) for node in nodes if node is not None))
