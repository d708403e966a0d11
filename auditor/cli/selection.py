"""Which sites and rules a command is about."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from auditor.errors import UsageError
from auditor.inventory import Inventory, SiteEntry, Words, load
from auditor.platforms import PLATFORMS
from auditor.policies import load_policy, policy_names
from auditor.rules import Rule, load_rules


def inventory(path: Path) -> Inventory:
    """Load an inventory, with the names of platforms, policies and reader models that exist."""
    if not path.exists():
        raise UsageError(f"there is no inventory {path}; `auditor init` writes one")
    models = {model.slug for name in policy_names() for model in load_policy(name).models}
    words = Words(
        platforms=tuple(known.name for known in PLATFORMS), policies=policy_names(), models=tuple(sorted(models))
    )
    return load(path, words=words)


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
