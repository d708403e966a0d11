"""What the portals' files have in common: options as facts, interfaces, timers, MAC addresses, secrets."""

import re
from dataclasses import dataclass
from datetime import timedelta

from auditor.model import Fact, Span, Stated, Unknown, known_like
from auditor.secrets import Redactor
from auditor.services.base import Host
from auditor.services.reading import Convert, Reading, T, printable
from auditor.syntax.portal_conf import Document, Option
from auditor.syntax.secret_names import is_secret
from auditor.syntax.text_redact import redact_text

_LONGEST = 10 * 365 * 86400
_ASSIGNED = re.compile(
    r"(?P<head>[ \t]*+#*+[ \t]*+(?P<name>[A-Za-z0-9_]++)(?:[ \t]*+=[ \t]*+|[ \t]++))(?P<value>\S.*)", re.DOTALL
)
# What `is_secret` does not know by its shape.
_SECRET = frozenset(("faskey", "hs_admpwd", "hs_radconf_pwd", "adminpasswd", "macpasswd"))
_SHELL_VALUE = re.compile(r"(?P<quote>[\"']?)(?P<value>.*?)(?P=quote)(?P<rest>[ \t]*(?:#.*)?\r?)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Texts:
    """The options of one portal, from all files that it reads, in order."""

    reading: Reading
    service: str
    options: tuple[tuple[str, Option], ...]
    head: Span
    doubt: Unknown | None = None
    """Why options may be missing: then no default is taken for certain."""

    def all(self, name: str) -> tuple[tuple[str, Span], ...]:
        """Return the values of an option with their lines."""
        return tuple(
            (option.value, self.reading.span(path, option.line)) for path, option in self.options if option.name == name
        )

    def stated(self, name: str, convert: Convert[T]) -> Fact[T] | None:
        """Return what the last line says, None if none does."""
        found = self.all(name)
        return self.reading.stated(found[-1][0], convert, found[-1][1], what=name) if found else None

    def fact(self, name: str, convert: Convert[T]) -> Fact[T]:
        """Return what a line says, or the documented default."""
        default = f"{self.service}.{name}"
        return self.stated(name, convert) or self.doubt or self.reading.default(default, convert, self.head)


def mark(reading: Reading, path: str, document: Document, service: str, used: frozenset[str]) -> tuple[Option, ...]:
    """Say of each line what it is, and return the options that are not known."""
    reading.irrelevant(path, (*document.ignored, *document.rules))
    for line in document.unreadable:
        reading.unknown(path, line, "")
    irrelevant = reading.profile.irrelevant.get(service, {}).get("options", frozenset())
    unknown = []
    for option in document.options:
        if option.name in used:
            reading.understood(reading.span(path, option.line))
        elif option.name in irrelevant:
            reading.irrelevant(path, (option.line,))
        else:
            reading.unknown(path, option.line, option.name)
            unknown.append(option)
    return tuple(unknown)


def interfaces(host: Host, name: Fact[str]) -> Fact[tuple[str, ...]]:
    """The interface of a portal by its kernel name."""
    if isinstance(name, Unknown):
        return name
    interface = host.interface_named(name.value)
    if interface is not None:
        return known_like((interface.key,), name)
    why = f"the portal's interface '{printable(name.value)}' is not among those of the host"
    return Unknown(why, name.spans, "look at the portal's status page")


def minutes(text: str) -> timedelta | None:
    """A timer in minutes; 0 is never."""
    return _timer(text, 60)


def seconds(text: str) -> timedelta | None:
    """A timer in seconds; 0 is never."""
    return _timer(text, 1)


def _timer(text: str, unit: int) -> timedelta | None:
    """What lasts longer than any device lives is never."""
    if re.fullmatch(r"[0-9]+", text) is None:
        raise ValueError("not a number")
    value = int(text[:12]) * unit
    return None if not value or value > _LONGEST or len(text) > 12 else timedelta(seconds=value)


def macs(texts: Texts, name: str) -> Fact[tuple[str, ...]]:
    """MAC addresses that need not log in, with `:`, `-` or nothing between their octets."""
    lines = texts.all(name)
    found: dict[str, None] = {}
    for value, _ in lines:
        for word in re.split(r"[,\s]+", value):
            digits = re.sub(r"[:-]", "", word.lower())
            if re.fullmatch(r"[0-9a-f]{12}", digits):
                found[":".join(digits[at : at + 2] for at in range(0, 12, 2))] = None
    spans = tuple(dict.fromkeys(span for _, span in lines)) or (texts.head,)
    return texts.doubt or Stated(tuple(found), spans)


def written(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Write MAC addresses as the files do; raises `ValueError` for anything else."""
    found = tuple(mac.lower().replace("-", ":") for mac in addresses)
    if any(re.fullmatch(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}", mac) is None for mac in found):
        raise ValueError("not a MAC address")
    return found


def redact(text: str, redactor: Redactor) -> str:
    """Return the text with tokens in place of secrets; comments are treated as what they comment out."""
    return redact_text("\n".join(_line(line, redactor) for line in text.split("\n")), redactor)


def _line(line: str, redactor: Redactor) -> str:
    found = _ASSIGNED.fullmatch(line)
    if found is None or not (found["name"].lower() in _SECRET or is_secret(found["name"], found["value"])):
        return line
    value = _SHELL_VALUE.fullmatch(found["value"])
    assert value is not None  # everything in it is optional
    quote = value["quote"]
    return f"{found['head']}{quote}{redactor.token(value['value'])}{quote}{value['rest']}"
