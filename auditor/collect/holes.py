"""The types of holes in command templates: what a value that came from a device may look like in a command.

A type is a full-match pattern of printable ASCII. No pattern admits a blank, a quote, or a character that a
shell or a device's command line gives a meaning to, except inside the quotes that `render` itself puts.
"""

import re
from dataclasses import dataclass

from auditor.errors import CommandRefused, DataError


@dataclass(frozen=True, slots=True)
class HoleType:
    """One kind of value: its name in profiles, its pattern, and whether it stands in quotes.

    `as_root` is a pattern that a value must begin with, besides, where it is asked for with root's rights. `mark` is
    what the device takes for a quotation mark. `else_quoted` is a further pattern, of values that stand in quotes where
    the others do not.
    """

    name: str
    pattern: str
    quoted: bool = False
    as_root: str = ""
    mark: str = "'"
    else_quoted: str = ""

    def accepts(self, value: str, *, elevated: bool = False) -> bool:
        """Say whether a value may be sent, `elevated`: with root's rights."""
        return re.fullmatch(self._pattern(elevated=elevated), value, re.ASCII) is not None or self._in_quotes(value)

    def render(self, value: str, *, elevated: bool = False) -> str:
        """Return the value as it stands in the command; raises `CommandRefused` if it may not be sent."""
        if not self.accepts(value, elevated=elevated):
            raise CommandRefused(f"{value!r} is not a valid {self.name}{' for root' if elevated else ''}")
        return f"{self.mark}{value}{self.mark}" if self.quoted or self._in_quotes(value) else value

    def rendered_pattern(self, *, elevated: bool = False) -> str:
        """The pattern of what `render` returns."""
        pattern = self._pattern(elevated=elevated)
        if self.else_quoted:
            return f"(?:{pattern}|{self.mark}(?:{self.else_quoted}){self.mark})"
        return f"{self.mark}(?:{pattern}){self.mark}" if self.quoted else f"(?:{pattern})"

    def _in_quotes(self, value: str) -> bool:
        return bool(self.else_quoted) and re.fullmatch(self.else_quoted, value, re.ASCII) is not None

    def _pattern(self, *, elevated: bool) -> str:
        return f"(?={self.as_root})(?:{self.pattern})" if elevated and self.as_root else self.pattern


_WORD = r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}"

# Where people keep what is theirs alone, and never the configuration of a service that readers need: accounts, private
# keys, logins of other networks, people's own folders. What is hidden is nobody's configuration either.
_PRIVATE = (
    r"(?:\.[A-Za-z_][^/]*|private|ssh|ssl|pki|tls|letsencrypt|acme|wireguard|openvpn|ipsec\.d|swanctl|strongswan|ppp"
    r"|system-connections|iwd|wpa_supplicant|credstore[a-z.]*|credentials|keyrings|sssd|samba|krb5[a-z0-9.]*|sudoers\.d"
    r"|(?:g?shadow|sudoers|passwd|master\.passwd|opasswd)[-~.a-z0-9]*|[^/]*secrets?|id_[a-z0-9_]+|ssh_host_[^/]*"
    r"|[^/]*\.(?:pem|p12|pfx|jks|keytab|kdbx|ppk|gpg))"
)
# Folders in which root, or the service itself, decides what lies where. Elsewhere anybody could put a link in the way.
_OF_ROOT = (
    r"/(?:etc|usr|opt|srv|var/(?:lib|cache|named|db|spool/cron)|(?:var/)?run(?!/(?:user|lock|shm|screen)(?:/|'|$)))/"
)

HOLE_TYPES = (
    # The names that UCI takes for packages, and never a leading '-', which would be an option.
    HoleType("uci-package", r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}"),
    # Linux takes up to 15 characters (IFNAMSIZ); of those it takes, only the usual ones are sent. '@' is swconfig's.
    HoleType("interface-name", r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,14}"),
    HoleType("file-name", _WORD),
    # Absolute, without '.' and '..' as components, quoted, so that blanks are harmless. Nothing of /dev, /proc and
    # /sys, where reading can block or act, and nothing private. The quote itself and the backslash are not taken.
    HoleType(
        "absolute-path",
        # A name ends at a slash, at the end, or at the quote behind it in the whole command.
        r"(?!/+(?:dev|proc|sys|root|home)(?:/|'|$))(?!.*//)"
        rf"(?!.*/(?:\.{{1,2}}|{_PRIVATE})(?:/|'|$))/(?=[^/])[ -&(-\[\]-~]{{0,254}}",
        quoted=True,
        as_root=_OF_ROOT,
    ),
    # The name of an interface of RouterOS, in double quotes. Inside them backslash, dollar and quotation mark mean
    # something, and on a terminal the question mark asks for help; people put blanks and brackets into names.
    HoleType("routeros-interface", r"[A-Za-z0-9][A-Za-z0-9 _.,:()<>@#+-]{0,63}", quoted=True, mark='"'),
    # The name of a policy profile of an IOS-XE controller. On a terminal the question mark asks for help, and the bar
    # starts a filter of the output; people put blanks into names, which stand in double quotes then.
    HoleType(
        "policy-profile",
        r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,127}",
        mark='"',
        else_quoted=r'[A-Za-z0-9_](?=[^"]*[ ,:()/#&=])[A-Za-z0-9_.@+ ,:()/#&=-]{0,126}[A-Za-z0-9_.@+,:()/#&=-]',
    ),
)


def hole_type(name: str) -> HoleType:
    """Return the type with this name."""
    for known in HOLE_TYPES:
        if known.name == name:
            return known
    raise DataError(f"no hole type is called {name}; there are {', '.join(known.name for known in HOLE_TYPES)}")
