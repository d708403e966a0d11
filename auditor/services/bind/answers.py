"""What a BIND answers itself, or changes: zones of its own, response policy zones, plug-ins.

Source: BIND 9 ARM, zone types, response-policy, deny-answer-aliases, plugin.
"""

from collections.abc import Iterator

from auditor.model import Blocklist, Fact, Listed, LocalAnswer, Stated, Unknown
from auditor.services.bind.settings import Item, Settings
from auditor.services.bind.views import View
from auditor.services.reading import Reading, printable

_TEST = "look the test name up from a POS"
_OWN = frozenset({"master", "primary", "slave", "secondary"})
# What says itself nothing about names: the root servers, a copy of a zone to ask, ends of delegations, other answers
# for names that do not exist.
_HARMLESS = frozenset({"hint", "mirror", "delegation-only", "redirect", "forward", "stub", "static-stub"})
_NO_POLICY = frozenset({"disabled", "passthru", "no-op"})
_ACTING = {
    "dlz": "answers from a database",
    "dyndb": "takes zones from a database",
    "catalog-zones": "takes zones from a catalogue",
}


def zone_name(zone: Item) -> str:
    """The name of a zone without its last dot; `.` is the root."""
    return zone.argument.rstrip(".").lower() or "."


def type_of(zone: Item) -> str:
    """`forward`, `primary` and the like, '' without one."""
    found = zone.last("type")
    return found.argument.lower() if found is not None else ""


def local_answers(settings: Settings, view: View) -> Listed[LocalAnswer]:
    """Zones that are answered here and not asked for, with all names below them."""
    found = []
    holes = [*settings.holes, *_holes(settings, view)]
    for zone in view.zones:
        name, kind = zone_name(zone), type_of(zone)
        word = f"zone {printable(name)}"
        if kind in _HARMLESS or (name == "." and kind not in _OWN):
            continue
        if name == ".":
            holes.append(Unknown("BIND answers from a root zone of its own", (zone.span,), _TEST))
            continue
        fact: Fact[str] = Stated(f"{word} {printable(kind)}".strip(), (zone.span,))
        if kind not in _OWN and zone.last("in-view") is None:
            fact = Unknown(f"what a zone of type '{printable(kind)}' answers is not known", (zone.span,), _TEST)
        found.append(LocalAnswer(word, name, None, fact, foremost=True))
    return Listed(tuple(found), tuple(holes))


def _holes(settings: Settings, view: View) -> Iterator[Unknown]:
    for keyword, does in _ACTING.items():
        for item in (*view.all(keyword), *settings.all(keyword)):
            yield Unknown(f"BIND {does} ({keyword}), which was not read", (item.span,), _TEST)
    added = view.last("allow-new-zones")
    if added is not None and _is_yes(added.argument):
        yield Unknown("zones may have been added to BIND with rndc", (added.span,), _TEST)
    for plugin in plugins(settings, view):
        if not _is_filter(plugin, "filter-a", "filter-aaaa"):
            yield Unknown("a plug-in of BIND may change answers", (plugin.span,), _TEST)
    aliases = view.last("deny-answer-aliases")
    if aliases is not None:
        yield Unknown("BIND drops answers that are aliases for some domains", (aliases.span,), _TEST)
    for secure in view.all("dnssec-must-be-secure"):
        if _is_yes(secure.words[-1]):
            yield Unknown("BIND drops answers of some domains that are not signed", (secure.span,), _TEST)
    policy = view.last("response-policy")
    if policy is not None and any(_applies(zone) for zone in policy.block):
        why = "response policy zones of BIND change answers by lists that are not read"
        yield Unknown(why, (policy.span,), _TEST)


def _is_yes(text: str) -> bool:
    return text.lower() in ("yes", "true", "1")


def plugins(settings: Settings, view: View) -> tuple[Item, ...]:
    """`plugin query …` of a view; those outside of views are for a BIND without views."""
    own = view.own.all("plugin") if view.own is not None else ()
    return (*own, *settings.all("plugin"))


def _is_filter(plugin: Item, *names: str) -> bool:
    library = next((word for word in plugin.words[1:] if ".so" in word), "").rpartition("/")[2]
    return library.partition(".")[0] in names


def drops_ipv4(reading: Reading, settings: Settings, view: View) -> Fact[bool]:
    """A plug-in may withhold A records, depending on the client."""
    for plugin in plugins(settings, view):
        if _is_filter(plugin, "filter-a"):
            return Unknown("plug-in filter-a withholds A records from some clients", (plugin.span,), _TEST)
    return reading.default("bind.a-records", lambda _: False, *view.spans)


def _applies(zone: Item) -> bool:
    """`policy disabled` and the like keep a policy zone from doing anything."""
    policy = zone.behind("policy")
    return not (isinstance(policy, str) and policy.lower() in _NO_POLICY)


def blocklists(device: str, key: str, view: View) -> Iterator[Blocklist]:
    """Response policy zones, each of which is a list from elsewhere."""
    policy = view.last("response-policy")
    for zone in policy.block if policy is not None else ():
        name = printable(zone.argument.rstrip(".").lower())
        applies = Stated(_applies(zone), (zone.span,))
        yield Blocklist(device, f"{key}/{name}", "a response policy zone of BIND", applies)
