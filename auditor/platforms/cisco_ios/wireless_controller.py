"""What the configuration of a Catalyst 9800 says of WLANs, policy profiles and tags, joined by their names.

Source: Cisco, "Catalyst 9800 Series Wireless Controllers, Configuration Model".
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.model import Fact, Stated, Unknown
from auditor.platforms.cisco_ios import ap_tags, effective, wireless_bands, wireless_policy
from auditor.platforms.cisco_ios.ap_tags import ApTags
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.wireless_bands import WirelessBand
from auditor.platforms.cisco_ios.wireless_names import mapping, plain, wlan_head
from auditor.platforms.cisco_ios.wireless_policy import Policy
from auditor.platforms.cisco_ios.wireless_rf import RfTags
from auditor.platforms.cisco_ios.wireless_sites import Sites


@dataclass(frozen=True, slots=True)
class Wlan:
    """One WLAN profile."""

    block: Block
    profile: str
    ssid: Fact[str]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A WLAN as one policy tag gives it to access points; `key` names both, and no two are equal."""

    key: str
    wlan: Wlan
    tag: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Controller:
    """The wireless part of a configuration."""

    config: Config
    wlans: tuple[Wlan, ...]
    mapped: tuple[Mapped, ...]
    policies: dict[str, Policy]
    tags: ApTags
    sites: Sites
    bands: tuple[WirelessBand, ...]
    holes: tuple[Unknown, ...]
    rf: RfTags

    @property
    def unmapped(self) -> Iterator[Mapped]:
        """The WLANs that no policy tag maps: no access point carries them."""
        mapped = {each.wlan.block.head for each in self.mapped}
        nothing = Policy(self.config, "", None, effective.Timers())
        for wlan in self.wlans:
            if wlan.block.head not in mapped:
                yield Mapped(f"{wlan.profile}@", wlan, "", nothing)

    @property
    def blocks(self) -> dict[str, Block]:
        """The blocks of WLANs that a policy tag maps, by their head."""
        return {mapped.wlan.block.head: mapped.wlan.block for mapped in self.mapped}


def controller(config: Config) -> Controller | None:
    """What the configuration says of WLANs, profiles and tags; None if the device is no such controller."""
    return config.once(_controller)


def _controller(config: Config) -> Controller | None:
    blocks = config.blocks("wlan")
    tagged = config.blocks("wireless tag policy")
    if not blocks and not tagged:
        return None
    wlans, holes = _wlans(config, blocks, tags=bool(tagged))
    policies = wireless_policy.read(config, effective.timers(config.reading))
    return Controller(
        config=config,
        wlans=wlans,
        mapped=tuple(_numbered(_mapped(config, wlans, policies, tagged))),
        policies=policies,
        tags=ap_tags.read(config),
        sites=Sites.of(config),
        bands=wireless_bands.read(config),
        holes=(*config.holes(), *holes),
        rf=RfTags.of(config),
    )


def _wlans(config: Config, blocks: tuple[Block, ...], *, tags: bool) -> tuple[tuple[Wlan, ...], list[Unknown]]:
    """The WLANs. What has no policy tag at all, not even the default one, is no Catalyst 9800."""
    found: list[Wlan] = []
    holes: list[Unknown] = []
    for block in blocks:
        head = wlan_head(block.name)
        if head is None:
            holes.append(Unknown(f"cannot read {block.title}", (block.header,), "see `show wlan summary`"))
            continue
        if block.said("client vlan") is not None or not tags:
            why = f"{block.title} is of a switch with converged access, whose WLANs are not read"
            holes.append(Unknown(why, (block.header,), "audit the access points by hand"))
        ssid: Fact[str] = Stated(head.ssid, (block.header,))
        if not head.sure:
            why = f"{block.title} can be read in two ways: names with numbers in them are not quoted"
            ssid = Unknown(why, (block.header,), "see `show wlan summary`")
        found.append(Wlan(block, head.profile, ssid))
    return tuple(found), holes


def _mapped(
    config: Config, wlans: tuple[Wlan, ...], policies: dict[str, Policy], tagged: Iterable[Block]
) -> Iterator[Mapped]:
    by_profile: dict[str, list[Wlan]] = {}
    for wlan in wlans:
        by_profile.setdefault(wlan.profile, []).append(wlan)
    for tag in tagged:
        said = {line.rest: (mapping(line.rest), line.span) for line in tag.lines("wlan")}
        last = {pair[0]: (pair[1], span) for pair, span in said.values() if pair is not None}
        name = plain(tag.name)
        for profile, (policy, span) in last.items():
            used = policies.get(policy) or Policy(config, policy, None, effective.Timers(), span)
            for wlan in by_profile.get(profile, ()):
                yield Mapped(f"{wlan.profile}@{name}", wlan, name, used)


def _numbered(found: Iterable[Mapped]) -> Iterator[Mapped]:
    """Keys that are equal although WLAN and tag differ, as names may hold any character, get a number."""
    seen: Counter[str] = Counter()
    for each in found:
        seen[each.key] += 1
        number = seen[each.key]
        yield each if number == 1 else Mapped(f"{each.key} ({number})", each.wlan, each.tag, each.policy)
