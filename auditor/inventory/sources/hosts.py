"""Hosts of another inventory before they are ours: which site they belong to, and what their words mean."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from auditor.inventory.document import SECRET_KEYS, Text
from auditor.inventory.mistakes import Mistakes, Spot, printable, shown
from auditor.inventory.sources.devices import SourcedDevice
from auditor.inventory.sources.words import platform_of

_NO_NAME = re.compile(r"[^\w.-]+")
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Value:
    """A text with the file in which it stands."""

    text: Text
    file: str


@dataclass(frozen=True, slots=True)
class Host:
    """One host as another inventory states it, merged; `keys` are those of our devices, `site` None: not stated."""

    name: str
    file: str
    line: int
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    site: str | None = None
    keys: Mapping[str, Value] = field(default_factory=dict)
    site_keys: Mapping[str, Text] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choices:
    """What `sources` says about every kind of source; patterns are shell patterns of groups, tags and roles.

    `site_group` and `site_variable` say how a host's site is found; where both are None the source knows it.
    """

    site_group: str | None = None
    site_variable: str | None = None
    shared: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    platforms: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)


def as_devices(
    hosts: Iterable[Host], choices: Choices, mistakes: Mistakes, where: Spot, path: str
) -> Iterator[SourcedDevice]:
    """Turn hosts into devices of sites; those that belong nowhere are one mistake at `where`, never lost."""
    lost: list[str] = []
    names: dict[tuple[str, str], str] = {}
    for host in hosts:
        words = (*host.groups, *host.tags)
        if (choices.only and not _any(words, choices.only)) or _any(words, choices.skip):
            continue
        at = Spot(host.line)
        site: str | None = ""
        if not _any(words, choices.shared):
            site = _site_of(host, choices, mistakes)
        if site is None:
            lost.append(host.name)
            continue
        name, site = as_name(host.name), as_name(site)
        if not name or len(name) > 64 or len(site) > 64:
            mistakes.of(host.file).add(at, path, f"the name {shown(host.name)} cannot be one of a device or site here")
            continue
        other = names.setdefault((site, name), host.name)
        if other != host.name:
            mistakes.of(host.file).add(at, path, f"{shown(other)} and {shown(host.name)} would both be called {name}")
            continue
        yield _device(host, name, site, choices)
    if lost:
        listed = ", ".join(map(shown, lost[:_NAMED])) + (" …" if len(lost) > _NAMED else "")
        how = "`site: {group: …}` or `site: {var: …}` finds it, `shared`, `only` and `skip` name groups or tags"
        mistakes.add(where, path, f"{len(lost)} hosts belong to no site: {listed}; {how}")


def as_name(text: str) -> str:
    """Make a name of ours: what may not stand in one becomes a hyphen."""
    return _NO_NAME.sub("-", text.strip()).strip("-.")


def is_secret(name: str) -> bool:
    """Whether a variable's name says that it holds a secret."""
    lowered = name.lower().replace("-", "_")
    return lowered in SECRET_KEYS or bool(SECRET_KEYS.intersection(lowered.split("_"))) or "vault" in lowered


def _device(host: Host, name: str, site: str, choices: Choices) -> SourcedDevice:
    keys = {key: value.text for key, value in host.keys.items()}
    files = {key: printable(value.file) for key, value in host.keys.items() if value.file != host.file}
    if "platform" in keys:
        keys["platform"] = _instead(keys["platform"], platform_of(keys["platform"].value, choices.platforms))
    roles = [role for word, role in choices.roles.items() if _any((*host.groups, *host.tags), (word,))]
    if roles:
        keys["roles"] = Text(" ".join(dict.fromkeys(roles)), False, host.line, 1, host.line)
        files.pop("roles", None)
    return SourcedDevice(
        name=name,
        site=site,
        groups=tuple(filter(None, map(as_name, host.groups))),
        tags=tuple(filter(None, map(as_name, host.tags))),
        keys=keys,
        site_keys=host.site_keys,
        variables={key: value for key, value in host.variables.items() if not is_secret(key)},
        file=printable(host.file),
        line=host.line,
        files=files,
    )


def _site_of(host: Host, choices: Choices, mistakes: Mistakes) -> str | None:
    if choices.site_variable is not None:
        return host.variables.get(choices.site_variable) or None
    if choices.site_group is None:
        return host.site or None
    found = [group for group in host.groups if fnmatchcase(group, choices.site_group)]
    if len(found) > 1:
        several = " and ".join(map(shown, found[:2]))
        mistakes.of(host.file).add(Spot(host.line), shown(host.name)[1:-1], f"belongs to two sites, {several}")
    return found[0] if found else None


def _any(words: Iterable[str], patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(word, pattern) for word in words for pattern in patterns)


def _instead(text: Text, value: str) -> Text:
    return Text(value, False, text.line, text.column, text.last)
