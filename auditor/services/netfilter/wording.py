"""What a new rule may say: names and addresses that cannot be taken for anything else, in any grammar."""

import re
from ipaddress import IPv4Network

from auditor.intents import AllowTraffic
from auditor.services.base import NotPossible

_WORD = re.compile(r"[A-Za-z0-9_.:@-]{1,120}", re.ASCII)
"""The kernel keeps 128 octets of a comment (libnftnl, NFTNL_UDATA_COMMENT_MAXLEN), iptables 256 (xt_comment)."""
_LINK = re.compile(r"[A-Za-z0-9_.@-]{1,15}", re.ASCII)
_PROTOCOLS = frozenset({"tcp", "udp", "icmp"})


def check(intent: AllowTraffic) -> None:
    """Raise `NotPossible` if a value of the intent cannot be written safely."""
    names = (intent.entering, intent.leaving)
    if not _WORD.fullmatch(intent.name) or not all(not name or _LINK.fullmatch(name) for name in names):
        raise NotPossible("a name has characters that cannot be written into a rule", "add the rule by hand")
    if intent.protocol not in _PROTOCOLS:
        raise NotPossible(f"protocol {intent.protocol} is not known here", "add the rule by hand")


def listed(networks: tuple[IPv4Network, ...] | None) -> tuple[str, ...]:
    """Networks as words; a single address without its length."""
    return tuple(
        str(each.network_address) if each.prefixlen == 32 else str(each)
        for each in (() if networks is None else networks)
    )
