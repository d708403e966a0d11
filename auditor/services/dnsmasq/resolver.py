"""dnsmasq as a resolver: what it drops, whom it asks, what it answers itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from auditor.model import Fact, Forwarder, Listed, LocalAnswer, Resolver, Span, Stated, Unknown, combine
from auditor.services.base import Host, Instance
from auditor.services.dnsmasq.answers import local_answers
from auditor.services.dnsmasq.files import Holds
from auditor.services.dnsmasq.listening import interfaces
from auditor.services.dnsmasq.running import serves
from auditor.services.dnsmasq.scopes import dns_port
from auditor.services.dnsmasq.settings import Setting, Settings
from auditor.services.dnsmasq.values import LOOPBACK, PRIVATE
from auditor.services.reading import printable
from auditor.syntax.dnsmasq_conf import fields

_MOST_COPIES = 4096


def resolver(host: Host, instance: Instance, settings: Settings) -> Resolver:
    """The resolver of an instance; with `port=0` it does not serve."""
    port = dns_port(host, settings)
    on = combine(lambda number: number != 0, port)
    number = 53 if isinstance(port, Unknown) else port.value
    local = settings.last("rebind-localhost-ok")
    asked = forwarders(host, settings)
    ranges = (*PRIVATE, *(() if local is not None else LOOPBACK))
    return Resolver(
        device=host.name,
        key=instance.key,
        software="dnsmasq",
        port=port,
        serving=serves(host, instance, number, on, "DNS"),
        interfaces=interfaces(host, settings),
        drops_private=_drops_private(host, settings),
        private_ranges=ranges,
        exempt_domains=_exempt_domains(host, settings),
        drops_ipv4=_drops_ipv4(host, settings),
        forwarders=asked,
        local_answers=_without_sent(local_answers(host, settings), asked),
    )


def _without_sent(answers: Listed[LocalAnswer], asked: Listed[Forwarder]) -> Listed[LocalAnswer]:
    """A domain that is sunk, and has a resolver as well, is asked for (tried); one with an address is not."""
    sent = {each.domain for each in asked if each.address is not None}
    kept = tuple(a for a in answers if a.exact or a.address is not None or a.domain not in sent)
    return Listed(kept, answers.holes)


def _drops_private(host: Host, settings: Settings) -> Fact[bool]:
    """`stop-dns-rebind`, which no later line switches off."""
    written = settings.of("stop-dns-rebind")
    if written:
        return Stated(True, written[0].spans)
    holes = settings.all_holes()
    return holes[0] if holes else host.reading.default("dnsmasq.stop-dns-rebind", lambda value: value == "on")


def _exempt_domains(host: Host, settings: Settings) -> Fact[tuple[str, ...]]:
    """`rebind-domain-ok=/a/b/` covers names in and below; one with a leading star or dot never matches."""
    written = settings.of("rebind-domain-ok")
    domains: list[str] = []
    odd = next((setting for setting in written if not exempted(setting.text)), None)
    for setting in written:
        domains += [word for word in exempted(setting.text) if not word.startswith(("*", "."))]
    spans = tuple(dict.fromkeys(span for setting in written for span in setting.spans))
    holes = settings.all_holes()
    if odd is not None and not domains:
        return Unknown("what an empty rebind-domain-ok means was not established", odd.spans, "name the domain")
    if not written:
        return holes[0] if holes else host.reading.default("dnsmasq.rebind-domain-ok", lambda text: tuple(text.split()))
    return holes[0] if holes and not domains else Stated(tuple(dict.fromkeys(domains)), spans)


def exempted(value: str) -> list[str]:
    """The domains of one `rebind-domain-ok`; the list ends at the first empty one."""
    words = value.removeprefix("/").split("/")
    end = words.index("") if "" in words else len(words)
    return [word.strip(" ").lower() for word in words[:end]]


def _drops_ipv4(host: Host, settings: Settings) -> Fact[bool]:
    """`filter-A`, or `A` among the types of `filter-rr`, in letters or as a number."""
    for setting in settings.of("filter-A", "filter-rr"):
        if setting.key == "filter-A" or {"A", "1"} & {word.upper() for word in fields(setting.text)}:
            return Stated(True, setting.spans)
    holes = settings.all_holes()
    return holes[0] if holes else host.reading.default("dnsmasq.filter-A", lambda value: value == "on")


@dataclass(frozen=True, slots=True)
class Server:
    """One `server` or `local`: its domains, and where they go; `usual`: to the servers for all.

    `domains` are the words as written, each with the domain that it means; None: everything.
    """

    domains: tuple[tuple[str, str | None], ...]
    address: IPv4Address | IPv6Address | None
    port: int
    usual: bool = False


def server(text: str) -> Server:
    """Read a `server` or `local`; raises `ValueError` for one by name."""
    domains: tuple[tuple[str, str | None], ...] = (("", None),)
    target = text
    if text.startswith("/"):
        *names, target = [part.strip(" ") for part in text.split("/")[1:]]
        domains = tuple((name, domain(name)) for name in names if name)
    if not target:
        return Server(domains if text.startswith("/") else (), None, 53)
    if target == "#":
        return Server(domains, None, 53, usual=True)
    where, _, port = target.partition("@")[0].partition("#")
    if port and not (port.isascii() and port.isdecimal() and int(port[:6]) <= 65535):
        raise ValueError("not a port number")
    return Server(domains, ip_address(where.partition("%")[0].strip(" ")), int(port) if port else 53)


def domain(name: str) -> str:
    """A domain as dnsmasq compares it: leading stars and dots do not count; `#` is every name."""
    return "." if name in ("#", "*", ".") else name.removeprefix("*").lstrip(".").rstrip(".").lower()


def is_pattern(name: str) -> bool:
    """Whether a star stands for a part of a label: `*ple.net` is also `example.net`."""
    return name.startswith("*") and len(name) > 1 and not name.startswith("*.")


def forwarders(host: Host, settings: Settings) -> Listed[Forwarder]:
    """`server`, `local`, and the resolvers of the system's file unless `no-resolv`.

    Keeping a domain inside does not count where the same domain also has a resolver (tried).
    """
    found: list[Forwarder] = []
    holes = list(settings.all_holes())
    usual: list[tuple[str, Setting]] = []
    for setting in settings.of("server", "local"):
        try:
            read = server(setting.text)
        except ValueError:
            why = f"cannot read {setting.key} '{printable(setting.text)}'"
            holes.append(Unknown(why, setting.spans, "name the resolver by its address"))
            continue
        if any(is_pattern(word) for word in setting.text.split("/")[:-1]):
            why = f"the star in {setting.key} '{printable(setting.text)}' may stand for a part of a name"
            holes.append(Unknown(why, setting.spans, "write the whole domain"))
        for word, each in read.domains:
            if read.usual and each is not None:
                usual.append((each, setting))
            elif not read.usual:
                fact = Stated(printable(setting.text, 200), setting.spans)
                found.append(Forwarder(forwarder_key(setting, word), each, read.address, read.port, fact))
    more = Listed() if settings.last("no-resolv") is not None else _of_system(host, settings)
    found += more.items
    holes += more.holes
    sent = {each.domain for each in found if each.address is not None} | {name for name, _ in usual}
    found = [each for each in found if not _is_itself(host, settings, each)]
    found = [each for each in found if each.address is not None or each.domain not in sent]
    for_all = [each for each in found if each.domain is None]
    unlike = {(each.address, each.port): each for each in for_all}
    domains = dict(usual)
    if len(domains) * len(unlike) > _MOST_COPIES:
        why = "more domains go to the usual resolvers than are worked out here"
        holes.append(Unknown(why, usual[0][1].spans, "look the test name up from a POS"))
        domains = {}
    for name, setting in domains.items():
        fact = Stated(printable(setting.text, 200), setting.spans)
        found += [
            Forwarder(f"{forwarder_key(setting, name)} {f.key}", name, f.address, f.port, fact) for f in unlike.values()
        ]
    if not for_all and not holes:
        near = tuple(span for setting in settings.of("no-resolv") for span in setting.spans)
        holes.append(Unknown("dnsmasq has no resolver to ask", near, "name one with server="))
    return Listed(tuple(found), tuple(holes))


def forwarder_key(setting: Setting, name: str) -> str:
    """How the model names what a line says of one domain."""
    return f"{setting.key}={printable(setting.text, 200)}{f' {printable(name, 200)}' if name else ''}"


def _of_system(host: Host, settings: Settings) -> Listed[Forwarder]:
    """`nameserver` lines of `resolv.conf` files."""
    found: list[Forwarder] = []
    for file in settings.upstreams:
        for number, line in enumerate(host.reading.lines(file.path), start=1):
            found += _nameserver(line, host.reading.span(file.path, number), host)
    return Listed(tuple(found), tuple(settings.holes_of.get(Holds.UPSTREAMS, ())))


def _nameserver(line: str, span: Span, host: Host) -> Iterator[Forwarder]:
    words = line.split()
    if len(words) < 2 or words[0] not in ("nameserver", "server"):
        return
    try:
        address = ip_address(words[1].partition("%")[0])
    except ValueError:
        return
    host.reading.understood(span)
    yield Forwarder(f"nameserver {address}", None, address, 53, Stated(str(address), (span,)))


def _is_itself(host: Host, settings: Settings, forwarder: Forwarder) -> bool:
    """Dnsmasq passes over a resolver that is itself: its own port at an address of the host."""
    port = dns_port(host, settings)
    if isinstance(port, Unknown) or forwarder.address is None or forwarder.port != port.value:
        return False
    own = {IPv4Address("127.0.0.1")} | {
        address.ip
        for interface in host.interfaces
        if not isinstance(interface.addresses, Unknown)
        for address in interface.addresses.value
    }
    return forwarder.address in own or forwarder.address == IPv6Address("::1")
