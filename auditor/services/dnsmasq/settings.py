"""All options of one instance in the order in which dnsmasq reads them: command line, main file, what it includes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, TypeVar

from auditor.model import Listed, Span, Unknown
from auditor.services.base import Host, Include, Instance
from auditor.services.dnsmasq import files
from auditor.services.dnsmasq.files import Holds
from auditor.services.reading import LISTING, Reading, printable
from auditor.syntax.dnsmasq_conf import Statement, arguments, parse, shown

T = TypeVar("T")
_ENOUGH = 64

READ = frozenset(
    """
    address addn-hosts alias auth-zone bogus-nxdomain cname conf-dir conf-file conf-script
    connmark-allowlist-enable dhcp-alternate-port dhcp-circuitid dhcp-host dhcp-hostsdir dhcp-hostsfile dhcp-ignore
    dhcp-lease-max dhcp-leasefile dhcp-mac dhcp-match dhcp-name-match dhcp-option dhcp-option-force dhcp-optsdir
    dhcp-optsfile dhcp-range dhcp-relay dhcp-remoteid dhcp-subscrid dhcp-userclass dhcp-vendorclass dns-rr domain
    dynamic-host except-interface expand-hosts filter-A filter-rr host-record hostsdir ignore-address interface
    interface-name leasefile-ro listen-address local no-dhcp-interface no-hosts no-resolv port read-ethers
    rebind-domain-ok rebind-localhost-ok resolv-file server servers-file shared-network stop-dns-rebind synth-domain
    tag-if
    """.split()  # noqa: SIM905 - a table is easier to read
)
"""Options that a fact may rest on."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One option in force; `path` is '' if it stands on the command line, `at` counts in the order of reading."""

    key: str
    value: str
    spans: tuple[Span, ...]
    path: str
    at: int

    @property
    def text(self) -> str:
        """Its value as it is meant, quotes resolved."""
        return shown(self.value)


@dataclass(frozen=True, slots=True)
class Names:
    """A captured file of names, or of resolvers."""

    path: str
    spans: tuple[Span, ...]


@dataclass(slots=True)
class Settings:
    """What was gathered. `holes` may add any option; `holes_of` speak of one kind of lines."""

    by_key: dict[str, list[Setting]] = field(default_factory=dict)
    holes: list[Unknown] = field(default_factory=list)
    holes_of: dict[Holds, list[Unknown]] = field(default_factory=dict)
    names: list[Names] = field(default_factory=list)
    upstreams: list[Names] = field(default_factory=list)
    ethers: list[Names] = field(default_factory=list)
    count: int = 0
    _made: dict[str, Any] = field(default_factory=dict)

    def of(self, *keys: str) -> tuple[Setting, ...]:
        """All settings with these keys, in the order in which dnsmasq reads them."""
        found = chain.from_iterable(self.by_key.get(key, ()) for key in keys)
        return tuple(found if len(keys) == 1 else sorted(found, key=lambda setting: setting.at))

    def last(self, *keys: str) -> Setting | None:
        """The last setting with one of these keys."""
        found = self.of(*keys)
        return found[-1] if found else None

    def all_holes(self, *kinds: Holds) -> tuple[Unknown, ...]:
        """What may hide lines of these kinds; some of them, where there are very many."""
        found = chain(self.holes, *(self.holes_of.get(kind, ()) for kind in kinds))
        return tuple(dict.fromkeys(islice(found, _ENOUGH)))

    def once(self, what: str, make: Callable[[], T]) -> T:
        """Work something out the first time that it is asked for; only once all is gathered."""
        if what not in self._made:
            self._made[what] = make()
        made: T = self._made[what]
        return made


def gather(host: Host, instance: Instance) -> Settings:
    """Read command line, main file and includes of an instance."""
    settings = Settings()
    reader = _Reader(host.reading, settings, set())
    seen = instance.running.spans
    given = list(arguments(instance.arguments))
    first = next((at for at, s in enumerate(given) if s.key == "conf-file" and s.value), None)
    if first is not None:
        del given[first]
    reader.statements(given, "", seen)
    if not instance.arguments and instance.pid == 0 and instance.file == files.MAIN:
        reader.unseen_folder()
    reader.file(Include(instance.file, required=first is not None), Holds.OPTIONS, ())
    _always_read(reader, settings, host)
    return settings


def add(host: Host, settings: Settings, statements: list[Statement], path: str, spans: list[tuple[Span, ...]]) -> None:
    """Take options from somewhere else: lines of dnsmasq inside another program's file."""
    reader = _Reader(host.reading, settings, set())
    for statement, near in zip(statements, spans, strict=True):
        reader.statements([statement], path, near)


def _always_read(reader: "_Reader", settings: Settings, host: Host) -> None:
    """`/etc/hosts`, and the system's resolvers if no line names others."""
    if settings.last("no-hosts") is None:
        reader.file(Include("/etc/hosts", required=False), Holds.NAMES, ())
    if settings.last("read-ethers") is not None:
        near = settings.of("read-ethers")[0].spans
        reader.file(Include("/etc/ethers", required=False), Holds.ETHERS, near)
    named = settings.of("resolv-file")
    if settings.last("no-resolv") is None and not named:
        reader.file(Include("/etc/resolv.conf"), Holds.UPSTREAMS, ())


@dataclass(slots=True)
class _Reader:
    """Follows includes; a file that was read before is not read again (dnsmasq does so too)."""

    reading: Reading
    settings: Settings
    seen: set[tuple[str, Holds]]

    def statements(self, statements: list[Statement], path: str, near: tuple[Span, ...]) -> None:
        """Take statements of a file, or of lines that are named (`near`)."""
        for statement in statements:
            at = near if near or not statement.line else (self.reading.span(path, statement.line),)
            self._statement(statement, path, at)

    def _statement(self, statement: Statement, path: str, spans: tuple[Span, ...]) -> None:
        if statement.problem:
            self.settings.holes.append(
                Unknown(
                    f"dnsmasq refuses this line ({statement.problem}), and what runs is not what the files say",
                    spans,
                    "correct the line",
                )
            )
            self.reading.understood(*spans)
            return
        if statement.key not in READ:
            self._other(statement, path, spans)
            return
        self.reading.understood(*spans)
        setting = Setting(statement.key, statement.value, spans, path, self.settings.count)
        self.settings.count += 1
        self.settings.by_key.setdefault(setting.key, []).append(setting)
        self._follow(statement, spans)

    def _other(self, statement: Statement, path: str, spans: tuple[Span, ...]) -> None:
        """An option that no rule needs, or one that dnsmasq does not know and refuses."""
        irrelevant = self.reading.profile.irrelevant.get("dnsmasq", {}).get("options", frozenset())
        if not statement.known and statement.key not in irrelevant:
            why = "dnsmasq knows no such option and refuses it, and what runs is not what the files say"
            self.settings.holes.append(Unknown(why, spans, "correct the line; run dnsmasq --test"))
        for span in spans if path else ():
            if statement.key in irrelevant:
                self.reading.irrelevant(span.file, range(span.first, span.last + 1))
            else:
                word = statement.key.split(" ")[0]
                self.reading.unknown(span.file, span.first, word if word.replace("-", "").isalnum() else "")

    def _follow(self, statement: Statement, spans: tuple[Span, ...]) -> None:
        if statement.key == "conf-script":
            why = "dnsmasq takes options from the output of a program (conf-script)"
            self.settings.holes.append(Unknown(why, spans, "write the options into a file"))
            return
        pulled = files.included(statement)
        if pulled is not None:
            self.file(*pulled, spans)
        elif statement.key in files.PULLS and shown(statement.value) and statement.key != "resolv-file":
            why = f"{printable(shown(statement.value))} is no absolute path, and was not read"
            self.settings.holes.append(Unknown(why, spans, "write the whole path"))

    def unseen_folder(self) -> None:
        """Debian's start script adds a folder; whether that of this host does is not known if it does not run."""
        folder = files.FOLDER
        listing = f"{LISTING}{folder}"
        captured = any(file.path.startswith(f"{folder}/") for file in self.reading.capture.files)
        asked = any(gap.path == listing for gap in self.reading.capture.gaps)
        if captured or asked or self.reading.file(listing) is not None:
            self.file(files.usual_folder(), Holds.OPTIONS, ())
        elif self.reading.file(files.MAIN) is not None and not self._names_folder():
            why = f"whether dnsmasq also reads files in {folder} is not known: its command line was not captured"
            settle = f"add the files of {folder}, or the output of `ls -1 {folder}`"
            self.settings.holes.append(Unknown(why, (), settle))

    def _names_folder(self) -> bool:
        main = self.reading.file(files.MAIN)
        return main is not None and any(s.key == "conf-dir" for s in parse(main.text))

    def file(self, include: Include, holds: Holds, near: tuple[Span, ...]) -> None:
        """Read one file or folder that holds lines of some kind."""
        found = self._there(include, near)
        if found.holes:
            self._holes(holds).extend(found.holes)
        for path in found:
            if (path, holds) not in self.seen:
                self.seen.add((path, holds))
                self._text(path, holds)

    def _there(self, include: Include, near: tuple[Span, ...]) -> Listed[str]:
        """`dhcp-hostsfile`, `addn-hosts` and the like may name a folder."""
        if not include.folder and self.reading.file(include.path) is None:
            below = include.path.rstrip("/") + "/"
            if any(file.path.startswith(below) for file in self.reading.capture.files):
                include = Include(include.path, True, include.wanted, include.required)
        return self.reading.included(include, *near)

    def _holes(self, holds: Holds) -> list[Unknown]:
        return self.settings.holes if holds is Holds.OPTIONS else self.settings.holes_of.setdefault(holds, [])

    def _text(self, path: str, holds: Holds) -> None:
        lines = len(self.reading.lines(path))
        self.reading.irrelevant(path, range(1, lines + 1))
        captured = self.reading.file(path)
        assert captured is not None
        everything = (self.reading.span(path, 1, lines),) if lines else ()
        match holds:
            case Holds.OPTIONS:
                self.statements(list(parse(captured.text)), path, ())
            case Holds.HOSTS | Holds.DHCP_OPTIONS:
                self._values(path, captured.text, holds)
            case Holds.NAMES:
                self.settings.names.append(Names(path, everything))
            case Holds.UPSTREAMS:
                self.settings.upstreams.append(Names(path, everything))
            case Holds.ETHERS:
                self.settings.ethers.append(Names(path, everything))

    def _values(self, path: str, text: str, holds: Holds) -> None:
        """Lines that are values of one option; dnsmasq passes over one that it cannot read."""
        for statement in parse(text, holds.value):
            if statement.problem:
                self.reading.unknown(path, statement.line, "")
            else:
                self._statement(statement, path, (self.reading.span(path, statement.line),))
