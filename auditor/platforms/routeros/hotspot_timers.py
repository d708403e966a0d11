"""When a HotSpot ends the session of a client that is logged in.

Hard: `session-timeout` of the user's profile, `limit-uptime` of the user, and the time of who tries without account.
For silence: `idle-timeout`, and `keepalive-timeout`, after which a client that cannot be reached is logged out; it
must then log in again, which a reader cannot. As which user a reader logs in is not known, so it counts what holds for
all of them. RADIUS may give each session times of its own.
Source: MikroTik's manual, "HotSpot - Captive portal": HotSpot User Profiles, HotSpot Users, HotSpot Profile.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from auditor.model import Fact, Stated, Unknown, combine
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.hotspot_logins import PROFILES, USER_PROFILES, USERS, Logins, Settings, setting
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.times import limit

Limit = timedelta | None
Timer = Callable[[Config, Settings], Fact[Limit]]


def session_timeout(config: Config, found: Logins) -> Fact[Limit]:
    """After how long sessions end whatever their client does; None if never."""
    return _decided(found, [*_sessions(config, found)], "session-timeout")


def idle_timeout(config: Config, found: Logins) -> Fact[Limit]:
    """After how long of silence, or out of reach, a client is logged out; None if never."""
    profiles = (*(profile for _, profile in found.users), *_without_user(found))
    facts = [each if isinstance(each, Unknown) else _idle(config, each) for each in profiles]
    return _decided(found, facts, "idle-timeout")


def _decided(found: Logins, facts: list[Fact[Limit]], name: str) -> Fact[Limit]:
    if found.doubts:
        return found.doubts[0]
    if isinstance(found.methods, Unknown):
        return found.methods
    if isinstance(found.radius, Unknown):
        return found.radius
    if found.radius.value:
        why = f"RADIUS may set the {name} of each session, which is not visible here"
        return Unknown(why, found.radius.spans, "look at the RADIUS server, or at `/ip hotspot active print detail`")
    joined = combine(lambda *values: frozenset(values), *facts)
    if isinstance(joined, Unknown):
        return joined
    if len(joined.value) == 1:
        return combine(lambda *values: values[0], *facts)
    why = f"the {name} depends on the user, and as which one a reader logs in is not known"
    return Unknown(why, joined.spans, "see `/ip hotspot active print detail`", tuple(joined.value))


def _without_user(found: Logins) -> Iterator[Settings | Unknown]:
    """The profile of who tries without an account; and where there is no user, that of any that may come."""
    if found.tries is not None:
        yield found.tries
    elif not found.users:
        yield found.default


def _sessions(config: Config, found: Logins) -> Iterator[Fact[Limit]]:
    for user, profile in found.users:
        of_profile = profile if isinstance(profile, Unknown) else session(config, profile)
        yield first_to_strike(of_profile, uptime(config, user))
    if found.tries is not None:
        of_profile = found.tries if isinstance(found.tries, Unknown) else session(config, found.tries)
        yield first_to_strike(of_profile, _trial(config, found.settings))
    elif not found.users:
        yield found.default if isinstance(found.default, Unknown) else session(config, found.default)


def session(config: Config, profile: Settings) -> Fact[Limit]:
    """The hard limit of a user profile, unless its scripts or advertisements may end sessions as well."""
    for name, what in (("on-login", "a script that runs at the login"), ("on-logout", "a script")):
        if profile.item is not None and config.text(profile.item, name):
            why = f"{what} may limit sessions in its own way"
            return Unknown(why, config.span(profile.item, name), "read the script")
    shows = setting(config, profile, USER_PROFILES, "advertise", yes_no)
    if isinstance(shows, Unknown):
        return shows
    if shows.value:
        why = "advertisements block clients that do not show them, as often as advertise-interval says"
        return Unknown(why, shows.spans, "set advertise=no in the profile")
    return _timer(config, profile, "session-timeout")


def _idle(config: Config, profile: Settings) -> Fact[Limit]:
    return first_to_strike(_timer(config, profile, "idle-timeout"), _timer(config, profile, "keepalive-timeout"))


def _timer(config: Config, profile: Settings, name: str) -> Fact[Limit]:
    """A timer of a user profile; `!name` in an export takes it away."""
    if profile.item is not None:
        written = profile.item.properties.get(name)
        if written is not None and written.unset:
            return Stated(None, config.span(profile.item, name))
    return setting(config, profile, USER_PROFILES, name, timer)


def uptime(config: Config, user: Item) -> Fact[Limit]:
    """For how long a user may be logged in, all sessions together."""
    return config.fact(user, "limit-uptime", timer, default=f"{USERS}.limit-uptime")


def _trial(config: Config, settings: Settings | Unknown) -> Fact[Limit]:
    """`trial-uptime-limit`, which older releases write as the first part of `trial-uptime=30m/1d`."""
    if isinstance(settings, Unknown):
        return settings
    if settings.item is not None and settings.item.text("trial-uptime") is not None:
        stated = config.stated(settings.item, "trial-uptime", lambda text: timer(text.partition("/")[0]))
        if stated is not None:
            return stated
    return setting(config, settings, PROFILES, "trial-uptime-limit", timer)


def timer(text: str) -> Limit:
    """Read a timer, of which 0 and `none` mean never."""
    return limit(text) or None


def first_to_strike(*limits: Fact[Limit]) -> Fact[Limit]:
    """The timer that strikes first, with its own lines or default; None if none of them ever does."""
    joined = combine(_shortest, *limits)
    if isinstance(joined, Unknown):
        return joined
    return next((each for each in limits if not isinstance(each, Unknown) and each.value == joined.value), joined)


def _shortest(*limits: Limit) -> Limit:
    return min((each for each in limits if each is not None), default=None)
