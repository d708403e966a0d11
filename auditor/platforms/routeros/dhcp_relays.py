"""`/ip dhcp-relay`: clients of an interface get their addresses from a server elsewhere.

Source: MikroTik's manual, "DHCP", DHCP Relay (dhcp-server, interface, local-address).
"""

from ipaddress import IPv4Address

from auditor.model import DhcpScope, Stated, Unknown
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.dhcp_serving import Interfaces, interface_of
from auditor.services.reading import printable

RELAY = "ip dhcp-relay"


def relays(config: Config, network: Interfaces) -> list[DhcpScope]:
    """Return a scope of which nothing is known for each relay that is not certainly switched off."""
    found: list[DhcpScope] = []
    for item in config.items(RELAY):
        off = config.stated(item, "disabled", yes_no)
        if isinstance(off, Stated) and off.value:
            config.understood(item)
            continue
        named = config.text(item, "dhcp-server") or ""
        where = printable(named or "a server that is not named")
        near = (*config.span(item, "dhcp-server", "interface", "local-address"),) or (item.header,)
        why = f"requests for addresses are relayed to {where}, where the lease is decided"
        unknown = Unknown(why, near, f"audit the DHCP server at {where} as well, or declare dhcp")
        key = f"relay {printable(item.key, 200)}"
        why = "whether a relay takes questions before the packet filter is not documented"
        hears = Unknown(why, near, "let the filter accept UDP 67 from this network, or see whether clients get leases")
        found.append(
            DhcpScope.relay(
                config.device,
                key,
                interface_of(config, item),
                unknown,
                hears_past_filters=hears,
                relays_to=() if isinstance(off, Unknown) else servers(named),
            )
        )
    return found


def servers(text: str) -> tuple[IPv4Address, ...]:
    """The servers that a relay asks; none if one of them cannot be read."""
    try:
        return tuple(IPv4Address(word.strip()) for word in text.split(",") if word.strip())
    except ValueError:
        return ()
