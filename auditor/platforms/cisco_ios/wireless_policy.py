"""Policy profiles of a Catalyst 9800: timers, VLAN, who switches the frames, what a RADIUS server may override.

A policy tag maps a WLAN to a policy profile; one profile can serve many WLANs. Source of defaults and ranges: YANG,
Cisco-IOS-XE-wireless-wlan-cfg (session-timeout 0..86400 s, idle-timeout 15..100000 s).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from auditor.model import Fact, Span, Stated, Unknown, combine, known_like
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.effective import Timers
from auditor.platforms.cisco_ios.wireless_names import plain
from auditor.services.reading import printable

_RADIUS = "declare radius-session, or look at the RADIUS server's policy"
_READ = (
    *("shutdown", "calendar-profile", "session-timeout", "idle-timeout", "idle-threshold", "aaa-override", "vlan"),
    *("central association", "central authentication", "central dhcp", "central switching", "mobility anchor"),
    *("user-private-network", "user-defined-network", "ipv4 acl", "split-mac-acl", "l2-acl", "subscriber-policy-name"),
    *("umbrella-param-map", "url-filter", "urlfilter", "ipv4 dhcp required"),
)
"""What is read of a policy profile, be it that no WLAN uses it."""

_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}\b.*")


class Vlans(Protocol):
    """What WLANs ask of the wired part of the device."""

    def networks_of_vlan(self, vlan: Fact[int]) -> Fact[tuple[str, ...]]:
        """The networks of the device that are this VLAN."""

    def vlan_named(self, name: str) -> Fact[int]:
        """The number of a VLAN that the device knows by a name."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy profile. `block` None: the configuration does not hold it; `named` is the line that asks for it."""

    config: Config
    name: str
    block: Block | None
    shown: Timers
    named: Span | None = None

    @property
    def missing(self) -> Unknown:
        """Why nothing is known of a profile that no line makes."""
        why = f"the policy profile '{printable(self.name)}' is not in the configuration"
        settle = "correct its name in the policy tag, or capture the whole output of `show running-config`"
        return Unknown(why, (self.named or self.config.whole,), settle)

    def enabled(self) -> Fact[bool]:
        """A policy profile is shut until a line says otherwise."""
        if self.block is None:
            return self.missing
        for line in self.block.lines("calendar-profile"):
            why = f"{self._title} is switched on and off by a calendar profile"
            return Unknown(why, (line.span,), "see when the calendar profile has it on")
        return combine(lambda shut: not shut, self.block.flag("shutdown", "wireless profile policy.shutdown"))

    # -- timers ------------------------------------------------------------------------------------------------

    def session_timeout(self, asks_radius: Fact[bool]) -> Fact[timedelta | None]:
        """When every session ends. What 0 means differs by release and security, so it is not decided here."""
        found = self._timer("session-timeout", self.shown.session)
        decided = self._unless_overridden(found, asks_radius, "Session-Timeout")
        if not isinstance(decided, Unknown) and decided.value == timedelta():
            why = f"session-timeout 0 of {self._title}: none, or 24 h, by release and security"
            return Unknown(why, decided.spans, "write session-timeout 86400, the longest there is")
        return decided

    def idle_timeout(self, asks_radius: Fact[bool]) -> Fact[timedelta | None]:
        """After which silence a station is disconnected; with an idle-threshold also one that says little."""
        return self._unless_overridden(self._timer("idle-timeout", self.shown.idle), asks_radius, "Idle-Timeout")

    def _timer(self, command: str, shown: Fact[timedelta] | None) -> Fact[timedelta]:
        if self.block is None:
            return shown or self.missing
        stated = self.block.stated(command, seconds)
        if stated is not None:
            return stated
        return shown or self.block.fact(command, seconds, f"wireless profile policy.{command}")

    def _unless_overridden(
        self, found: Fact[timedelta], asks_radius: Fact[bool], attribute: str
    ) -> Fact[timedelta | None]:
        override = self.overridden(asks_radius)
        if isinstance(override, Unknown):
            return override
        if override.value:
            why = f"the RADIUS server may set {attribute} (aaa-override of {self._title})"
            return Unknown(why, override.spans, _RADIUS)
        return found if isinstance(found, Unknown) else known_like(found.value, found)

    def overridden(self, asks_radius: Fact[bool]) -> Fact[bool]:
        """Whether a RADIUS server may set timers and VLAN: aaa-override, and a server is asked at all."""
        if self.block is None:
            return Stated(False, ())
        if not isinstance(asks_radius, Unknown) and not asks_radius.value:
            return known_like(False, asks_radius)
        override = self.block.flag("aaa-override", "wireless profile policy.aaa-override")
        if not isinstance(override, Unknown) and not override.value:
            return override
        return combine(lambda on, asks: on and asks, override, asks_radius)

    @property
    def _title(self) -> str:
        return self.block.title if self.block is not None else f"policy profile '{printable(self.name)}'"

    # -- where the frames go -----------------------------------------------------------------------------------

    def central(self) -> Fact[bool]:
        """Whether frames come to the controller; `no central switching` counts for access points in FlexConnect."""
        if self.block is None:
            return self.missing
        return self.block.flag("central switching", "wireless profile policy.central switching")

    def elsewhere(self, asks_radius: Fact[bool]) -> Unknown | None:
        """Why stations may land in another network than that of the profile's VLAN."""
        if self.block is None:
            return self.missing
        for line in self.block.lines("mobility anchor"):
            if _ADDRESS.fullmatch(line.rest):
                why = f"stations of {self._title} are taken to an anchor controller"
                return Unknown(why, (line.span,), "audit the anchor controller")
        override = self.overridden(asks_radius)
        if isinstance(override, Unknown):
            return override
        if override.value:
            why = f"the RADIUS server may set the VLAN (aaa-override of {self._title})"
            return Unknown(why, override.spans, "look at the RADIUS server's policy")
        return None

    def vlan(self, vlans: Vlans) -> Fact[int]:
        """The number of the VLAN that the profile names, itself or by a group that holds this VLAN alone."""
        if self.block is None:
            return self.missing
        text = self.vlan_text()
        if isinstance(text, Unknown):
            return text
        number = _number(text.value)
        if number is not None:
            return known_like(number, text)
        group = self._group(text.value)
        if group is not None:
            return group if isinstance(group, Unknown) else known_like(group.value, text, group)
        found = vlans.vlan_named(text.value)
        if isinstance(found, Unknown):
            if text.value == "default":
                return known_like(1, text)
            return Unknown(found.why, (*text.spans, *found.near), found.settle, found.could_be)
        return known_like(found.value, text, found)

    def _group(self, name: str) -> Fact[int] | None:
        """`vlan group POS vlan-list 30,31`: the controller spreads stations over the VLANs of a group."""
        for line in reversed(self.config.top.lines("vlan group")):
            group, found, vids = line.rest.partition(" vlan-list ")
            if plain(group.strip()) != name or not found:
                continue
            number = _number(vids.strip())
            if number is not None:
                return Stated(number, (line.span,))
            why = f"the controller spreads stations over the VLANs {printable(vids, 40)} of group '{printable(name)}'"
            return Unknown(why, (line.span,), "name one VLAN in the policy profile of the readers")
        return None

    def vlan_text(self) -> Fact[str]:
        """Name or number of the VLAN, as the profile says it."""
        if self.block is None:
            return self.missing
        return self.block.fact("vlan", plain, "wireless profile policy.vlan")

    def networks(self, vlans: Vlans) -> Fact[tuple[str, ...]]:
        """The networks of the controller that stations join in central switching.

        For VLAN 1, which is that of a profile without the line, the controller may take the VLAN of its wireless
        management interface. Source: Cisco, "Catalyst 9800 Series Configuration Best Practices", use of VLAN 1.
        """
        number = self.vlan(vlans)
        found = vlans.networks_of_vlan(number)
        if isinstance(number, Unknown) or isinstance(found, Unknown):
            return found
        if number.value == 1 and self.config.top.said("wireless management interface") is not None:
            line = self.config.top.said("wireless management interface")
            assert line is not None
            if line.words[:1] != ("Vlan1",):
                why = f"{self._title} names no VLAN of its own: stations join VLAN 1 or that of wireless management"
                return Unknown(why, number.spans, "name the VLAN of the stations in the policy profile")
        return known_like(found.value, number)

    def filtered(self) -> Fact[bool]:
        """Whether a filter stands between stations and all else; none is followed here."""
        if self.block is None:
            return self.missing
        for command in ("ipv4 acl", "split-mac-acl", "l2-acl", "subscriber-policy-name"):
            for line in self.block.lines(command):
                why = f"'{printable(line.text)}' of {self._title} filters what stations send and get"
                return Unknown(why, (line.span,), "look at what it does to the readers")
            doubt = self.block.unsaid(command)
            if doubt is not None:
                return doubt
        return Stated(False, ())

    def leases_only(self) -> Fact[bool]:
        """Whether stations must get a lease before anything else of them passes."""
        if self.block is None:
            return self.missing
        return self.block.flag("ipv4 dhcp required", "wireless profile policy.ipv4 dhcp required")

    def isolates(self) -> Unknown | None:
        """Why stations may be kept apart by more than peer-blocking."""
        if self.block is None:
            return None
        line = self.block.said("user-private-network") or self.block.said("user-defined-network")
        if line is None or line.no:
            return None
        return Unknown(
            f"{self._title} keeps the devices of different people apart", (line.span,), "look at the profile"
        )


def seconds(text: str) -> timedelta:
    """Read a number of seconds."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise ValueError("no number of seconds")
    return timedelta(seconds=int(text))


def _number(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else 0
    return number if 1 <= number <= 4094 else None


def read(config: Config, shown: Iterable[tuple[str, Timers]]) -> dict[str, Policy]:
    """All policy profiles of the configuration by their name."""
    timers = dict(shown)
    found: dict[str, Policy] = {}
    for block in config.blocks("wireless profile policy"):
        name = plain(block.name)
        for command in _READ:
            block.each(command)
        found[name] = Policy(config, name, block, timers.get(name, Timers()))
    return found
