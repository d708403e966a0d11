"""What dnsmasq answers itself: `address`, host records, files of hosts, and answers that it changes."""

from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address, ip_network

from auditor.model import Fact, Listed, LocalAnswer, Stated, Unknown
from auditor.services.base import Host
from auditor.services.dnsmasq.files import Holds
from auditor.services.dnsmasq.settings import Setting, Settings
from auditor.services.dnsmasq.values import PRIVATE
from auditor.services.reading import printable
from auditor.syntax.dnsmasq_conf import fields


def local_answers(host: Host, settings: Settings) -> Listed[LocalAnswer]:
    """All names that are not asked for outside, and what may change any answer."""
    found: list[LocalAnswer] = []
    holes = [*settings.all_holes(Holds.NAMES), *_changed(settings)]
    for setting in settings.of("address"):
        for answer in _address(setting):
            if isinstance(answer, Unknown):
                holes.append(answer)
            else:
                found.append(answer)
    for setting in settings.of("host-record", "cname", "synth-domain", "auth-zone", "interface-name", "dynamic-host"):
        found += _record(setting)
    for setting in settings.of("dns-rr"):
        name, _, rest = setting.text.partition(",")
        if rest.partition(",")[0].strip() in ("1", "5"):
            found.append(_uncertain(setting, name, exact=True))
    for names in settings.names:
        found += _hosts_file(host, settings, names.path)
    return Listed(tuple(found), tuple(holes))


def _address(setting: Setting) -> Iterator[LocalAnswer | Unknown]:
    """`/domain/1.2.3.4` answers a domain and all below it; without an address it is sunk, `#` is 0.0.0.0.

    An address alone, or for `#`, answers every name; nothing for `#` does nothing, and IPv6 leaves A records alone.
    """
    domains, target = [""], setting.text
    if setting.text.startswith("/"):
        *domains, target = [part.strip(" ") for part in setting.text.split("/")[1:]]
    if ":" in target:
        return
    everything = {"#", "*"} if setting.text.startswith("/") else {""}
    for name in domains:
        if name in everything:
            if target:
                yield _answer(setting, name, ".", target)
        elif name.startswith("*") and not name.startswith("*."):
            why = f"the star in address '{printable(setting.text)}' may stand for a part of a name"
            yield Unknown(why, setting.spans, "write the whole domain")
        elif name:
            yield _answer(setting, name, name.removeprefix("*").strip(".").lower(), target)


def _answer(setting: Setting, written: str, name: str, target: str, *, exact: bool = False) -> LocalAnswer:
    fact: Fact[str] = Stated(printable(setting.text, 200), setting.spans)
    address = "0.0.0.0" if target == "#" else target or None  # noqa: S104 - an answer, nothing is bound
    return LocalAnswer(answer_key(setting, written), name, address, fact, exact)


def answer_key(setting: Setting, name: str) -> str:
    """How the model names what a line says of one name."""
    return f"{setting.key}={printable(setting.text, 200)} {printable(name, 200)}"


def hosts_key(path: str, name: str, address: str) -> str:
    """How the model names what a file of hosts says of one name."""
    return f"{path} {printable(name, 200)} {address}"


def _uncertain(setting: Setting, name: str, *, exact: bool) -> LocalAnswer:
    """Names for which an answer is made up here; what it is was not worked out."""
    unknown = Unknown(f"{setting.key} answers names here, which was not worked out", setting.spans, "ask for the name")
    key = f"{setting.key}={printable(setting.text, 200)}"
    return LocalAnswer(key, name.strip(" .").lower() or ".", None, unknown, exact)


def _record(setting: Setting) -> Iterator[LocalAnswer]:
    parts = fields(setting.text)
    if setting.key == "host-record":
        addresses = [part for part in parts[1:] if _is_ipv4(part)]
        names = [part for part in parts if part and not part.isdecimal() and not _is_address(part)]
        for name in names if addresses else ():
            yield _answer(setting, name, name.lower(), addresses[0], exact=True)
    elif setting.key == "cname":
        aliases = parts[:-1] if not parts[-1].isdecimal() else parts[:-2]
        for alias in aliases:
            wild = alias.startswith("*.")
            yield _answer(
                setting, alias, alias.removeprefix("*").strip(".").lower(), parts[len(aliases)], exact=not wild
            )
    else:
        yield _uncertain(setting, parts[0], exact=setting.key in ("interface-name", "dynamic-host"))


def _hosts_file(host: Host, settings: Settings, path: str) -> Iterator[LocalAnswer]:
    """`address name name`, one a line; with `expand-hosts` names without a dot also stand in the domain."""
    written = settings.last("domain")
    suffix = fields(written.text)[0] if written is not None and settings.last("expand-hosts") is not None else ""
    for number, line in enumerate(host.reading.lines(path), start=1):
        words = line.partition("#")[0].split()
        if len(words) < 2 or not _is_ipv4(words[0]):
            continue
        span = host.reading.span(path, number)
        host.reading.understood(span)
        for name in words[1:]:
            full = f"{name}.{suffix}" if suffix and "." not in name else name
            fact = Stated(printable(f"{words[0]} {name}", 200), (span,))
            key = hosts_key(path, name, words[0])
            yield LocalAnswer(key, full.lower(), words[0], fact, exact=True)


def _changed(settings: Settings) -> Iterator[Unknown]:
    """Options that change an answer by the address in it, or keep it from some clients."""
    for setting in settings.of("alias", "connmark-allowlist-enable"):
        why = f"{setting.key} changes answers, which was not worked out"
        yield Unknown(why, setting.spans, "look the test name up from a POS")
    for setting in settings.of("bogus-nxdomain", "ignore-address"):
        if _may_be_private(setting.text):
            why = f"dnsmasq drops answers with {printable(setting.text)} ({setting.key})"
            yield Unknown(why, setting.spans, "look the test name up from a POS")


def _may_be_private(text: str) -> bool:
    """Whether an address or subnet may be one that a name for local use answers with."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return True
    return network.version == 4 and any(network.overlaps(private) for private in PRIVATE)


def _is_ipv4(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
