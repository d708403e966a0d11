"""`/ip dhcp-relay`: clients of an interface get their addresses from a server elsewhere.

Source: MikroTik's manual, "DHCP", DHCP Relay (dhcp-server, interface, local-address).
"""

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
        where = printable(config.text(item, "dhcp-server") or "a server that is not named")
        near = (*config.span(item, "dhcp-server", "interface", "local-address"),) or (item.header,)
        why = f"requests for addresses are relayed to {where}, where the lease is decided"
        unknown = Unknown(why, near, f"audit the DHCP server at {where} as well, or declare dhcp")
        key = f"relay {printable(item.key, 200)}"
        found.append(DhcpScope.relay(config.device, key, interface_of(config, item), unknown))
    return found
