"""Reads the key `sources:` of an inventory and asks each source for its devices."""

import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import translate
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from auditor.credentials import Agent, CredentialRef, KeyFile
from auditor.errors import AuditorError
from auditor.inventory import formats
from auditor.inventory.document import Items, Node, Text
from auditor.inventory.fields import Fields, as_fields
from auditor.inventory.formats import Format, Wrong
from auditor.inventory.logins import SECRETS, read_credentials
from auditor.inventory.mistakes import Mistakes, Spot
from auditor.inventory.sources.ansible import AnsibleSource
from auditor.inventory.sources.devices import SourcedDevice, SourceError
from auditor.inventory.sources.hosts import Choices, Host, as_devices
from auditor.inventory.sources.netbox import DEVICES, MACHINES, NetBoxSource
from auditor.inventory.sources.nornir import NornirSource
from auditor.secrets import Secret

Reveal = Callable[[CredentialRef], Secret]
_KINDS = ("ansible", "nornir", "netbox")
_SOURCE = "a mapping with one of: " + ", ".join(_KINDS)


def _pattern(text: str) -> str:
    if not text.isprintable() or not 1 <= len(text) <= 200:
        raise Wrong
    re.compile(translate(text))
    return text


def _url(text: str) -> str:
    parts = urlsplit(text)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or not text.isprintable() or parts.query or parts.fragment:
        raise Wrong
    if "@" in parts.netloc:
        raise Wrong("a login does not stand in an address; name the token under `token`")
    if parts.scheme == "http" and not _is_loopback(host):
        raise Wrong("over http:// the token could be read on the way; write https://")
    return text.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _platform(text: str) -> str:
    if re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", text) is None or len(text) > 64:
        raise Wrong
    return text


def _one_of(*words: str) -> Format[str]:
    def parse(text: str) -> str:
        if text not in words:
            raise Wrong
        return text

    return Format("one of: " + ", ".join(words), parse)


_PATTERN = Format("a name or a pattern like shop_*", _pattern)
_URL = Format("an address like https://netbox.example.net", _url, private=True)
_PLATFORM = Format("one of our platforms", _platform)


def read_sources(
    node: Node, path: str, mistakes: Mistakes, *, base: Path, reveal: Reveal | None
) -> Iterator[SourcedDevice]:
    """Yield the devices of all sources in their order.

    Relative paths begin at `base`. `reveal` gives the token of NetBox; without it NetBox is not asked, which is a
    mistake. What is wrong goes to `mistakes`, each with its own file; where nothing more can be read,
    `InventoryError` is raised with all of them.
    """
    nodes = node.nodes if isinstance(node, Items) else (node,)
    for number, each in enumerate(nodes, start=1):
        place = f"{path}[{number}]" if isinstance(node, Items) else path
        fields = as_fields(each, place, _SOURCE, mistakes)
        if fields is None:
            continue
        named = [key for key in _KINDS if fields.has(key)]
        if len(named) != 1:
            mistakes.add(each, place, f"expected {_SOURCE}")
            continue
        choices = _choices(fields, by_itself=named[0] == "netbox")
        match named[0]:
            case "ansible":
                hosts = _ansible(fields, base)
            case "nornir":
                hosts = _nornir(fields, base)
            case _:
                hosts = _netbox(fields, reveal)
        fields.finish()
        if hosts is None or choices is None:
            continue
        try:
            yield from as_devices(hosts, choices, mistakes, Spot(each.line, each.column), place)
        except SourceError as error:
            fields.wrong(named[0], str(error))


def _choices(fields: Fields, *, by_itself: bool) -> Choices | None:
    """Read the keys of every source; None if it cannot be told how a site is found."""
    site = fields.fields("site", "{group: PATTERN} or {var: NAME}")
    group = variable = None
    if site is not None:
        group, variable = site.scalar("group", _PATTERN), site.scalar("var", formats.NAME)
        site.finish()
        if len(site.table.entries) != 1:
            fields.wrong("site", "expected {group: PATTERN} or {var: NAME}")
    elif not by_itself:
        fields.wrong("site", "`site` is missing: {group: PATTERN} or {var: NAME} says to which site a host belongs")
        for key in ("shared", "only", "skip", "platforms", "roles"):
            fields.node(key)
        return None
    return Choices(
        site_group=group,
        site_variable=variable,
        shared=fields.scalars("shared", _PATTERN) or (),
        only=fields.scalars("only", _PATTERN) or (),
        skip=fields.scalars("skip", _PATTERN) or (),
        platforms=_words(fields, "platforms", _PLATFORM),
        roles=_words(fields, "roles", formats.LINE),
    )


def _words(fields: Fields, key: str, form: Format[str]) -> dict[str, str]:
    inside = fields.fields(key, "a mapping from their words to ours")
    if inside is None:
        return {}
    found = {word: value for word in inside.table.entries if (value := inside.scalar(word, form)) is not None}
    inside.finish()
    return found


def _ansible(fields: Fields, base: Path) -> Iterable[Host] | None:
    paths = fields.scalars("ansible", formats.PATH)
    return AnsibleSource(tuple(base / path for path in paths), fields.mistakes).hosts() if paths else None


def _nornir(fields: Fields, base: Path) -> Iterable[Host] | None:
    """Read a directory with the three files, or the options of the plugin that name them."""
    node = fields.node("nornir")
    names = {"host_file": "hosts.yaml", "group_file": "groups.yaml", "defaults_file": "defaults.yaml"}
    if isinstance(node, Text):
        folder = fields.scalar("nornir", formats.PATH)
        if folder is None:
            return None
        hosts, groups, defaults = (base / folder / name for name in names.values())
    else:
        inside = fields.fields("nornir", "a directory, or a mapping with host_file, group_file and defaults_file")
        if inside is None:
            return None
        stated = {key: inside.scalar(key, formats.PATH) for key in names}
        hosts, groups, defaults = (base / (stated[key] or name) for key, name in names.items())
        inside.finish()
    return NornirSource(hosts, groups, defaults, fields.mistakes).hosts()


def _netbox(fields: Fields, reveal: Reveal | None) -> Iterable[Host] | None:
    url = fields.scalar("netbox", _URL)
    credential = read_credentials(fields, "token", SECRETS)
    kinds = fields.scalars("objects", _one_of(DEVICES, MACHINES)) or (DEVICES, MACHINES)
    inside = fields.fields("filter", "a mapping of filters of NetBox's API, such as {tag: shops}")
    filters = {}
    if inside is not None:
        for key in inside.table.entries:
            filters[key] = list(inside.scalars(key, formats.LINE) or ())
        inside.finish()
    if isinstance(credential, Agent | KeyFile):
        fields.wrong("token", f"expected {SECRETS}")
        return None
    if url is None:
        return None
    token: Secret | None = None
    if credential is not None:
        if reveal is None:
            fields.wrong("netbox", "this command asks no other server; without a connection it cannot be checked")
            return None
        try:
            token = reveal(credential)
        except AuditorError as error:
            fields.wrong("token", str(error))
            return None
    fields.mistakes.asked(url)
    return NetBoxSource(url, token, filters, kinds).hosts()
