"""From a policy's YAML document to its frozen values."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import time, timedelta
from functools import cache
from importlib import resources
from typing import Any

from auditor.errors import UsageError
from auditor.model import Akm, Severity
from auditor.policies.document import Table, read_document
from auditor.policies.policy import (
    Consumer,
    Host,
    HostKind,
    Integration,
    Item,
    Medium,
    Option,
    Policy,
    Port,
    PrivateNetwork,
    Protocol,
    PublicResolver,
    PublishedRanges,
    Quality,
    ReaderClass,
    ReaderModel,
    Relaxation,
    ResolverKind,
    Responsible,
    SettledBy,
    SeverityOf,
    Source,
    Support,
    Thresholds,
    read_version,
)


def policy_names() -> tuple[str, ...]:
    """Return the names of the policies that ship with the program."""
    files = (file.name for file in resources.files("auditor.policies").iterdir())
    return tuple(sorted(name[: -len(".yaml")].replace("_", "-") for name in files if name.endswith(".yaml")))


@cache
def load_policy(name: str) -> Policy:
    """Return the policy with this name, such as `stripe-terminal`; read once."""
    if name not in policy_names():
        raise UsageError(f"there is no policy {name!r}; there is: {', '.join(policy_names())}")
    file = f"{name.replace('-', '_')}.yaml"
    return parse_policy(file, resources.files("auditor.policies").joinpath(file).read_text(encoding="utf-8"))


def parse_policy(file: str, text: str) -> Policy:
    """Read a policy document; `DataError` with file and place for whatever is wrong with it."""
    return _Reading(read_document(file, text)).policy()


class _Reading:
    """One pass over a document, which remembers where each datum was read."""

    def __init__(self, document: Table) -> None:
        self.document = document
        self.sources = {id: _source(id, table) for id, table in document.table("sources").entries()}
        self.source_of: dict[str, Source] = {}
        self.models = document.table("models").names()

    def policy(self) -> Policy:
        document = self.document
        items = tuple(self._items())
        hosts = tuple(self._hosts())
        options = tuple(self._options())
        ports = tuple(self._lan_ports())
        integrations = tuple(self._integrations())
        policy = Policy(
            name=document.text("name"),
            title=document.text("title"),
            version=document.date("version"),
            main_source=self.sources[document.one_of("main_source", tuple(self.sources))],
            sources=self.sources,
            items=items,
            thresholds=self._thresholds(),
            reader_domain=self._value("reader_domain").text("value"),
            test_name=self._value("test_name").text("value"),
            test_answer=self._value("test_answer").address("value"),
            private_networks=tuple(self._private_networks()),
            lan_ports=tuple(port for port, required in ports if required),
            lan_ports_optional=tuple(port for port, required in ports if not required),
            hosts=hosts,
            published_ranges=self._published_ranges(tuple(host.name for host in hosts)),
            resolvers=tuple(self._resolvers()),
            models=tuple(self._models()),
            integrations=integrations,
            fallback_integration=document.one_of("fallback_integration", tuple(each.slug for each in integrations)),
            options=options,
            severities=tuple(self._severities(tuple(item.id for item in items), options)),
            advice=dict(self._advice()),
            source_of=self.source_of,
        )
        document.finish()
        return policy

    def _sourced(self, table: Table) -> Source:
        """Read the source that each datum must have, and remember it under the datum's place."""
        source = self.sources[table.one_of("source", tuple(self.sources))]
        self.source_of[table.place] = source
        return source

    def _value(self, key: str, parent: Table | None = None) -> Table:
        """Return a table of one `value` and its `source`."""
        table = (parent or self.document).table(key)
        self._sourced(table)
        table.get("value")
        table.finish()
        return table

    def _items(self) -> Iterator[Item]:
        for id, table in self.document.table("items").entries():
            yield Item(
                id=id,
                text=table.text("text"),
                responsible=table.choice("responsible", Responsible),
                readers=frozenset(table.choices("readers", ReaderClass)),
                lan=table.flag("lan") if table.has("lan") else False,
                medium=table.choice("medium", Medium) if table.has("medium") else None,
                models=frozenset(table.some_of("models", self.models) if table.has("models") else ()),
                settled_by=table.choices("settled_by", SettledBy),
                source=self._sourced(table),
            )
            table.finish()

    def _thresholds(self) -> Thresholds:
        table = self.document.table("thresholds")
        values: dict[str, Any] = {}
        for field in fields(Thresholds):
            entry = self._value(field.name, table)
            if field.type is timedelta:
                values[field.name] = entry.duration("value")
            elif field.type is time:
                values[field.name] = entry.time("value")
            else:
                values[field.name] = entry.whole("value")
        table.finish()
        return Thresholds(**values)

    def _private_networks(self) -> Iterator[PrivateNetwork]:
        for table in self.document.tables("private_networks"):
            yield PrivateNetwork(table.network("network"), table.flag("accepted"), self._sourced(table))
            table.finish()

    def _lan_ports(self) -> Iterator[tuple[Port, bool]]:
        for table in self.document.tables("lan_ports"):
            self._sourced(table)
            yield Port(table.choice("protocol", Protocol), table.whole("number")), table.flag("required")
            table.finish()

    def _hosts(self) -> Iterator[Host]:
        for table in self.document.tables("hosts"):
            yield Host(
                name=table.text("name"),
                kind=table.choice("kind", HostKind),
                ports=tuple(_port(text, table) for text in table.texts("ports")),
                needed_by=frozenset(table.choices("needed_by", Consumer)),
                purpose=table.text("purpose"),
                source=self._sourced(table),
            )
            table.finish()

    def _published_ranges(self, hosts: tuple[str, ...]) -> PublishedRanges:
        table = self.document.table("published_ranges")
        ranges = PublishedRanges(
            hosts=table.some_of("hosts", hosts),
            as_of=table.date("as_of"),
            networks=table.networks("networks"),
            source=self._sourced(table),
        )
        table.finish()
        return ranges

    def _resolvers(self) -> Iterator[PublicResolver]:
        for table in self.document.tables("resolvers"):
            yield PublicResolver(
                title=table.text("title"),
                kind=table.choice("kind", ResolverKind),
                networks=table.networks("networks"),
                source=self._sourced(table),
                ipv6_addresses=table.ipv6_addresses("ipv6"),
            )
            table.finish()

    def _models(self) -> Iterator[ReaderModel]:
        lists = self.document.table("akm_lists")
        akms = {key: frozenset(self._value(key, lists).choices("value", Akm)) for key in lists.names()}
        for slug, table in self.document.table("models").entries():
            chosen = table.one_of("akms", tuple(akms))
            self.source_of[table.at("akms")] = self.source_of[lists.at(chosen)]
            yield ReaderModel(
                slug=slug,
                title=table.text("title"),
                reader_class=table.choice("class", ReaderClass),
                akms=akms[chosen],
                wifi6=self._value("wifi6", table).choice("value", Support),
                wpa3_only=self._value("wpa3_only", table).choice("value", Support),
                ethernet=self._value("ethernet", table).choice("value", Support),
                cellular=self._value("cellular", table).choice("value", Support)
                if table.has("cellular")
                else Support.UNKNOWN,
            )
            table.finish()

    def _integrations(self) -> Iterator[Integration]:
        for slug, table in self.document.table("integrations").entries():
            yield Integration(
                slug=slug,
                title=table.text("title"),
                readers=frozenset(table.choices("readers", ReaderClass)),
                lan=table.flag("lan"),
                dns=table.choice("dns", Severity) if table.has("dns") else None,
                relaxed_from=_relaxation(table.table("relaxed_from")) if table.has("relaxed_from") else None,
                source=self._sourced(table),
            )
            table.finish()

    def _options(self) -> Iterator[Option]:
        for name, table in self.document.table("options").entries():
            self._sourced(table)
            choices = table.texts("choices")
            yield Option(name, choices, table.one_of("default", choices))
            table.finish()

    def _severities(self, items: tuple[str, ...], options: tuple[Option, ...]) -> Iterator[SeverityOf]:
        choices = {option.name: option.choices for option in options}
        for key, table in self.document.table("severities").entries():
            self._sourced(table)
            option = table.one_of("option", tuple(choices)) if table.has("option") else None
            chosen: dict[str, Severity] = {}
            if option is not None:
                cases = table.table("if")
                for choice in cases.names():
                    if choice not in choices[option]:
                        cases.fail(f"is none of {', '.join(choices[option])}", choice)
                    chosen[choice] = cases.choice(choice, Severity)
            yield SeverityOf(key, table.choice("severity", Severity), table.some_of("items", items), option, chosen)
            table.finish()

    def _advice(self) -> Iterator[tuple[str, str]]:
        for key, table in self.document.table("advice").entries():
            self._sourced(table)
            yield key, table.text("text")
            table.finish()


def _source(id: str, table: Table) -> Source:
    source = Source(
        id=id,
        title=table.text("title"),
        where=table.text("where"),
        read=table.date("read"),
        quality=table.choice("quality", Quality),
    )
    table.finish()
    return source


def _relaxation(table: Table) -> Relaxation:
    relaxation = Relaxation(table.text("version"), table.choice("dns", Severity))
    if read_version(relaxation.version) is None:
        table.fail("a version such as 3.1.0 is expected", "version")
    table.finish()
    return relaxation


def _port(text: str, table: Table) -> Port:
    number, _, protocol = text.partition("/")
    if not number.isdecimal() or not 0 < int(number) < 65536 or protocol not in tuple(Protocol):
        table.fail(f"{text!r} is no port such as 443/tcp", "ports")
    return Port(Protocol(protocol), int(number))
