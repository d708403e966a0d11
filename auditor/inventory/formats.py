"""The notations that stand in an inventory: one `Format` each, with what to tell who got it wrong."""

import ipaddress
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from auditor.inventory.mistakes import close_to, shown

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Wrong(ValueError):
    """A text is not of its format; the message, if any, is a hint for the operator."""


@dataclass(frozen=True, slots=True)
class Format(Generic[T]):
    """One notation: what is expected, in the words of the trade, and how it is read.

    `parse` raises ValueError for text that is not of this format; only the text of a `Wrong` is shown. The
    value of a `private` format never stands in a message: people paste secrets into such places.
    """

    expected: str
    parse: Callable[[str], T]
    private: bool = False

    def complaint(self, text: str, error: ValueError) -> str:
        """Say what was expected and what was found."""
        found = "" if self.private else f", found {shown(text)}"
        hint = f"; {error}" if isinstance(error, Wrong) and str(error) else ""
        return f"expected {self.expected}{found}{hint}"


_NAME = re.compile(r"\w[\w.-]{0,63}")
_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}([-.+][0-9A-Za-z.]{1,20})?")
_DURATION = re.compile(
    r"(?=.)(?:([0-9]{1,5})w)?(?:([0-9]{1,5})d)?(?:([0-9]{1,5})h)?(?:([0-9]{1,7})m)?(?:([0-9]{1,9})s)?"
)
_MAC = re.compile(r"(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9a-f]{12}")
_USER = re.compile(r"[^\s:-][^\s:]{0,127}")
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})?)*\.?")
_ZONE = re.compile(r"[\w.-]{1,32}", re.ASCII)
_ENVIRONMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_TAG = re.compile(r"[^\s,;!*?\[\]{}]{1,64}")
_COMMIT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/~^-]{0,127}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def choice(options: type[E]) -> Format[E]:
    """Make the format of a closed list of words."""
    words = [option.value for option in options]

    def parse(text: str) -> E:
        try:
            return options(text)
        except ValueError:
            close = close_to(text, words)
            raise Wrong(f"did you mean {shown(close)}?" if close else "") from None

    return Format("one of: " + ", ".join(words), parse)


def one_of(what: str, names: Collection[str]) -> Format[str]:
    """Make the format of a word from a list that somebody else keeps; an empty list allows every slug."""
    if not names:
        return Format(f"{what}: lower case letters and digits, joined by - or _", _slug)
    return Format(f"{what}, one of: " + ", ".join(sorted(names)), lambda text: _known(text, names))


def _slug(text: str) -> str:
    return _whole(_SLUG, text) if len(text) <= 64 else _fail()


def _known(text: str, names: Collection[str]) -> str:
    if text in names:
        return text
    close = close_to(text, names)
    raise Wrong(f"did you mean {shown(close)}?" if close else "")


def _number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 9) or not least <= int(text) <= most:
            raise Wrong
        return int(text)

    return parse


def _whole(pattern: re.Pattern[str], text: str) -> str:
    if pattern.fullmatch(text) is None:
        raise Wrong
    return text


def _printed(pattern: re.Pattern[str], text: str) -> str:
    return _whole(pattern, text) if text.isprintable() else _fail()


def _fail(hint: str = "") -> str:
    raise Wrong(hint)


def _line(text: str) -> str:
    """Accept any text that stands on one line and can be printed."""
    if not text.strip() or len(text) > 200 or not text.isprintable():
        raise Wrong
    return text.strip()


def _variable(text: str) -> str:
    if len(text) > 4096 or not text.isprintable():
        raise Wrong
    return text


def _ssid(text: str) -> str:
    # IEEE 802.11: 0..32 octets; a selector for the empty name would select what hides its name.
    if not 1 <= len(text.encode()) <= 32:
        raise Wrong("it has no text" if not text else f"it is {len(text.encode())} bytes long")
    return text


def _mac(text: str) -> str:
    """Read aa:bb:cc:dd:ee:ff, AA-BB-CC-DD-EE-FF, aabb.ccdd.eeff or aabbccddeeff."""
    lowered = text.lower()
    if _MAC.fullmatch(lowered) is None:
        raise Wrong
    digits = re.sub(r"[^0-9a-f]", "", lowered)
    if int(digits[:2], 16) & 1 or int(digits, 16) == 0:
        raise Wrong("no reader or till has a multicast or zero address")
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _subnet(text: str) -> Network:
    if "/" not in text:
        raise Wrong("the prefix length is missing")
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        network = ipaddress.ip_network(text, strict=False)
        raise Wrong(f"that is an address inside {network}; write the subnet itself") from None


def _address(text: str) -> Address:
    if "%" in text:
        raise Wrong
    return ipaddress.ip_address(text)


def parse_host(text: str) -> str:
    """Read the name or address of a device, which must be nothing else: no user, port, scheme or option."""
    if "@" in text:
        raise Wrong("write the user under `username`")
    if "://" in text:
        raise Wrong("write the bare name, without a scheme")
    if text.startswith("["):
        raise Wrong("write an IPv6 address without brackets and the port under `port`")
    address, percent, zone = text.partition("%")
    if ":" in address:
        try:
            ipaddress.IPv6Address(address)
        except ValueError:
            raise Wrong("write the port under `port`" if text.count(":") == 1 else "") from None
        if percent:
            _whole(_ZONE, zone)
        return text
    if re.fullmatch(r"[0-9.]+", text):
        return str(ipaddress.IPv4Address(text))
    return _whole(_HOST_NAME, text)


def _jump_host(text: str) -> str:
    """Read [user@]host[:port], several with commas; an IPv6 address with a port stands in brackets."""
    for hop in text.split(","):
        _hop(hop.strip())
    return ",".join(hop.strip() for hop in text.split(","))


def _hop(text: str) -> None:
    user, at, rest = text.rpartition("@")
    if at:
        _whole(_USER, user)
    bracketed = re.fullmatch(r"\[([^\]]+)\](?::([0-9]+))?", rest)
    if bracketed:
        host, port = bracketed.groups()
    elif rest.count(":") == 1:
        host, _, port = rest.partition(":")
    else:
        host, port = rest, None
    parse_host(host)
    if port is not None:
        PORT.parse(port)


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise Wrong(_zone_hint(text)) from None
    return text


@cache
def _zones() -> frozenset[str]:
    """All time zones of this machine; remembered, because listing them reads hundreds of files."""
    return frozenset(available_timezones())


def _zone_hint(text: str) -> str:
    """Propose a zone for the name of a city or a typing error."""
    zones = _zones()
    city = text.strip().replace(" ", "_").lower()
    places = sorted(zone for zone in zones if zone.lower().rpartition("/")[2] == city)
    close = places[0] if places and city else close_to(text, zones)
    return f"did you mean {shown(close)}?" if close else ""


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise Wrong("give the unit too" if text.isdigit() else "")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    duration = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not duration:
        raise Wrong("it must be longer than nothing")
    return duration


def _date(text: str) -> date:
    return date.fromisoformat(_whole(_DATE, text))


def _path(text: str) -> Path:
    if not text or not text.isprintable():
        raise Wrong
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise Wrong("there is no such home directory") from None


def _true(text: str) -> bool:
    if text.lower() not in ("true", "yes", "on"):
        raise Wrong
    return True


NAME = Format(
    "a name: letters, digits, `-`, `_` and `.`, at most 64, beginning with a letter or digit",
    lambda t: _whole(_NAME, t),
)
TAG = Format("a tag: one word without blanks, commas and `!*?[]{}`, at most 64 characters", lambda t: _printed(_TAG, t))
VERSION = Format("a version like 2.10.0", lambda text: _whole(_VERSION, text))
LINE = Format("a text of one line, at most 200 characters", _line)
VARIABLE = Format("a text of one line", _variable)
SSID = Format("an SSID of 1 to 32 bytes", _ssid)
VLAN = Format("a VLAN number from 1 to 4094", _number(1, 4094))
COUNT = Format("a whole number from 1 to 100000", _number(1, 100_000))
PORT = Format("a TCP port from 1 to 65535", _number(1, 65535))
MAC = Format("a MAC address like 02:00:5e:10:00:01", _mac)
SUBNET = Format("a subnet like 192.168.30.0/24", _subnet)
ADDRESS = Format("an IP address like 192.168.30.21", _address)
HOST = Format("a host name or IP address", parse_host, private=True)
JUMP_HOST = Format("a jump host like admin@192.0.2.9:22", _jump_host, private=True)
USERNAME = Format("a user name without spaces and colons", lambda text: _whole(_USER, text), private=True)
TIMEZONE = Format("a time zone like Europe/Paris", _timezone)
DURATION = Format("a duration like 12h, 7d or 1d12h", _duration)
COMMIT = Format("a commit, branch or tag of git", lambda text: _whole(_COMMIT, text))
DATE = Format("a date like 2027-03-31", _date)
PATH = Format("a path of a file or directory", _path)
KEY_FILE = Format("the path of a private key", _path, private=True)
ENVIRONMENT = Format("the name of an environment variable", lambda text: _whole(_ENVIRONMENT, text), private=True)
SERVICE = Format("the name of a keyring service", _line, private=True)
TRUE = Format("true", _true, private=True)
