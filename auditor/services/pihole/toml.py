"""Pi-hole v6: what `pihole.toml` makes of dnsmasq.

Source: pi-hole/FTL src/config/dnsmasq_config.c, write_dnsmasq_config: which lines FTL writes for dnsmasq.
"""

from collections.abc import Iterator

from auditor.model import Fact, Span, Stated, Unknown
from auditor.services.base import Host
from auditor.services.dnsmasq.files import included
from auditor.services.dnsmasq.settings import Names, Settings, add
from auditor.syntax.dnsmasq_conf import Statement
from auditor.syntax.dnsmasq_conf import parse as parse_lines
from auditor.syntax.toml_lines import Document, Item, parse

FILE = "/etc/pihole/pihole.toml"
LEASES = "/etc/pihole/dhcp.leases"
FOLDER = "/etc/dnsmasq.d"
_ONE_INTERFACE = ("SINGLE", "BIND")
READ = frozenset(
    {
        "dns.port", "dns.upstreams", "dns.interface", "dns.listeningMode", "dns.hosts", "dns.cnameRecords",
        "dns.hostRecord", "dns.revServers", "dns.revServer.active", "dns.revServer.target", "dns.revServer.domain",
        "dns.domainNeeded", "dns.domain", "dns.domain.name", "dns.domain.local", "dns.expandHosts",
        "dns.blocking.active", "dhcp.active", "dhcp.start", "dhcp.end", "dhcp.netmask", "dhcp.router",
        "dhcp.leaseTime", "dhcp.hosts", "dhcp.ipv6", "dhcp.multiDNS", "dhcp.ignoreUnknownClients", "misc.dnsmasq_lines",
        "misc.etc_dnsmasq_d",
    }
)  # fmt: skip


def gather(host: Host) -> Settings:
    """The options that FTL gives to dnsmasq, each with the lines of `pihole.toml` that it comes from."""
    return _Toml(host, _document(host)).settings()


def _document(host: Host) -> Document:
    file = host.reading.file(FILE)
    return parse(file.text if file is not None else "")


def blocking(host: Host) -> Fact[bool]:
    """Whether the lists of names to sink are in force."""
    item = _document(host).item("dns.blocking.active")
    if item is None or not isinstance(item.value, bool):
        near = () if item is None else (host.reading.span(FILE, item.first, item.last),)
        return host.reading.default("pihole.dns.blocking.active", lambda value: value == "true", *near)
    return Stated(item.value, (host.reading.span(FILE, item.first),))


class _Toml:
    """Walks through the settings in the order in which FTL writes dnsmasq's lines."""

    def __init__(self, host: Host, document: Document) -> None:
        self.host, self.document = host, document
        self.found = Settings()

    def settings(self) -> Settings:
        self._mark()
        self._add("no-resolv", "", ())
        self._dns()
        if self._is("dhcp.active"):
            self._dhcp()
        self._strings("dns.cnameRecords", "cname")
        self._others()
        return self.found

    def _mark(self) -> None:
        """What becomes of each line."""
        reading = self.host.reading
        if reading.file(FILE) is None:
            self.found.holes.append(reading.missing(FILE))
            return
        lines = reading.lines(FILE)
        comments = [n for n, line in enumerate(lines, 1) if not line.strip() or line.lstrip().startswith("#")]
        reading.irrelevant(FILE, (*comments, *self.document.headers))
        known = reading.profile.irrelevant.get("pihole", {}).get("keys", frozenset())
        for item in self.document.items:
            if item.key in READ:
                reading.understood(self._span(item))
            elif item.key in known or any(item.key.startswith(word) for word in known if word.endswith(".")):
                reading.irrelevant(FILE, range(item.first, item.last + 1))
            else:
                for line in range(item.first, item.last + 1):
                    reading.unknown(FILE, line, item.key)
        for line in self.document.unreadable:
            reading.unknown(FILE, line, "")
            why = "a line of pihole.toml cannot be read"
            self.found.holes.append(Unknown(why, (reading.span(FILE, line),), "correct the line"))

    def _span(self, item: Item) -> Span:
        return self.host.reading.span(FILE, item.first, item.last)

    def _spans(self, *keys: str) -> tuple[Span, ...]:
        found = (self.document.item(key) for key in keys)
        return tuple(self._span(item) for item in found if item is not None)

    def _is(self, key: str) -> bool:
        """Whether a switch is on; one with another value is a hole."""
        item = self.document.item(key)
        if item is None or isinstance(item.value, bool):
            return item is not None and item.value is True
        self._odd(item)
        return False

    def _text(self, key: str) -> str:
        item = self.document.item(key)
        if item is None or isinstance(item.value, str):
            return item.value if item is not None and isinstance(item.value, str) else ""
        self._odd(item)
        return ""

    def _odd(self, item: Item) -> None:
        why = f"cannot read {item.key}: it has another kind of value"
        self.found.holes.append(Unknown(why, (self._span(item),), f"correct {item.key}"))

    def _add(self, key: str, value: str, spans: tuple[Span, ...]) -> None:
        statement = Statement(spans[0].first if spans else 0, key, value, "", bool(value))
        add(self.host, self.found, [statement], FILE, [spans])

    def _each(self, key: str) -> Iterator[tuple[str, Span]]:
        item = self.document.item(key)
        if item is not None and not isinstance(item.value, tuple):
            self._odd(item)
        elif item is not None and isinstance(item.value, tuple):
            for element in item.value:
                yield element.text, self.host.reading.span(FILE, element.line)

    def _strings(self, key: str, option: str) -> None:
        for text, span in self._each(key):
            self._add(option, text, (span,))

    def _dns(self) -> None:
        port = self.document.item("dns.port")
        if port is not None:
            self._add("port", str(port.value), (self._span(port),))
        self._strings("dns.upstreams", "server")
        if self._is("dns.expandHosts"):
            self._add("expand-hosts", "", self._spans("dns.expandHosts"))
        if self._text("dns.hostRecord"):
            self._add("host-record", self._text("dns.hostRecord"), self._spans("dns.hostRecord"))
        if self._text("dns.listeningMode").upper() in _ONE_INTERFACE:
            spans = self._spans("dns.interface", "dns.listeningMode")
            self._add("interface", self._text("dns.interface") or "eth0", spans)
        self._reverse_servers()
        key = "dns.domain.name" if self.document.item("dns.domain.name") is not None else "dns.domain"
        if self._text(key):
            self._add("domain", self._text(key), self._spans(key))
            if self._is("dns.domainNeeded") or self._is("dns.domain.local"):
                self._add("local", f"/{self._text(key)}/", self._spans(key, "dns.domainNeeded", "dns.domain.local"))

    def _reverse_servers(self) -> None:
        """`active,range,target,domain`; older: a table."""
        for text, span in self._each("dns.revServers"):
            active, _, target, domain, *_ = (*text.split(","), "", "", "", "")
            if active in ("true", "1") and target and domain:
                self._add("server", f"/{domain}/{target}", (span,))
        if self._is("dns.revServer.active") and self._text("dns.revServer.domain"):
            spans = self._spans("dns.revServer.domain", "dns.revServer.target", "dns.revServer.active")
            where = f"/{self._text('dns.revServer.domain')}/{self._text('dns.revServer.target')}"
            self._add("server", where, spans)

    def _dhcp(self) -> None:
        self._add("dhcp-leasefile", LEASES, self._spans("dhcp.active"))
        words = [self._text("dhcp.start"), self._text("dhcp.end")]
        mask, lease = self._text("dhcp.netmask"), self._text("dhcp.leaseTime")
        words += [mask] if mask not in ("", "0.0.0.0") else []  # noqa: S104 - how FTL writes none
        words += [lease] if lease else []
        self._add("dhcp-range", ",".join(words), self._spans("dhcp.leaseTime", "dhcp.start", "dhcp.end", "dhcp.active"))
        if self._text("dhcp.router"):
            self._add("dhcp-option", f"3,{self._text('dhcp.router')}", self._spans("dhcp.router"))
        if self._is("dhcp.multiDNS"):
            self._add("dhcp-option", "6,0.0.0.0,0.0.0.0,0.0.0.0", self._spans("dhcp.multiDNS"))
        if self._is("dhcp.ipv6"):
            spans = self._spans("dhcp.ipv6")
            self._add("dhcp-option", "option6:dns-server,[::]", spans)
            self._add("dhcp-range", f"::,constructor:{self._text('dns.interface') or 'eth0'},ra-stateless,64", spans)
        if self._is("dhcp.ignoreUnknownClients"):
            self._add("dhcp-ignore", "tag:!known", self._spans("dhcp.ignoreUnknownClients"))
        self._strings("dhcp.hosts", "dhcp-host")

    def _others(self) -> None:
        """Names with addresses, the folder of dnsmasq's own files, and lines that are given to dnsmasq as they are."""
        for text, span in self._each("dns.hosts"):
            words = text.partition("#")[0].split()
            if len(words) > 1:
                self._add("host-record", ",".join((*words[1:], words[0])), (span,))
        if self._is("misc.etc_dnsmasq_d"):
            self._add("conf-dir", FOLDER, self._spans("misc.etc_dnsmasq_d"))
        for text, span in self._each("misc.dnsmasq_lines"):
            add(self.host, self.found, list(parse_lines(text)), FILE, [(span,)] * len(parse_lines(text)))
        hosts = self.host.reading.file("/etc/hosts")
        if hosts is not None and self.found.last("no-hosts") is None:
            lines = len(self.host.reading.lines("/etc/hosts"))
            self.host.reading.irrelevant("/etc/hosts", range(1, lines + 1))
            self.found.names.append(Names("/etc/hosts", ()))


def pulled(text: str) -> Iterator[Statement]:
    """Statements of a `pihole.toml` that pull in further files."""
    document = parse(text)
    lines = document.item("misc.dnsmasq_lines")
    if lines is not None and isinstance(lines.value, tuple):
        for element in lines.value:
            yield from (statement for statement in parse_lines(element.text) if included(statement) is not None)
    folder = document.item("misc.etc_dnsmasq_d")
    if folder is not None and folder.value is True:
        yield Statement(folder.first, "conf-dir", FOLDER, "", True)
