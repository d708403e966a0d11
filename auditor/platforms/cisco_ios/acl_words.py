"""Words of IOS access lists that stand for numbers: ports, protocols, ICMP messages.

The running configuration shows these words in place of the numbers. Source: Cisco, "IOS Security Command Reference",
`access-list (IP extended)` and `permit (IP)`: lists of TCP port names, UDP port names and ICMP message names.
"""

from collections.abc import Mapping

_BOTH = {"discard": 9, "domain": 53, "echo": 7, "pim-auto-rp": 496, "sunrpc": 111, "syslog": 514, "tacacs": 49}
_BOTH |= {"talk": 517, "time": 37}

TCP_PORTS: Mapping[str, int] = {
    **_BOTH,
    "bgp": 179, "chargen": 19, "cmd": 514, "connectedapps-plain": 15001, "connectedapps-tls": 15002, "daytime": 13,
    "drip": 3949, "exec": 512, "finger": 79, "ftp": 21, "ftp-data": 20, "gopher": 70, "hostname": 101, "ident": 113,
    "irc": 194, "klogin": 543, "kshell": 544, "login": 513, "lpd": 515, "msrpc": 135, "nntp": 119, "onep-plain": 15001,
    "onep-tls": 15002, "pop2": 109, "pop3": 110, "smtp": 25, "telnet": 23, "uucp": 540, "whois": 43, "www": 80,
}  # fmt: skip

UDP_PORTS: Mapping[str, int] = {
    **_BOTH,
    "biff": 512, "bootpc": 68, "bootps": 67, "dnsix": 195, "isakmp": 500, "mobile-ip": 434, "nameserver": 42,
    "netbios-dgm": 138, "netbios-ns": 137, "netbios-ss": 139, "non500-isakmp": 4500, "ntp": 123, "rip": 520,
    "ripv6": 521, "snmp": 161, "snmptrap": 162, "tftp": 69, "who": 513, "xdmcp": 177,
}  # fmt: skip

PORTS: Mapping[str, Mapping[str, int]] = {"tcp": TCP_PORTS, "udp": UDP_PORTS}

PROTOCOLS: Mapping[str, str] = {
    "ahp": "51", "eigrp": "88", "esp": "50", "gre": "47", "icmp": "1", "igmp": "2", "igrp": "9", "ipinip": "4",
    "nos": "94", "ospf": "89", "pcp": "108", "pim": "103", "sctp": "132", "tcp": "6", "udp": "17",
}  # fmt: skip
"""Protocols by their numbers of the IP header; `ip` is all of them."""

PING: Mapping[str, str] = {"echo": "8", "echo-reply": "0"}
"""The ICMP messages that questions and their answers are."""

OTHER_ICMP = frozenset(
    {"administratively-prohibited", "alternate-address", "conversion-error", "dod-host-prohibited"}
    | {"dod-net-prohibited", "general-parameter-problem", "host-isolated", "host-precedence-unreachable"}
    | {"host-redirect", "host-tos-redirect", "host-tos-unreachable", "host-unknown", "host-unreachable"}
    | {"information-reply", "information-request", "mask-reply", "mask-request", "mobile-redirect", "net-redirect"}
    | {"net-tos-redirect", "net-tos-unreachable", "net-unreachable", "network-unknown", "no-room-for-option"}
    | {"option-missing", "packet-too-big", "parameter-problem", "port-unreachable", "precedence-unreachable"}
    | {"protocol-unreachable", "reassembly-timeout", "redirect", "router-advertisement", "router-solicitation"}
    | {"source-quench", "source-route-failed", "time-exceeded", "timestamp-reply", "timestamp-request", "traceroute"}
    | {"ttl-exceeded", "unreachable"}
)
"""All other ICMP messages: none of them begins anything that readers need."""

FLAGS = frozenset({"ack", "fin", "psh", "rst", "syn", "urg"})

APPLICATIONS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "bootpc": (("udp", 68),), "bootps": (("udp", 67),), "dns": (("tcp", 53), ("udp", 53)), "ftp": (("tcp", 21),),
    "ftps": (("tcp", 990),), "http": (("tcp", 80),), "https": (("tcp", 443),), "imap": (("tcp", 143),),
    "imaps": (("tcp", 993),), "isakmp": (("udp", 500),), "ldap": (("tcp", 389),), "ldaps": (("tcp", 636),),
    "ntp": (("tcp", 123), ("udp", 123)), "pop3": (("tcp", 110),), "pop3s": (("tcp", 995),), "pptp": (("tcp", 1723),),
    "rtsp": (("tcp", 554),), "sip": (("tcp", 5060), ("udp", 5060)), "smtp": (("tcp", 25),),
    "snmp": (("udp", 161),), "ssh": (("tcp", 22),), "syslog": (("udp", 514),), "telnet": (("tcp", 23),),
    "tftp": (("udp", 69),),
}  # fmt: skip
"""Ports of applications that inspection knows; `ip port-map` adds to them.

Source: Cisco, "IOS Security Configuration Guide: Securing the Data Plane", "Port to Application Mapping"
(system-defined mappings, which no command takes away).
"""
