"""Web authentication on WLANs of a Catalyst 9800: a portal that stations of that WLAN meet, and nobody else.

Who is logged in stays so until the session timeout of the policy profile, or its idle timeout, strikes. Source: Cisco
Catalyst 9800 configuration guide, "Web-Based Authentication".
"""

from collections.abc import Iterable

from auditor.model import Bss, Fact, Listed, Portal, Stated, Unknown, combine, known_like, spans_of
from auditor.platforms.cisco_ios import wlan
from auditor.platforms.cisco_ios.blocks import Block, Line
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.wireless_controller import Mapped, controller
from auditor.platforms.cisco_ios.wireless_policy import Vlans
from auditor.services.reading import printable

_SOFTWARE = "web authentication"


def read(config: Config, vlans: Vlans) -> Listed[Portal]:
    """Read one portal for each WLAN with web authentication and each policy tag that carries it."""
    found = controller(config)
    if found is None:
        return Listed((), config.holes())
    lines = {head: _line(block) for head, block in found.blocks.items()}
    asked = {mapped.key: line for mapped in found.mapped if (line := lines[mapped.wlan.block.head]) is not None}
    if not asked:
        return Listed((), found.holes)
    by_key: dict[str, list[Bss]] = {}
    for bss in wlan.read(config, vlans)[1]:
        by_key.setdefault(_mapped_key(bss), []).append(bss)
    free = _free(bss for key, bsses in by_key.items() if key not in asked for bss in bsses)
    pairs = ((mapped, by_key.get(mapped.key, ())) for mapped in found.mapped if mapped.key in asked)
    portals = (_portal(mapped, asked[mapped.key], tuple(bsses), free) for mapped, bsses in pairs if bsses)
    return Listed(tuple(portals), found.holes)


def _free(bsses: Iterable[Bss]) -> dict[str, Bss]:
    """By network, a BSS that leads there without a portal."""
    found: dict[str, Bss] = {}
    for bss in bsses:
        if bss.may_be_on and not isinstance(bss.networks, Unknown):
            found |= dict.fromkeys(bss.networks.value, bss)
    return found


def _portal(mapped: Mapped, line: Line, mine: tuple[Bss, ...], free: dict[str, Bss]) -> Portal:
    radius: Fact[bool] = Stated(True, (line.span,))
    return Portal(
        device=mine[0].device,
        key=mapped.key,
        software=_SOFTWARE,
        enabled=combine(lambda *on: any(on), *(bss.enabled for bss in mine)),
        interfaces=_interfaces(mine[0], line, free),
        session_timeout=mapped.policy.session_timeout(radius),
        idle_timeout=mapped.policy.idle_timeout(radius),
        bypass_macs=Stated((), (line.span,)),
        others=_others(mapped.wlan.block, line),
        bsses=tuple(bss.key for bss in mine if bss.local_vlan is not None),
    )


def _mapped_key(bss: Bss) -> str:
    return bss.key.rpartition(" ")[0]


def _line(block: Block) -> Line | None:
    """The line that makes stations log in on a page; those that only name its lists and maps belong to it."""
    said = block.each("security web-auth")
    if any(line.no and not line.rest for line in said):
        return None
    return next((line for line in said if not line.no), None)


def _interfaces(bss: Bss, line: Line, free: dict[str, Bss]) -> Fact[tuple[str, ...]]:
    """The networks of the WLAN, unless other WLANs lead there without a portal."""
    if isinstance(bss.networks, Unknown):
        return bss.networks
    other = next((free[network] for network in bss.networks.value if network in free), None)
    if other is not None:
        ssid = "?" if isinstance(bss.ssid, Unknown) else printable(bss.ssid.value)
        why = f"only stations of SSID '{ssid}' meet the portal; other WLANs lead into its network without it"
        settle = "give the WLAN with the portal a VLAN of its own"
        return Unknown(why, spans_of(bss.networks, other.networks), settle)
    return known_like(bss.networks.value, bss.networks, Stated(True, (line.span,)))


def _others(block: Block, line: Line) -> Fact[bool]:
    """Whether a server lets in stations by their MAC addresses, and asks only the others to log in."""
    if block.has("mac-filtering"):
        why = f"{block.title} lets stations in whose MAC addresses its authorization list knows"
        return Unknown(why, (line.span,), "see whether the readers' MAC addresses are in that list")
    return Stated(False, (line.span,))
