"""Site tags of a Catalyst 9800: whether access points bring frames to the controller or put them on their own port.

An access point whose site tag is no local site works in FlexConnect mode; there a policy profile with `no central
switching` leaves frames in the VLAN of the access point's own port. Source: Cisco, "Understand FlexConnect on Catalyst
9800 Wireless Controllers"; YANG, Cisco-IOS-XE-wireless-site-cfg (is-local-site) and -flex-cfg (native-vlan-id).
"""

from dataclasses import dataclass

from auditor.model import Fact, Unknown, combine, known_like
from auditor.platforms.cisco_ios.ap_tags import ApTags
from auditor.platforms.cisco_ios.blocks import Block, true_false
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.wireless_names import plain
from auditor.platforms.cisco_ios.wireless_policy import Policy, Vlans
from auditor.services.reading import printable

_DEFAULT_FLEX = "default-flex-profile"


@dataclass(frozen=True, slots=True)
class Landing:
    """Where stations enter the network: networks of the controller, or a VLAN at the access point's port."""

    networks: Fact[tuple[str, ...]]
    local_vlan: Fact[int | None] | None


@dataclass(frozen=True, slots=True)
class Sites:
    """The site tags and flex profiles of a configuration by name."""

    config: Config
    tags: dict[str, Block]
    flex: dict[str, Block]

    @classmethod
    def of(cls, config: Config) -> "Sites":
        tags = {plain(block.name): block for block in config.blocks("wireless tag site")}
        flex = {plain(block.name): block for block in config.blocks("wireless profile flex")}
        found = cls(config, tags, flex)
        for name in tags:
            found.is_flex(name)
            found.flex_of(name)
        for block in flex.values():
            block.each("native-vlan-id")
            for named in block.blocks("vlan-name"):
                named.each("vlan-id")
        return found

    def is_flex(self, site: str) -> Fact[bool]:
        """Whether access points of a site tag work in FlexConnect mode."""
        block = self.tags.get(site)
        if block is None:
            return combine(lambda local: not local, self.config.default("wireless tag site.local-site", true_false))
        return combine(lambda local: not local, block.flag("local-site", "wireless tag site.local-site"))

    def flex_of(self, site: str) -> Block | None:
        """The flex profile of a site tag."""
        block = self.tags.get(site)
        line = block.said("flex-profile") if block is not None else None
        return self.flex.get(_DEFAULT_FLEX if line is None or line.no else plain(line.rest))

    def landing(self, policy: Policy, vlans: Vlans, tags: ApTags, tag: str, away: Unknown | None) -> Landing:
        """Where stations of a WLAN land that a policy tag maps to this profile; `away`: why nobody can tell."""
        if away is not None:
            return Landing(away, None)
        central = policy.central()
        if isinstance(central, Unknown):
            return Landing(central, central)
        if central.value:
            return Landing(policy.networks(vlans), None)
        sites = tags.sites(tag)
        if not sites:
            why = f"which sites have the policy tag '{printable(tag)}' is not known, so neither is who switches frames"
            doubt = Unknown(why, central.spans, "capture the output of `show ap tag summary`")
            return Landing(doubt, doubt)
        modes = {site: self.is_flex(site) for site in sites}
        flex: Fact[bool | None] = combine(lambda *on: on[0] if len(set(on)) == 1 else None, *modes.values())
        if isinstance(flex, Unknown):
            return Landing(flex, flex)
        if flex.value is None:
            why = f"sites with the policy tag '{printable(tag)}' switch frames in part locally and in part centrally"
            doubt = Unknown(
                why, (*central.spans, *flex.spans), "give local and FlexConnect sites policy tags of their own"
            )
            return Landing(doubt, doubt)
        if not flex.value:
            return Landing(policy.networks(vlans), None)
        local = self._local(policy, vlans, sites)
        nowhere: Fact[tuple[str, ...]] = known_like((), central, flex)
        return Landing(nowhere, local)

    def _local(self, policy: Policy, vlans: Vlans, sites: tuple[str, ...]) -> Fact[int | None]:
        found = [self._local_at(policy, vlans, site) for site in sites]
        first = found[0]
        if all(isinstance(each, Unknown) or isinstance(first, Unknown) or each.value == first.value for each in found):
            return next((each for each in found if isinstance(each, Unknown)), first)
        why = f"the VLAN of policy profile '{printable(policy.name)}' differs from site to site"
        return Unknown(why, first.spans, "give each site a policy tag of its own")

    def filtered(self, policy: Policy, tags: ApTags, tag: str) -> Unknown | None:
        """What flex profiles say of VLANs but their numbers: access lists at the ports of access points."""
        central = policy.central()
        if not isinstance(central, Unknown) and central.value:
            return None
        for block in (self.flex_of(site) for site in tags.sites(tag)):
            for vlan in block.blocks("vlan-name") if block is not None else ():
                for command in vlan.children():
                    if not command.text.startswith(("vlan-id", "no ")):
                        why = f"'{printable(command.text, 40)}' of {vlan.title} may filter what stations send and get"
                        return Unknown(why, (self.config.span(command),), "look at what it does to the readers")
        return None

    def _local_at(self, policy: Policy, vlans: Vlans, site: str) -> Fact[int | None]:
        """The VLAN at the access point's port; None: untagged, which its native VLAN is."""
        text = policy.vlan_text()
        if isinstance(text, Unknown):
            return text
        flex = self.flex_of(site)
        number = self._named(flex, text.value) or policy.vlan(vlans)
        native = self._native(flex)
        if isinstance(number, Unknown) or isinstance(native, Unknown):
            return number if isinstance(number, Unknown) else native
        untagged = number.value == native.value or text.value in ("1", "default")
        return known_like(None if untagged else number.value, number, native)

    def _named(self, flex: Block | None, name: str) -> Fact[int] | None:
        for block in flex.blocks("vlan-name") if flex is not None else ():
            if plain(block.name) == name:
                return block.stated("vlan-id", int)
        return None

    def _native(self, flex: Block | None) -> Fact[int]:
        entry = "wireless profile flex.native-vlan-id"
        return self.config.default(entry, int) if flex is None else flex.fact("native-vlan-id", int, entry)
