"""Web authentication of routers and autonomous access points: who comes in by an interface logs in on a page first.

`ip admission NAME` and `ip auth-proxy NAME` on an interface, `web-auth` in a `dot11 ssid`. Their timers belong to the
rule of that name and to the RADIUS server, and are not read. Source: Cisco, "Authentication Proxy Configuration Guide",
15M; "Configuration Guide for Autonomous Aironet Access Points", 15.3(3), "Configuring Guest Access Management".
"""

from collections.abc import Iterator

from auditor.model import Fact, Listed, Portal, Span, Stated, Unknown
from auditor.platforms.cisco_ios import dot11
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.network import Network
from auditor.services.reading import printable

_COMMANDS = ("ip admission", "ip auth-proxy")


def read(config: Config, network: Network) -> Listed[Portal]:
    """Read one portal for each interface and each SSID where clients must log in."""
    return Listed((*_of_interfaces(config, network), *_of_ssids(config, network)), config.holes())


def _of_interfaces(config: Config, network: Network) -> Iterator[Portal]:
    for block in config.blocks("interface"):
        for command in _COMMANDS:
            line = block.said(command)
            if line is not None and not line.no and line.words:
                networks = network.networks_of(block.name)
                own = isinstance(networks, Unknown) or networks.value == (block.name,)
                where = networks if own else _some(block.name, line.span)
                why = "whom the rule and the server let in without a page is not read"
                others = Unknown(why, (line.span,), _look(config))
                yield _portal(config, f"{block.name} {command.split()[1]}", where, line.span, others=others)


def _some(interface: str, span: Span) -> Fact[tuple[str, ...]]:
    """A port of a network, by which the readers may or may not come."""
    return Unknown(f"only what comes in by {printable(interface)} meets the portal", (span,), "see what comes in there")


def _of_ssids(config: Config, network: Network) -> Iterator[Portal]:
    for on in dot11.carried(config):
        line = on.ssid.said("web-auth")
        if line is not None and not line.no:
            where = dot11.networks_of(network, on)
            yield _portal(config, f"{on.key} web-auth", where, line.span, others=Stated(False, (line.span,)))


def _look(config: Config) -> str:
    return f"see its rule and its server: `show ip admission configuration` on {config.device}"


def _portal(config: Config, key: str, where: Fact[tuple[str, ...]], span: Span, *, others: Fact[bool]) -> Portal:
    rule = _look(config)
    return Portal(
        device=config.device,
        key=key,
        software="web authentication",
        enabled=Stated(True, (span,)),
        interfaces=where,
        session_timeout=Unknown("after how long a login ends is not read", (span,), rule),
        idle_timeout=Unknown("after which silence a login ends is not read", (span,), rule),
        bypass_macs=Stated((), (span,)),
        others=others,
    )
