"""`/interface list`: which interfaces the lists name that filters, NAT and bridges use.

Members of included lists come first, those of excluded lists go, and then the list's own members come (MikroTik's
manual, "Interface Lists"). `all` and `static` are built in and hold every configured interface; `none` holds none, and
`dynamic` those that something makes at run time, which carry no network of their own here.
"""

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.routeros import network_links
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.services.reading import printable

_EVERYTHING = ("all", "static")
_NOTHING = ("none", "dynamic")
_FILLED = ("wan-interface-list", "lan-interface-list", "internet-interface-list")
_AT_RUN_TIME = (
    ("caps-man datapath", ("interface-list",)),
    ("caps-man configuration", ("datapath.interface-list",)),
    ("interface wifi datapath", ("interface-list",)),
    ("interface wifi configuration", ("datapath.interface-list",)),
    ("interface wifi", ("datapath.interface-list",)),
)
"""Where interfaces that appear at run time are given a list."""
_DEEPEST = 16


def members(config: Config, name: str) -> Fact[frozenset[str]]:
    """Return the names of the interfaces in a list, dynamic ones of Wi-Fi managers and PPP servers apart."""
    return _members(config, name, ())


def _members(config: Config, name: str, within: tuple[str, ...]) -> Fact[frozenset[str]]:
    if name in _NOTHING:
        return Stated(frozenset(), ())
    if name in _EVERYTHING:
        return Stated(frozenset(network_links.read(config).names), ())
    holes = config.holes("interface list", "interface list member")
    if holes:
        return holes[0]
    item = config.named("interface list", name)
    if item is None:
        return Unknown(f"interface list {printable(name)} is nowhere defined", settle="correct the list's name")
    if name in within or len(within) > _DEEPEST:
        return Unknown(f"interface list {printable(name)} includes itself", (item.header,), "correct the lists")
    unknown = _filled(config, name)
    if unknown is not None:
        return unknown
    found: set[str] = set()
    spans: list[Span] = [*config.span(item, "name")]
    for how in ("include", "exclude"):
        for word, span in config.words(item, how):
            other = _members(config, word, (*within, name))
            if isinstance(other, Unknown):
                return other
            found = found | other.value if how == "include" else found - other.value
            spans += [span, *other.spans]
    for member in config.items("interface list member"):
        spans += _own(config, member, name, found)
    return Stated(frozenset(found), tuple(dict.fromkeys(spans)))


def _own(config: Config, member: Item, name: str, found: set[str]) -> tuple[Span, ...]:
    """Add the interface of an entry that belongs to the list; a reference to what was deleted (`*7`) names nothing."""
    if config.text(member, "list") != name:
        return ()
    interface, enabled = config.text(member, "interface") or "", config.enabled(member)
    if isinstance(enabled, Unknown) or not enabled.value or not interface or interface.startswith("*"):
        return ()
    found.add(interface)
    return config.span(member, "interface", "list")


def _filled(config: Config, name: str) -> Unknown | None:
    """Why more interfaces may be in a list than the export says."""
    detect = config.settings("interface detect-internet")
    for key in _FILLED:
        if detect is not None and config.text(detect, key) == name:
            why = f"RouterOS fills interface list {printable(name)} by itself (detect-internet)"
            return Unknown(why, config.span(detect, key), "set the list in /interface detect-internet to none")
    for menu, keys in _AT_RUN_TIME:
        for item in config.items(menu):
            for key in keys:
                if item.text(key) == name:
                    why = f"Wi-Fi interfaces join interface list {printable(name)} when they appear"
                    return Unknown(why, config.span(item, key), "give those interfaces a list of their own")
    return None
