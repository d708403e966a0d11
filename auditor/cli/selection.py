"""Which sites and rules a command is about."""

from collections.abc import Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

from auditor.errors import InventoryError, Mistake, UsageError
from auditor.inventory import DeviceEntry, Inventory, SiteEntry, Words, load
from auditor.platforms import PLATFORMS
from auditor.policies import ReaderClass, load_policy, policy_names
from auditor.rules import Rule, load_rules


def inventory(path: Path) -> Inventory:
    """Load an inventory, with the names of platforms, policies and reader models that exist."""
    if not path.exists():
        raise UsageError(f"there is no inventory {path}; `auditor init` writes one")
    found = load(path, words=words())
    mistakes = tuple(_misspelt(device) for site in found.sites for device in site.devices if _suggestion(device))
    if mistakes:
        raise InventoryError(tuple(dict.fromkeys(mistakes)))
    return found


def words() -> Words:
    """Return the names of policies and reader models that an inventory may use."""
    models = [model for name in policy_names() for model in load_policy(name).models]
    return Words(
        policies=policy_names(),
        models=sorted({model.slug for model in models}),
        mobile_models=sorted({model.slug for model in models if model.reader_class is ReaderClass.MOBILE}),
    )


def _suggestion(device: DeviceEntry) -> str:
    """The platform that was probably meant. A platform that no other is like may be one of a later version."""
    known = [platform.name for platform in PLATFORMS]
    close = [] if device.platform in known else get_close_matches(device.platform, known, n=1)
    return close[0] if close else ""


def _misspelt(device: DeviceEntry) -> Mistake:
    words = f"platform '{device.platform}' is not supported; did you mean '{_suggestion(device)}'?"
    return Mistake(device.span.file, device.span.first, f"devices.{device.name}.platform", words)


def sites(found: Inventory, patterns: Iterable[str]) -> tuple[SiteEntry, ...]:
    """Return the sites that match any of the names or globs (all if none is given)."""
    wanted = tuple(patterns)
    for pattern in wanted:
        if not any(fnmatchcase(site.name, pattern) for site in found.sites):
            names = ", ".join(site.name for site in found.sites[:10])
            raise UsageError(f"no site is called '{pattern}'; sites: {names}")
    return tuple(s for s in found.sites if not wanted or any(fnmatchcase(s.name, pattern) for pattern in wanted))


def rules(patterns: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules that match any of the names or globs (all if none is given)."""
    wanted = tuple(patterns)
    for pattern in wanted:
        if not any(fnmatchcase(rule.id, pattern) for rule in load_rules()):
            raise UsageError(f"no rule is called '{pattern}'; `auditor rules` lists them")
    return tuple(rule for rule in load_rules() if not wanted or any(fnmatchcase(rule.id, p) for p in wanted))


def sites_of(found: Inventory) -> dict[str, tuple[str, ...]]:
    """Return, for each shared device, all sites that use it."""
    return {
        device.name: tuple(site.name for site in found.sites if any(d.key == device.key for d in site.devices))
        for device in found.shared
    }
