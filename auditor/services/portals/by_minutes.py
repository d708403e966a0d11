"""OpenNDS and nodogsplash, from which it comes: options of one file, timers in minutes.

openNDS 9 reads /etc/opennds/opennds.conf on Linux; from version 10 on it reads /etc/config/opennds in UCI's grammar,
where only the same options are read and nothing is changed. Both end with an error at an option that they do not know.
Source: nodogsplash src/conf.c and resources/nodogsplash.conf (02cd44fe); the strings of Debian's opennds 9.10.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from itertools import pairwise

from auditor.intents import BypassPortal, Intent, RemovePortalTimers
from auditor.model import Fact, Listed, Portal, Unknown
from auditor.services.base import Host, Include, Instance, NotPossible, Part, Put, Service
from auditor.services.portals.texts import Texts, interfaces, macs, mark, minutes, redact, written
from auditor.services.reading import Reading, printable
from auditor.syntax import uci
from auditor.syntax.portal_conf import OPTION, Document, Option, Style, get, parse, put

_FILES = {
    Style.OPENNDS: ("/etc/opennds/opennds.conf", "/etc/config/opennds"),
    Style.NODOGSPLASH: ("/etc/nodogsplash/nodogsplash.conf",),
}
_TITLES = {Style.OPENNDS: "openNDS", Style.NODOGSPLASH: "nodogsplash"}
_SESSION, _IDLE, _TRUSTED, _GATEWAY = "sessiontimeout", "authidletimeout", "trustedmaclist", "gatewayinterface"
_DECIDES_ELSEWHERE = ("binauth", "fasport", "fasremoteip", "login_option_enabled", "themespec_path")
_BUILT_IN = frozenset(("0", "1", "2"))  # none, and the two login pages that come with openNDS
_USED = frozenset((_SESSION, _IDLE, "authedidletimeout", _TRUSTED, _GATEWAY, *_DECIDES_ELSEWHERE))
# As UCI names them.
_UCI_NAMES = {"trustedmac": _TRUSTED}


def _is_uci(path: str) -> bool:
    return path.startswith("/etc/config/")


def _document(text: str, path: str, style: Style) -> Document:
    return _of_uci(text) if _is_uci(path) else parse(text, style)


def _of_uci(text: str) -> Document:
    """Take the options of `config opennds` out of UCI's grammar."""
    document = uci.parse(text, package="opennds")
    options = []
    understood: set[int] = set()
    for section in document.sections:
        understood.update(heading.first for heading in section.headings)
        for statement in section.statements:
            name = _UCI_NAMES.get(statement.name, statement.name)
            options.append(Option(statement.first, name, statement.value, 0, 0))
            understood.update(range(statement.first, statement.last + 1))
    unreadable = {line for each in document.unreadable for line in range(each.first, each.last + 1)}
    lines = range(1, len(text.split("\n")) + 1)
    ignored = {n for n in lines if n not in understood and n not in unreadable}
    headings = {heading.first for section in document.sections for heading in section.headings}
    return Document(tuple(options), tuple(ignored | headings), (), tuple(unreadable - understood))


def _read(style: Style, host: Host, instance: Instance) -> Part:
    captured = host.reading.file(instance.file)
    if captured is None:
        missing = host.reading.missing(instance.file)
        return Part(portals=Listed((_unread(style, host, instance, missing),)))
    document = _document(captured.text, instance.file, style)
    unknown = mark(host.reading, instance.file, document, style.value, _USED)
    texts = Texts(
        host.reading,
        style.value,
        tuple((instance.file, option) for option in document.options),
        host.reading.span(instance.file, 1),
        _doubt(host.reading, instance.file, document),
    )
    enabled = _enabled(texts, instance, () if _is_uci(instance.file) else unknown)
    return Part(portals=Listed((_portal(style, host, instance, texts, enabled),)))


def _doubt(reading: Reading, path: str, document: Document) -> Unknown | None:
    if not document.unreadable:
        return None
    spans = tuple(reading.span(path, line) for line in document.unreadable)
    return Unknown(f"{path} has lines that cannot be read", spans, "correct them")


def _portal(style: Style, host: Host, instance: Instance, texts: Texts, enabled: Fact[bool]) -> Portal:
    return Portal(
        device=host.name,
        key=instance.key,
        software=_TITLES[style],
        enabled=enabled,
        interfaces=interfaces(host, texts.fact(_GATEWAY, str)),
        session_timeout=_session(texts),
        idle_timeout=_idle(texts),
        bypass_macs=macs(texts, _TRUSTED),
    )


def _unread(style: Style, host: Host, instance: Instance, why: Unknown) -> Portal:
    return Portal(host.name, instance.key, _TITLES[style], instance.running, why, why, why, why)


def _enabled(texts: Texts, instance: Instance, unknown: tuple[Option, ...]) -> Fact[bool]:
    """With an option that it does not know, or without an interface, the program ends."""
    if unknown and not (not isinstance(instance.running, Unknown) and not instance.running.value):
        spans = tuple(texts.reading.span(instance.file, option.line) for option in unknown)
        why = f"{instance.service} may not know '{printable(unknown[0].name)}', and then does not start"
        return Unknown(why, spans, "see whether clients are asked to log in")
    return instance.running


def _session(texts: Texts) -> Fact[timedelta | None]:
    """A login script, or a server that authenticates, may give each client a time of its own."""
    lines = tuple(span for name in _DECIDES_ELSEWHERE for value, span in texts.all(name) if value not in _BUILT_IN)
    if lines:
        why = "what authenticates the clients may give each of them a time of its own"
        return Unknown(why, lines, "look at the login script, or at `ndsctl json` of a client")
    return texts.fact(_SESSION, minutes)


def _idle(texts: Texts) -> Fact[timedelta | None]:
    """Old nodogsplash calls it AuthedIdleTimeout."""
    older = texts.stated("authedidletimeout", minutes)
    return texts.stated(_IDLE, minutes) or older or texts.fact(_IDLE, minutes)


def _edit(style: Style, host: Host, instance: Instance, intent: Intent) -> tuple[Put, ...] | None:
    if not isinstance(intent, BypassPortal | RemovePortalTimers) or intent.portal != instance.key:
        return None
    captured = host.reading.file(instance.file)
    if captured is None:
        raise NotPossible(f"{instance.file} was not captured", "look at the device")
    if _is_uci(instance.file):
        raise NotPossible(f"{instance.file} is not changed here", "set the option in that file by hand")
    if isinstance(intent, BypassPortal):
        return (_bypass(style, instance.file, captured.text, intent.macs),)
    written_as = (get(captured.text, (OPTION, name), style) for name in (_IDLE, "authedidletimeout"))
    older = [value is not None for value in written_as] == [False, True]
    names = ((_SESSION, intent.session), ("authedidletimeout" if older else _IDLE, intent.idle))
    return tuple(Put(style.value, instance.file, (OPTION, name), "0") for name, wanted in names if wanted)


def _bypass(style: Style, path: str, text: str, addresses: tuple[str, ...]) -> Put:
    try:
        wanted = written(addresses)
    except ValueError as error:
        raise NotPossible(f"an address of the readers is {error}", "correct it in the inventory") from error
    before = get(text, (OPTION, _TRUSTED), style) or ""
    listed = before.lower()
    more = tuple(mac for mac in wanted if mac not in listed)
    return Put(style.value, path, (OPTION, _TRUSTED), ",".join((*filter(None, (before,)), *more)))


def _main_file(arguments: tuple[str, ...]) -> str | None:
    for flag, value in pairwise(arguments):
        if flag == "-c" and value.startswith("/"):
            return value
    return None


def _owns(style: Style, name: str, _text: str) -> str | None:
    path = f"/{name.lstrip('/')}"
    if path in _FILES[style]:
        return path
    return _FILES[style][0] if name == f"{style.value}.conf" else None


def _no_includes(_path: str, _text: str, _arguments: tuple[str, ...]) -> tuple[Include, ...]:
    return ()


def _no_state(_texts: Mapping[str, str], _arguments: tuple[str, ...]) -> tuple[str, ...]:
    return ()


def _service(style: Style) -> Service:
    return Service(
        name=style.value,
        programs=(style.value,),
        files=_FILES[style],
        main_file=_main_file,
        owns=partial(_owns, style),
        includes=_no_includes,
        state_files=_no_state,
        redact=redact,
        read=partial(_read, style),
        edit=partial(_edit, style),
        get=lambda text, place: get(text, place, style),
        put=lambda text, place, value: put(text, place, value, style),
    )


OPENNDS = _service(Style.OPENNDS)
NODOGSPLASH = _service(Style.NODOGSPLASH)
