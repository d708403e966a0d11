"""Programs that write packet filters themselves, by the names of their tables and chains."""

import re
from collections.abc import Iterable

_CHAINS = (
    ("ufw", re.compile(r"ufw6?-")),
    ("firewalld", re.compile(r"(FWD[IO]|IN|POST|PRE|filter_FWD[IO])_|filter_(FORWARD|INPUT)_ZONES|FORWARD_direct")),
    ("Docker", re.compile(r"DOCKER")),
    ("libvirt", re.compile(r"LIBVIRT_|guest_(input|output|nat|cross)")),
    ("fail2ban", re.compile(r"f2b-|fail2ban-")),
    ("Podman", re.compile(r"NETAVARK|CNI-")),
    ("Kubernetes", re.compile(r"KUBE-|cali-|CILIUM_")),
    ("Shorewall", re.compile(r"(net|loc|fw|dmz)2?[-_](all|fw|net|loc|dmz)$|sha-lh-|sfilter$|smurfs$")),
    ("sshguard", re.compile(r"sshguard")),
)
_TABLES = (
    ("firewalld", re.compile(r"firewalld(_.*)?")),
    ("fail2ban", re.compile(r"f2b-table|fail2ban")),
    ("libvirt", re.compile(r"libvirt_network")),
    ("Docker", re.compile(r"docker-bridges")),
    ("Podman", re.compile(r"netavark")),
    ("CrowdSec", re.compile(r"crowdsec6?")),
    ("sshguard", re.compile(r"sshguard")),
    ("OpenWrt's fw4", re.compile(r"fw4")),
)
_IPTABLES = frozenset({"filter", "nat", "mangle", "raw", "security", "broute"})
_BUILT_IN = frozenset({"INPUT", "FORWARD", "OUTPUT", "PREROUTING", "POSTROUTING", "BROUTING"})
_ADVICE = {
    "ufw": "ufw route allow …, in /etc/ufw",
    "firewalld": "firewall-cmd --permanent …, in the zone or policy concerned",
    "Docker": "a rule in chain DOCKER-USER",
    "libvirt": "a hook of libvirt, or another network type",
}


def owner_of(table: str, chains: Iterable[str]) -> str:
    """The program that a table belongs to, by its name or by that of a chain; '' if nobody is recognised."""
    for name, pattern in _TABLES:
        if pattern.fullmatch(table):
            return name
    for chain in chains:
        for name, pattern in _CHAINS:
            if pattern.match(chain):
                return name
    return ""


def of_iptables(table: str, base_chains: Iterable[str]) -> bool:
    """Whether a table of nftables was made by iptables-nft or ebtables-nft."""
    bases = tuple(base_chains)
    return table in _IPTABLES and bool(bases) and all(chain in _BUILT_IN for chain in bases)


def advice(owner: str) -> str:
    """Where to make a change instead."""
    return f"make the change where {owner} takes it: {_ADVICE.get(owner, f'in the configuration of {owner}')}"
