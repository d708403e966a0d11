"""Intents about HotSpots as edits: bindings that let readers pass, and timers of the users' profiles."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from auditor.intents import BypassPortal, RemovePortalTimers
from auditor.model import Device, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.routeros.changes import Builder, Texts, add_item, combine, set_property, where_of
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.hotspot import SERVERS
from auditor.platforms.routeros.hotspot_access import BINDINGS, bypassed
from auditor.platforms.routeros.hotspot_logins import ALL, USER_PROFILES, Logins, Settings, logins
from auditor.platforms.routeros.hotspot_timers import session, uptime
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.parse import captured
from auditor.services.base import NotPossible
from auditor.services.portals.texts import written
from auditor.syntax.routeros_operations import Where

_SERVICE = ("hotspot",)
_BY_HAND = "change it by hand, in the profile of the users or on the RADIUS server"


def _server(config: Config, key: str) -> Item:
    found = next((item for item in config.items(SERVERS) if item.key == key), None)
    if found is None:
        raise NotPossible("the HotSpot server is not in the export", "look at `/ip hotspot print`")
    return found


def bypass_portal(texts: Texts, device: Device, intent: BypassPortal) -> Edit:
    """A binding of type `bypassed` for each address that has none; another one for it is not overruled."""
    config = captured(texts.capture)
    server = _server(config, intent.portal)
    try:
        wanted = written(intent.macs)
    except ValueError as error:
        raise NotPossible(f"an address of the readers is {error}", "correct it in the inventory") from error
    there = {(item.text("mac-address") or "").lower(): item for item in config.items(BINDINGS)}
    passing = bypassed(config, server)
    listed = () if isinstance(passing, Unknown) else passing.value
    edits = []
    for mac in wanted:
        other = there.get(mac)
        if mac in listed:
            continue
        if other is not None:
            line = f"line {other.header.first} of {other.file}"
            raise NotPossible(f"{line} binds {mac} in another way", f"change or remove {line} by hand")
        edits.append(_binding(texts, server, mac))
    if not edits:
        raise NotPossible("these addresses pass already", "look at `/ip hotspot host print`")
    return replace(combine(edits), services=_SERVICE)


def _binding(texts: Texts, server: Item, mac: str) -> Edit:
    comment = f"card reader {mac.replace(':', '')}"
    where = (("server", server.name),) if server.name and server.name != ALL else ()
    properties = (("comment", comment), ("mac-address", mac.upper()), *where, ("type", "bypassed"))
    return add_item(texts, BINDINGS, properties, known_by=("mac-address", "type"))


def remove_portal_timers(texts: Texts, device: Device, intent: RemovePortalTimers) -> Edit:
    """The timers that strike, in each profile that users of this server have."""
    config = captured(texts.capture)
    found = logins(config, _server(config, intent.portal))
    if found.tries is not None:
        raise NotPossible(
            "clients may try without an account, for a limited time", "take trial out of login-by by hand"
        )
    for user, _ in found.users:
        limit = uptime(config, user)
        if intent.session and not isinstance(limit, Unknown) and limit.value is not None:
            raise NotPossible("a user has a limit of its own, limit-uptime", _BY_HAND)
    edits = [edit for profile in _profiles(found) for edit in _without_timers(config, texts, profile, intent)]
    if not edits:
        raise NotPossible("no profile of the users sets this timer", _BY_HAND)
    return replace(combine(edits), services=_SERVICE)


def _profiles(found: Logins) -> Iterator[Settings]:
    """The profiles of all users, each once; where there is no user, the built-in one."""
    seen = set()
    for profile in [profile for _, profile in found.users] or [found.default]:
        if isinstance(profile, Unknown):
            raise NotPossible(profile.why, profile.settle or _BY_HAND)
        if id(profile.item) not in seen:
            seen.add(id(profile.item))
            yield profile


_NEVER = {"session-timeout": "0s", "idle-timeout": "none", "keepalive-timeout": "none"}


def _without_timers(config: Config, texts: Texts, profile: Settings, intent: RemovePortalTimers) -> Iterator[Edit]:
    if intent.session:
        limit = session(config, profile)
        if isinstance(limit, Unknown):
            raise NotPossible(limit.why, limit.settle or _BY_HAND)
        if limit.value is not None:
            yield _set(config, texts, profile, "session-timeout")
    for name in ("idle-timeout", "keepalive-timeout") if intent.idle else ():
        text = _text(profile, name)
        if text != _NEVER[name]:
            default = _documented(config, name)
            if text is not None or default != _NEVER[name]:
                yield _set(config, texts, profile, name)


def _text(profile: Settings, name: str) -> str | None:
    """What is written for a timer; one that is taken away is never."""
    if profile.item is None:
        return None
    written_ = profile.item.properties.get(name)
    return _NEVER[name] if written_ is not None and written_.unset else profile.item.text(name)


def _set(config: Config, texts: Texts, profile: Settings, name: str) -> Edit:
    if profile.item is None:
        where = Where(USER_PROFILES, (("name", "default"),))  # the export leaves it out while it is unchanged
    else:
        where = where_of(profile.item, config.items(USER_PROFILES), name)
    return set_property(texts, where, name, _NEVER[name], default_text=_documented(config, name), create=True)


def _documented(config: Config, name: str) -> str | None:
    default = config.default(f"{USER_PROFILES}.{name}", str)
    return None if isinstance(default, Unknown) else default.value


BUILDERS: Mapping[type, Builder] = {
    BypassPortal: bypass_portal,
    RemovePortalTimers: remove_portal_timers,
}
