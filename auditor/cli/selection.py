"""Which sites, devices and rules a command is about."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from fnmatch import translate
from pathlib import Path
from shlex import quote

import typer

from auditor.cli.revealing import reveal
from auditor.errors import InventoryError, Mistake, UsageError
from auditor.inventory import DeviceEntry, Inventory, SiteEntry, Words
from auditor.inventory.load import merge, read_inventory
from auditor.inventory.merging import Merging
from auditor.platforms import PLATFORMS
from auditor.platforms import platform as known_platform
from auditor.policies import ReaderClass, load_policy, policy_names
from auditor.report.text import visible
from auditor.rules import Rule, load_rules

_FEW = 10
_LEFT_OUT = "!"
_KEYS = re.compile(rb"^[{ ]*[\"']?(sites|sites_from|sources)[\"']?[ ]*:", re.MULTILINE)
_YAML = (".yaml", ".yml")
_BEGINNING = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for: names and globs of each kind, `!name` for what is left out.

    Several of one kind are alternatives, kinds must all hold, and a kind that is not named lets everything pass.
    Groups are those of a site; a tag counts for a device if it, its site or a group of its site has it. A device goes
    by its name (`gw`), and by that of its site before it (`lyon-01/gw`).
    """

    sites: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """How it is typed, with a blank before it: ` --site lyon-01 --tag pilot`."""
        return "".join(
            f" --{each.name.removesuffix('s')} {quote(pattern)}"
            for each in fields(self)
            for pattern in getattr(self, each.name)
        )

    def of(self, found: Inventory) -> "Chosen":
        """Return what it leaves; `UsageError` where a name or a glob fits nothing, or nothing is left."""
        chosen = tuple(_chosen(found, _Kinds.read(self, found)))
        if not chosen:
            raise UsageError(f"nothing fits all of{self.words}; several kinds of options must all hold")
        return Chosen(tuple(whole for whole, _ in chosen), tuple(part for _, part in chosen))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a selection leaves of an inventory.

    `sites` have all their devices, because a verdict needs them all; `narrowed` are the same sites with those devices
    alone that fit.
    """

    sites: tuple[SiteEntry, ...]
    narrowed: tuple[SiteEntry, ...]


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Names and globs of one kind, as two patterns; `given` is how many were typed."""

    wanted: re.Pattern[str] | None
    unwanted: re.Pattern[str] | None

    @classmethod
    def read(cls, typed: tuple[str, ...], names: Callable[[], Iterable[str]], complaint: str) -> "_Patterns":
        """Read what was typed; each must fit one of the `names` that there are."""
        if typed:
            known = dict.fromkeys(names())
            for each in typed:
                _check(each.removeprefix(_LEFT_OUT), known, complaint)
        out = [each.removeprefix(_LEFT_OUT) for each in typed if each.startswith(_LEFT_OUT)]
        return cls(_any_of([each for each in typed if not each.startswith(_LEFT_OUT)]), _any_of(out))

    def take(self, names: Iterable[str]) -> bool:
        """Say whether something that goes by all these names is meant."""
        if self.wanted is None and self.unwanted is None:
            return True
        listed = tuple(names)
        if self.unwanted is not None and any(map(self.unwanted.match, listed)):
            return False
        return self.wanted is None or any(map(self.wanted.match, listed))


@dataclass(frozen=True, slots=True)
class _Kinds:
    site: _Patterns
    group: _Patterns
    tag: _Patterns
    device: _Patterns
    platform: _Patterns

    @classmethod
    def read(cls, asked: Selection, found: Inventory) -> "_Kinds":
        sites = found.sites
        devices = [(site, device) for site in sites for device in site.devices]
        return cls(
            _Patterns.read(asked.sites, lambda: (s.name for s in sites), "no site is called"),
            _Patterns.read(asked.groups, lambda: (g for s in sites for g in s.groups), "no site is in a group called"),
            _Patterns.read(
                asked.tags, lambda: (tag for s in sites for tag in _all_tags(s)), "no site and no device has the tag"
            ),
            _Patterns.read(asked.devices, lambda: (n for s, d in devices for n in _names(s, d)), "no device is called"),
            _Patterns.read(
                asked.platforms, lambda: (d.platform for _, d in devices), "no device of the inventory has the platform"
            ),
        )

    def fits(self, site: SiteEntry, device: DeviceEntry) -> bool:
        return (
            self.tag.take((*site.tags, *device.tags))
            and self.device.take(_names(site, device))
            and self.platform.take((device.platform,))
        )

    def fits_without_devices(self, site: SiteEntry) -> bool:
        """Whether a site that has no devices is meant."""
        return self.tag.take(site.tags) and self.device.wanted is None and self.platform.wanted is None


def _chosen(found: Inventory, kinds: _Kinds) -> Iterator[tuple[SiteEntry, SiteEntry]]:
    for site in found.sites:
        if not (kinds.site.take((site.name,)) and kinds.group.take(site.groups)):
            continue
        devices = tuple(device for device in site.devices if kinds.fits(site, device))
        if devices or (not site.devices and kinds.fits_without_devices(site)):
            yield site, site if len(devices) == len(site.devices) else replace(site, devices=devices)


def _names(site: SiteEntry, device: DeviceEntry) -> tuple[str, ...]:
    return (device.name, f"{site.name}/{device.name}")


def _all_tags(site: SiteEntry) -> Iterator[str]:
    yield from site.tags
    for device in site.devices:
        yield from device.tags


def _any_of(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(translate, patterns))) if patterns else None


def _check(pattern: str, known: Iterable[str], complaint: str) -> None:
    """Raise `UsageError` with names that are like it if a name or a glob fits nothing."""
    matcher = re.compile(translate(pattern))
    names = list(known)
    if any(map(matcher.match, names)):
        return
    close = get_close_matches(pattern, names, n=3)
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are: {', '.join(names[:_FEW]) or 'none'}{more}"
    raise UsageError(f"{complaint} '{pattern}'; {hint}")


# -- what the target of a command is ---------------------------------------------------------------------------


def is_inventory(target: Path) -> bool:
    """Whether a file is an inventory, and not a saved configuration.

    An inventory names sites at its top level. One that only includes others is known by the ending of its name, since
    Unbound's configuration begins with `include:` as well.
    """
    if not target.is_file():
        return not target.exists() and target.suffix in _YAML
    with target.open("rb") as file:
        beginning = file.read(_BEGINNING)
    return bool(_KEYS.search(beginning)) or (target.suffix in _YAML and b"include:" in beginning)


def saved_platform(target: Path, platforms: tuple[str, ...]) -> str | None:
    """Return the platform of a saved configuration; None if the target is an inventory, of which platforms select."""
    if not platforms or is_inventory(target):
        return None
    if len(platforms) > 1:
        typed = ", ".join(platforms)
        raise UsageError(f"{target} is no inventory, and a saved configuration has one --platform, not {typed}")
    return known_platform(platforms[0]).name


# -- loading ---------------------------------------------------------------------------------------------------


def inventory(path: Path) -> Inventory:
    """Load an inventory, with the names of platforms, policies and reader models that exist.

    What other inventories state and this program leaves out is said once on standard error, whatever is printed else.
    """
    found = merged(path)[0]
    for note in found.notes:
        typer.echo(f"warning: {visible(note)}", err=True)
    return found


def merged(path: Path) -> tuple[Inventory, Merging]:
    """Load an inventory, with the layers that it was made of."""
    if not path.exists():
        raise UsageError(f"there is no inventory {path}; `auditor init` writes one")
    found, merging = merge(read_inventory(path), path, words=words(), reveal=reveal)
    suggested = _Suggestions()
    mistakes = tuple(suggested.misspelt(device) for site in found.sites for device in site.devices if suggested(device))
    if mistakes:
        raise InventoryError(tuple(dict.fromkeys(mistakes)))
    return found, merging


def words() -> Words:
    """Return the names of policies and reader models that an inventory may use."""
    models = [model for name in policy_names() for model in load_policy(name).models]
    return Words(
        policies=policy_names(),
        models=sorted({model.slug for model in models}),
        mobile_models=sorted({model.slug for model in models if model.reader_class is ReaderClass.MOBILE}),
    )


@dataclass(frozen=True, slots=True)
class _Suggestions:
    """The platform that was probably meant, by word. One that no other is like may be one of a later version."""

    _by_word: dict[str, str] = field(default_factory=dict)

    def __call__(self, device: DeviceEntry) -> str:
        if device.platform not in self._by_word:
            known = [platform.name for platform in PLATFORMS]
            close = [] if device.platform in known else get_close_matches(device.platform, known, n=1)
            self._by_word[device.platform] = close[0] if close else ""
        return self._by_word[device.platform]

    def misspelt(self, device: DeviceEntry) -> Mistake:
        words = f"platform '{device.platform}' is not supported; did you mean '{self(device)}'?"
        return Mistake(device.span.file, device.span.first, f"devices.{device.name}.platform", words)


def sites(found: Inventory, patterns: Iterable[str]) -> tuple[SiteEntry, ...]:
    """Return the sites that match any of the names or globs (all if none is given)."""
    return Selection(sites=tuple(patterns)).of(found).sites


def rules(patterns: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules that match any of the names or globs (all if none is given), without those left out."""
    known = load_rules()
    wanted = _Patterns.read(tuple(patterns), lambda: (rule.id for rule in known), "no rule is called")
    chosen = tuple(rule for rule in known if wanted.take((rule.id,)))
    if not chosen:
        raise UsageError("the rules that are left out are all that there are")
    return chosen


def sites_of(found: Inventory) -> dict[str, tuple[str, ...]]:
    """Return, for each shared device, all sites that use it."""
    users: dict[str, list[str]] = {device.key: [] for device in found.shared}
    for site in found.sites:
        for key in dict.fromkeys(device.key for device in site.devices if device.shared):
            users.setdefault(key, []).append(site.name)
    return {device.name: tuple(users[device.key]) for device in found.shared}
