"""Pi-hole v5: `setupVars.conf`, `NAME=value` a line, from which Pi-hole writes two of dnsmasq's files."""

import re

FILE = "/etc/pihole/setupVars.conf"
DHCP = "/etc/dnsmasq.d/02-pihole-dhcp.conf"
GENERATED = frozenset({"/etc/dnsmasq.d/01-pihole.conf", DHCP})
_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*?)(\r?)", re.DOTALL)


def lines(text: str) -> dict[str, tuple[str, int]]:
    """Each variable with its value and line; the last line of a name counts."""
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        match = _LINE.fullmatch(line)
        if match is not None:
            found[match[1]] = (match[2].strip().strip("\"'"), number)
    return found


def get(text: str, name: str) -> str | None:
    """Return the value of a variable, None if it is not there."""
    found = lines(text).get(name)
    return found[0] if found is not None else None


def put(text: str, name: str, value: str | None) -> str:
    """Set a variable, or take its line out."""
    if get(text, name) == value:
        return text
    every = text.split("\n")
    found = lines(text).get(name)
    if found is None:
        added = f"{name}={value}"
        return "\n".join((*every[:-1], added, "") if not every[-1] else (*every, added))
    if value is None:
        return "\n".join(line for line in every if not line.startswith(f"{name}="))
    at = found[1] - 1
    every[at] = f"{name}={value}" + ("\r" if every[at].endswith("\r") else "")
    return "\n".join(every)
