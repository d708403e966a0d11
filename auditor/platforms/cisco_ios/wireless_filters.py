"""What a Catalyst 9800 does to the names that stations ask for, and that is not followed here."""

from auditor.model import Blocklist, Listed, Stated
from auditor.platforms.cisco_ios import wlan
from auditor.platforms.cisco_ios.blocks import Block, Line
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.dhcp_places import Interfaces, of_policy
from auditor.platforms.cisco_ios.wireless_controller import controller
from auditor.services.reading import printable


def blocklists(config: Config, network: Interfaces) -> Listed[Blocklist]:
    """URL filters of the policy profiles that WLANs use: they let stations reach some names, or all but some."""
    found = controller(config)
    if found is None:
        return Listed()
    used = {each.policy.name: block for each in found.mapped if (block := each.policy.block) is not None}
    filtering = {name: lines for name, block in used.items() if (lines := _lines(block))}
    profiles = {each.key: each.policy.name for each in found.mapped}
    local: dict[str, list[str]] = {}
    for bss in wlan.read(config, network)[1] if filtering else ():
        if bss.local_vlan is not None:
            local.setdefault(profiles.get(bss.key.rpartition(" ")[0], ""), []).append(bss.key)
    lists: list[Blocklist] = []
    for name, lines in filtering.items():
        near = tuple(line.span for line in lines)
        key = f"url filter of policy profile {printable(name, 200)}"
        # Where its stations are is not always known; then it may be anywhere.
        interfaces = Stated(of_policy(network, used[name]) or None, near)
        bsses = tuple(local.get(name, ()))
        lists.append(Blocklist(config.device, key, "a URL filter", Stated(True, near), interfaces, bsses))
    return Listed(tuple(lists))


def _lines(block: Block) -> tuple[Line, ...]:
    return (*block.lines("url-filter"), *block.lines("urlfilter"))
