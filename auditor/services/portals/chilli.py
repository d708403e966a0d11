"""CoovaChilli: a portal that is also the DHCP server of its network. Timers are in seconds, and RADIUS may set others.

It reads /etc/chilli.conf with the files that this includes. Of these its start script writes main.conf and hs.conf
anew each time, out of /etc/chilli/defaults and /etc/chilli/config; so facts come from what it reads, and a change of a
file that the script writes is advice.
Source: coova/coova-chilli conf/functions.in and src/cmdline.ggo (00097802).
"""

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

from auditor.intents import (
    AddReservation,
    BypassPortal,
    EnlargePool,
    Intent,
    RemovePortalTimers,
    SetDomainNameServers,
    SetLeaseTime,
    StopPreferringIpv6Only,
)
from auditor.model import DhcpScope, Fact, Listed, Portal, Stated, Unknown, combine, known_like
from auditor.services.base import Host, Include, Instance, NotPossible, Part, Place, Put, Service
from auditor.services.portals.texts import Texts, interfaces, macs, mark, redact, seconds
from auditor.syntax.portal_conf import OPTION, Option, Style, get, parse, put

MAIN = "/etc/chilli.conf"
_SCRIPT_INPUTS = ("/etc/chilli/config", "/etc/chilli/defaults")
_WRITTEN_BY_SCRIPT = ("/etc/chilli/main.conf", "/etc/chilli/hs.conf")
_ELSEWHERE = ("nodynip", "dhcpgateway", "dhcprelayagent", "statip", "uamanyip", "dhcpradius")
_USED = frozenset(
    (
        *("include", "dhcpif", "defsessiontimeout", "defidletimeout", "macallowed", "macallowlocal", "net", "lease"),
        *("uamlisten", "dns1", "dns2", *_ELSEWHERE),
    )
)


def read(host: Host, instance: Instance) -> Part:
    """Read the portal, and the scope of its DHCP server."""
    texts = _texts(host, instance)
    for path in _SCRIPT_INPUTS:
        host.reading.irrelevant(path, range(1, len(host.reading.lines(path)) + 1))
    running = instance.running
    portal = Portal(
        device=host.name,
        key=instance.key,
        software="CoovaChilli",
        enabled=running,
        interfaces=interfaces(host, _interface(texts)),
        session_timeout=_unless_radius(texts, "defsessiontimeout"),
        idle_timeout=_unless_radius(texts, "defidletimeout"),
        bypass_macs=_allowed_macs(texts),
    )
    off = not isinstance(running, Unknown) and not running.value
    return Part(portals=Listed((portal,)), dhcp_scopes=Listed(() if off else (_scope(host, instance, texts),)))


def _texts(host: Host, instance: Instance) -> Texts:
    """Join the files in the order in which they are included; each is read once."""
    reading = host.reading
    options: list[tuple[str, Option]] = []
    doubt: Unknown | None = None
    waiting, seen = [instance.file], set[str]()
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        captured = reading.file(path)
        if captured is None:
            doubt = doubt or reading.missing(path)
            continue
        document = parse(captured.text, Style.CHILLI)
        mark(reading, path, document, "chilli", _USED)
        if document.unreadable:
            spans = tuple(reading.span(path, line) for line in document.unreadable)
            doubt = Unknown(f"{path} has lines that cannot be read", spans, "correct them")
        options += [(path, option) for option in document.options]
        waiting = [option.value for option in document.all("include")] + waiting
    return Texts(reading, "chilli", tuple(options), reading.span(instance.file, 1), doubt)


def _once(texts: Texts, name: str) -> Unknown | None:
    """Which of two different values counts was not established."""
    values = texts.all(name)
    if len({value for value, _ in values}) < 2:
        return None
    return Unknown(f"{name} is set to different values", tuple(span for _, span in values), f"keep one line of {name}")


def _interface(texts: Texts) -> Fact[str]:
    return _once(texts, "dhcpif") or texts.fact("dhcpif", str)


def _unless_radius(texts: Texts, name: str) -> Fact[timedelta | None]:
    """The limit that holds unless RADIUS sets another; without one, RADIUS alone decides."""
    stated = _once(texts, name) or texts.stated(name, seconds)
    if stated is not None and (isinstance(stated, Unknown) or stated.value is not None):
        return stated
    if texts.doubt is not None:
        return texts.doubt
    why = f"no {name} is set, and the RADIUS server of the portal may set one, which is not visible here"
    near = stated.spans if stated is not None else (texts.head,)
    return Unknown(why, near, "look at the RADIUS server's policy")


def _allowed_macs(texts: Texts) -> Fact[tuple[str, ...]]:
    """`macallowed` is asked of RADIUS, unless `macallowlocal` is on."""
    listed = macs(texts, "macallowed")
    if isinstance(listed, Unknown) or not listed.value or texts.all("macallowlocal"):
        return listed
    why = "the RADIUS server of the portal decides about the addresses in macallowed"
    return Unknown(why, listed.spans, "set macallowlocal, or look at the RADIUS server's policy")


def _scope(host: Host, instance: Instance, texts: Texts) -> DhcpScope:
    near = (texts.head,)
    places = interfaces(host, _interface(texts))
    store = "CoovaChilli keeps its leases in memory or in a status file, which was not established"
    return DhcpScope(
        device=host.name,
        key=instance.key,
        interface=places if isinstance(places, Unknown) else known_like(places.value[0], places),
        serving=_serving(texts, instance.running),
        subnet=_once(texts, "net")
        or texts.stated("net", IPv4Network)
        or Unknown("CoovaChilli's network is not written, and its default has changed", near, "set net"),
        pool=Unknown("the pool of CoovaChilli is not modelled", near, "look at `chilli_query list` on the device"),
        lease_time=_once(texts, "lease") or texts.fact("lease", _lease),
        domain_name_servers=_servers(texts),
        routers=_gateway(texts),
        ipv6_only_preferred=texts.reading.default("chilli.ipv6_only_preferred", lambda text: text == "1", *near),
        lease_store_persistent=Unknown(store, near, "look whether clients keep their addresses after a restart"),
    )


def _serving(texts: Texts, running: Fact[bool]) -> Fact[bool]:
    """With `nodynip` or a DHCP gateway of its own, others decide about addresses."""
    lines = tuple(span for name in _ELSEWHERE for _, span in texts.all(name))
    if lines:
        why = "CoovaChilli does not give out all addresses of its network itself"
        return Unknown(why, lines, "audit the server that does as well, or declare dhcp")
    return running


def _lease(text: str) -> timedelta:
    if not text.isdecimal():
        raise ValueError("not a number of seconds")
    return timedelta(seconds=min(int(text[:10]), 0xFFFFFFFE))


def _servers(texts: Texts) -> Fact[tuple[IPv4Address, ...]]:
    """`dns1` and `dns2`; without them the resolvers of the host itself are handed out."""
    found = [fact for name in ("dns1", "dns2") if (fact := texts.stated(name, IPv4Address)) is not None]
    if not found:
        why = "CoovaChilli hands out the resolvers of the host, which are not in its configuration"
        return texts.doubt or Unknown(why, (texts.head,), "set dns1, or look at what a client was told")
    return combine(lambda *addresses: addresses, *found)


def _gateway(texts: Texts) -> Fact[tuple[IPv4Address, ...]]:
    """`uamlisten` is CoovaChilli's own address, through which its clients go."""
    match texts.stated("uamlisten", IPv4Address):
        case None:
            why = "CoovaChilli's own address is not written (uamlisten)"
            return Unknown(why, (texts.head,), "write uamlisten, or look at what a client was told")
        case Unknown() as unknown:
            return unknown
        case known:
            return Stated((known.value,), known.spans)


def edit(host: Host, instance: Instance, intent: Intent) -> tuple[Put, ...] | None:
    """Set the timers to none where the file is not one that the start script writes; the rest is advice."""
    match intent:
        case RemovePortalTimers(portal=key, session=session, idle=idle) if key == instance.key:
            names = (("defsessiontimeout", session), ("defidletimeout", idle))
            return tuple(put for name, wanted in names if wanted for put in _never(host, instance, name))
        case BypassPortal(portal=key, macs=addresses) if key == instance.key:
            advice = f"add {', '.join(addresses)} to HS_MACALLOW in /etc/chilli/config, with HS_MACAUTHMODE=local"
            raise NotPossible("CoovaChilli takes all addresses in one option, and may ask RADIUS about them", advice)
        case (
            SetLeaseTime(scope=key)
            | AddReservation(scope=key)
            | EnlargePool(scope=key)
            | SetDomainNameServers(scope=key)
            | StopPreferringIpv6Only(scope=key)
        ) if key == instance.key:
            raise NotPossible("the DHCP server of CoovaChilli is not changed here", "change it in /etc/chilli by hand")
        case _:
            return None


def _never(host: Host, instance: Instance, name: str) -> tuple[Put, ...]:
    texts = _texts(host, instance)
    paths = tuple(dict.fromkeys(path for path, option in texts.options if option.name == name))
    variable = f"HS_{name.upper()}"
    if any(path in _WRITTEN_BY_SCRIPT for path in paths) or any(host.reading.file(p) for p in _SCRIPT_INPUTS):
        advice = f"set {variable}=0 in /etc/chilli/config, then restart it"
        raise NotPossible("the file is written anew at each start", advice)
    return tuple(Put("chilli", path, (OPTION, name), "0") for path in paths)


def _main_file(arguments: tuple[str, ...]) -> str | None:
    for at, word in enumerate(arguments):
        value = word.partition("=")[2] if word.startswith("--conf=") else ""
        if word in ("-c", "--conf") and at + 1 < len(arguments):
            value = arguments[at + 1]
        if value.startswith("/"):
            return value
    return None


def _owns(name: str, _text: str) -> str | None:
    path = f"/{name.lstrip('/')}"
    if path == MAIN or path.startswith("/etc/chilli/"):
        return path
    return MAIN if name == "chilli.conf" else None


def _includes(path: str, text: str, arguments: tuple[str, ...]) -> tuple[Include, ...]:
    if path in _SCRIPT_INPUTS:
        return ()
    found = [option.value for option in parse(text, Style.CHILLI).all("include")]
    drawn_in = [Include(each) for each in dict.fromkeys(found) if each.startswith("/")]
    main = path == (_main_file(arguments) or MAIN)
    return (*drawn_in, *(Include(each, required=False) for each in _SCRIPT_INPUTS if main))


def _no_state(_texts: Mapping[str, str], _arguments: tuple[str, ...]) -> tuple[str, ...]:
    return ()


def _get(text: str, place: Place) -> str | None:
    return get(text, place, Style.CHILLI)


def _put(text: str, place: Place, value: str | None) -> str:
    return put(text, place, value, Style.CHILLI)


CHILLI = Service(
    name="chilli",
    programs=("chilli", "chilli_opt"),
    files=(MAIN,),
    main_file=_main_file,
    owns=_owns,
    includes=_includes,
    state_files=_no_state,
    redact=redact,
    read=read,
    edit=edit,
    get=_get,
    put=_put,
)
