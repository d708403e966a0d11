"""What a Catalyst 9800 does to the names that stations ask for, and that is not followed here."""

from collections.abc import Mapping

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
    local = on_access_points(config, network) if filtering else {}
    lists: list[Blocklist] = []
    for name, lines in filtering.items():
        near = tuple(line.span for line in lines)
        key = f"url filter of policy profile {printable(name, 200)}"
        # Where its stations are is not always known; then it may be anywhere.
        interfaces = Stated(of_policy(network, used[name]) or None, near)
        lists.append(Blocklist(config.device, key, "a URL filter", Stated(True, near), interfaces, local.get(name, ())))
    return Listed(tuple(lists))


def on_access_points(config: Config, network: Interfaces) -> Mapping[str, tuple[str, ...]]:
    """The keys of the BSSs of each policy profile whose frames access points switch themselves, by its name."""
    found = controller(config)
    profiles = {each.key: each.policy.name for each in found.mapped} if found is not None else {}
    local: dict[str, tuple[str, ...]] = {}
    for bss in wlan.read(config, network)[1] if profiles else ():
        name = profiles.get(bss.key.rpartition(" ")[0], "")
        if bss.local_vlan is not None:
            local[name] = (*local.get(name, ()), bss.key)
    return local


def _lines(block: Block) -> tuple[Line, ...]:
    return (*block.lines("url-filter"), *block.lines("urlfilter"))
