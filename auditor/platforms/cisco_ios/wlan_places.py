"""Where the settings of a BSS of a wireless controller stand, and which other BSSs have them too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Bss, Device
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.changes import Texts
from auditor.platforms.cisco_ios.config import RUNNING, Config
from auditor.platforms.cisco_ios.wireless_controller import Controller, Mapped, controller
from auditor.platforms.cisco_ios.wlan import GIVEN_BY
from auditor.profiles import load_profile
from auditor.services.base import NotPossible
from auditor.services.reading import Reading, printable


@dataclass(frozen=True, slots=True)
class Place:
    """One BSS and the WLAN, tag and policy profile that it comes from."""

    config: Config
    bss: Bss
    mapped: Mapped
    others: tuple[tuple[Bss, Mapped], ...]

    @property
    def path(self) -> tuple[str, ...]:
        """The block of the WLAN; refused where its head cannot be entered as it is shown."""
        block = self.mapped.wlan.block
        return _enterable(block, self.mapped.wlan.profile)

    @property
    def policy_path(self) -> tuple[str, ...]:
        """The block of the policy profile, likewise."""
        policy = self.mapped.policy
        if policy.block is None:
            raise NotPossible(policy.missing.why, "make the policy profile, or correct its name in the policy tag")
        return _enterable(policy.block, policy.name)

    def of_wlan(self) -> tuple[Bss, ...]:
        """The other BSSs of the same WLAN, in all bands and policy tags."""
        return tuple(bss for bss, mapped in self.others if mapped.wlan is self.mapped.wlan)

    def of_policy(self) -> tuple[Bss, ...]:
        """The other BSSs with the same policy profile."""
        return tuple(bss for bss, mapped in self.others if mapped.policy.name == self.mapped.policy.name)


def _enterable(block: Block, name: str) -> tuple[str, ...]:
    """Some releases show names with blanks without quotes; the command needs them."""
    if " " in name and f'"{name}"' not in block.head:
        why = f"the name '{printable(name)}' holds blanks, and the configuration shows it without quotes"
        raise NotPossible(why, f'enter the block by hand, with the name in quotes: "{printable(name)}"')
    return block.path


def place_of(texts: Texts, device: Device, key: str) -> Place | None:
    """Find a BSS of a controller by its key; None if it is none."""
    found = scene_of(texts, device)
    bsses = {bss.key: bss for bss in device.bsses if bss.given_by == GIVEN_BY}
    if found is None or key not in bsses:
        return None
    by_key = {mapped.key: mapped for mapped in found.mapped}
    pairs = [(bss, by_key[name]) for bss in bsses.values() if (name := bss.key.rpartition(" ")[0]) in by_key]
    here = next((pair for pair in pairs if pair[0].key == key), None)
    if here is None:
        return None
    return Place(found.config, *here, tuple(pair for pair in pairs if pair[0].key != key))


def scene_of(texts: Texts, device: Device) -> Controller | None:
    """The WLANs, profiles and tags of a configuration; None if the device is no wireless controller."""
    file = CapturedFile(RUNNING, texts.document.text, Kind.CONFIGURATION)
    # Only its text matters here.
    capture = Capture(device.name, device.platform, (file,), (), datetime(1970, 1, 1, tzinfo=UTC), False, "")
    return controller(Config.of(Reading(capture, load_profile(device.platform)), device.version))


def nobody_else(shared: Iterable[Bss], allowed: Iterable[str], what: str) -> None:
    """Refuse a change that would reach a BSS which the intent does not name."""
    strangers = [bss.key for bss in shared if bss.key not in frozenset(allowed)]
    if strangers:
        names = ", ".join(map(printable, strangers[:5])) + (" …" if len(strangers) > 5 else "")
        raise NotPossible(f"{what} also serves {names}", f"make a {what} of its own for the readers' WLAN")
