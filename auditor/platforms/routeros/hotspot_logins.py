"""Who logs in at a HotSpot server, and how: its profile, and the users that it takes.

A user has a profile of its own, `default` unless one is named; so has who tries without an account. The profiles
called `default` are built in, and an export shows them only where they were changed.
Source: MikroTik's manual, "HotSpot - Captive portal": HotSpot Profile, HotSpot Users, HotSpot User Profiles.
"""

from dataclasses import dataclass
from typing import TypeVar

from auditor.model import Fact, Span, Unknown
from auditor.platforms.routeros.config import Config, Convert, yes_no
from auditor.platforms.routeros.items import Item
from auditor.services.reading import printable

PROFILES, USERS, USER_PROFILES = "ip hotspot profile", "ip hotspot user", "ip hotspot user profile"
ALL = "all"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """A profile: its lines, or none if it is built in and unchanged. `near` is where it is named."""

    item: Item | None
    near: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Logins:
    """How clients of one server log in.

    `methods` are the words of `login-by`. `users` are those that are switched on and may log in at this server, with
    their profiles; `tries` is the profile of who may try without an account. `doubts`: why there may be others.
    """

    server: Item
    settings: Settings | Unknown
    methods: Fact[frozenset[str]]
    radius: Fact[bool]
    users: tuple[tuple[Item, Settings | Unknown], ...]
    default: Settings | Unknown
    tries: Settings | Unknown | None
    doubts: tuple[Unknown, ...]


def logins(config: Config, server: Item) -> Logins:
    """Read how clients of a server log in."""
    settings = _profile(config, server, "profile", PROFILES)
    methods = _of(config, settings, "login-by", _words)
    users = []
    doubts = list(config.holes(PROFILES, USERS, USER_PROFILES))
    for user in config.items(USERS):
        on = config.enabled(user)
        where = config.text(user, "server") or ALL
        if (isinstance(on, Unknown) or on.value) and where in (ALL, server.name):
            users.append((user, _profile(config, user, "profile", USER_PROFILES)))
    trial = not isinstance(methods, Unknown) and "trial" in methods.value
    return Logins(
        server=server,
        settings=settings,
        methods=methods,
        radius=_of(config, settings, "use-radius", yes_no),
        users=tuple(users),
        default=built_in(config, USER_PROFILES, (server.header,)),
        tries=_trial(config, settings) if trial else None,
        doubts=tuple(doubts),
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(",") if word.strip())


def _trial(config: Config, settings: Settings | Unknown) -> Settings | Unknown:
    if isinstance(settings, Unknown):
        return settings
    if settings.item is None or settings.item.text("trial-user-profile") is None:
        return built_in(config, USER_PROFILES, settings.near)
    return _profile(config, settings.item, "trial-user-profile", USER_PROFILES)


def _of(config: Config, settings: Settings | Unknown, name: str, convert: Convert[T]) -> Fact[T]:
    return settings if isinstance(settings, Unknown) else setting(config, settings, PROFILES, name, convert)


def setting(config: Config, settings: Settings, menu: str, name: str, convert: Convert[T]) -> Fact[T]:
    """A property of a profile, or its default."""
    if settings.item is None:
        return config.default(f"{menu}.{name}", convert, *settings.near)
    return config.fact(settings.item, name, convert)


def _profile(config: Config, item: Item, name: str, menu: str) -> Settings | Unknown:
    """The profile that an item names."""
    near = config.span(item, name) or (item.header,)
    wanted = item.text(name)
    if wanted is None or wanted == "default":
        return built_in(config, menu, near)
    found = next((each for each in config.items(menu) if each.name == wanted), None)
    if found is not None:
        return Settings(found, near)
    return Unknown(f"{item.title} names profile '{printable(wanted)}', which is not in the export", near, _SEE)


_SEE = "see `/ip hotspot user profile print` and `/ip hotspot profile print`"


def built_in(config: Config, menu: str, near: tuple[Span, ...]) -> Settings | Unknown:
    """The profile that is there from the first: called `default`, unless it was renamed."""
    named = next((item for item in config.items(menu) if item.name == "default"), None)
    first = next((item for item in config.items(menu) if item.found_by.get("default") == "yes"), None)
    if named is not None and first is not None:
        return Unknown(
            f"two lines speak of the profile of /{menu} that is built in", (named.header, first.header), _SEE
        )
    if named is not None:
        return Settings(named, near)
    if first is not None and first.name:
        why = f"no profile of /{menu} is called default any more"
        return Unknown(why, (*near, first.header), _SEE)
    return Settings(first, near)
