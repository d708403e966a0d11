"""Resolvers that dnsmasq takes from netifd's file: those of `option dns`, and those that uplinks hand out.

Source: openwrt/netifd interface-ip.c, interface_write_resolv_conf (5e437816): a resolver that was handed out is left
out with `peerdns 0`; those of `option dns` are always in.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address

from auditor.model import Forwarder, Listed, Span, Stated, Unknown
from auditor.platforms.openwrt.config import Config, Located, netifd_bool
from auditor.services.reading import printable

# The files that netifd writes; any other file is somebody's own.
_OF_NETIFD = re.compile(r"/(?:tmp|var)/resolv\.conf(?:\.auto|\.d/resolv\.conf\.auto)")
_HANDS_OUT_NOTHING = frozenset({"static", "none", "wireguard", "gre", "gretap", "vti", "vxlan", "relay"})


def of_interfaces(config: Config, located: Located, near: tuple[Span, ...]) -> Listed[Forwarder]:
    """Return the resolvers that interfaces name, with a hole if some are handed out or nobody names one.

    `near` are the lines by which dnsmasq reads the file at all.
    """
    found: list[Forwarder] = []
    open_: tuple[Span, ...] | None = None
    missing = config.missing("network")
    for word, span in config.words(located, "resolvfile"):
        if not _OF_NETIFD.fullmatch(word):
            why = f"dnsmasq asks the resolvers in {printable(word)}, which was not captured"
            return Listed((), (Unknown(why, (span,), f"look at {printable(word)} on {config.device}"),))
    for interface in config.sections("network", "interface"):
        off = config.stated(interface, "disabled", netifd_bool)
        if interface.section.name == "loopback" or (isinstance(off, Stated) and off.value):
            continue
        found += _named(config, interface)
        if _takes_others(config, interface):
            open_ = near
    if missing is None and open_ is None and found:
        return Listed(tuple(found))
    why = "dnsmasq also asks the resolvers that the uplink hands out, which are not in the configuration"
    hole = Unknown(why, near, "look a name up from a POS, or declare dns-upstream")
    return Listed(tuple(found), (hole,))


def _named(config: Config, interface: Located) -> Iterator[Forwarder]:
    for word, span in config.words(interface, "dns"):
        try:
            address = ip_address(word)
        except ValueError:
            continue  # netifd passes over it
        fact = Stated(word, (span,))
        yield Forwarder(f"{word} of interface {interface.id}", None, address, 53, fact)


def _takes_others(config: Config, interface: Located) -> bool:
    """Whether resolvers come from outside, as by DHCP or PPP."""
    protocol = config.stated(interface, "proto", str)
    if protocol is None or (isinstance(protocol, Stated) and protocol.value in _HANDS_OUT_NOTHING):
        return isinstance(protocol, Unknown)
    taken = config.stated(interface, "peerdns", netifd_bool)
    return not isinstance(taken, Stated) or taken.value
