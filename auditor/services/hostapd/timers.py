"""What ends an association: silence, a session limit, repeated authentication, and a full BSS."""

from datetime import timedelta

from auditor.model import Akm, Fact, Unknown, combine, known_like
from auditor.services.hostapd.security import ENTERPRISE
from auditor.services.hostapd.settings import Settings

_LONGEST = 10 * 365 * 86400


def station_limit(view: Settings) -> Fact[int | None]:
    """`max_num_sta`; without it as many as there are association ids."""
    return combine(lambda number: number, view.number("max_num_sta"))


def idle_timeout(view: Settings) -> Fact[timedelta | None]:
    """Silence ends an association only if hostapd may not ask the station first (`skip_inactivity_poll`)."""
    skipped, limit = view.on("skip_inactivity_poll"), view.number("ap_max_inactivity")
    match skipped:
        case Unknown() as unknown:
            return unknown
        case known if not known.value:
            return known_like(None, known)
        case known if not isinstance(limit, Unknown) and limit.value < 1:
            why = f"what hostapd makes of ap_max_inactivity {limit.value} was not established"
            return Unknown(why, (*known.spans, *limit.spans), "set skip_inactivity_poll to 0")
        case known:
            return combine(lambda _, seconds: timedelta(seconds=min(seconds, _LONGEST)), known, limit)


def session_timeout(view: Settings, akms: Fact[frozenset[Akm]]) -> Fact[timedelta | None]:
    """No limit of hostapd itself; a RADIUS server that it asks may set one, which is not visible here."""
    asked = view.all("auth_server_addr")
    servers = tuple(map(view.span, asked))
    acl = view.stated("macaddr_acl")
    by_mac = acl is not None and acl.value == 2
    match akms:
        case Unknown() as unknown:
            return unknown
        case known if by_mac or (known.value & ENTERPRISE and (servers or not view.switched_on("eap_server"))):
            why = "the RADIUS server may set Session-Timeout and Idle-Timeout, which are not visible here"
            settle = "declare radius-session, or look at the RADIUS server's policy"
            return Unknown(why, servers or known.spans, settle)
        case _:
            return view.reading.default("hostapd.session_timeout", _none, view.header)


def _none(_text: str) -> timedelta | None:
    return None


def reauth_period(view: Settings, akms: Fact[frozenset[Akm]]) -> Fact[timedelta | None]:
    """Repeated 802.1X authentication (0: never); with a pre-shared key there is none."""
    period = view.number("eap_reauth_period")
    match akms:
        case Unknown() as unknown:
            return unknown
        case known if not known.value & ENTERPRISE:
            return known_like(None, known)
        case _:
            return combine(lambda s: timedelta(seconds=min(s, _LONGEST)) if s > 0 else None, period)
