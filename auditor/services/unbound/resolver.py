"""Unbound as a resolver: what its settings, put together, mean to a client."""

from auditor.model import Blocklist, Fact, Listed, Resolver, Stated, Unknown
from auditor.services.base import Host, Instance, Part
from auditor.services.name_service import served
from auditor.services.reading import printable
from auditor.services.unbound.answers import local_answers, policy_applies
from auditor.services.unbound.listening import listening, private_addresses
from auditor.services.unbound.settings import Settings, settings_of
from auditor.services.unbound.upstream import failing, forwarders

PROGRAMS = ("unbound",)


def read(host: Host, instance: Instance) -> Part:
    """Read one Unbound."""
    settings = settings_of(host.reading, instance.file)
    server = settings.server
    near = server.spans[:1] or (host.reading.span(instance.file, 1),)
    listens = listening(host, server)
    whole = _spoiled(settings)
    port, interfaces = whole or listens.port, whole or listens.interfaces
    serving, disagreements = served(host, instance, port, interfaces, PROGRAMS, _answers(settings, host))
    ranges, spans, unread = private_addresses(server)
    drops: Fact[bool] = Stated(True, spans)
    if not ranges:
        drops = host.reading.default("unbound.private-address", lambda _: False, *near)
    answers = local_answers(settings)
    resolver = Resolver(
        device=host.name,
        key=instance.key,
        software="Unbound",
        port=port,
        serving=serving,
        interfaces=interfaces,
        drops_private=drops,
        private_ranges=ranges,
        exempt_domains=_exempt(host, settings),
        drops_ipv4=host.reading.default("unbound.a-records", lambda _: False, *near),
        forwarders=forwarders(settings),
        local_answers=Listed((*answers.items, *failing(settings)), answers.holes),
        clients=whole or listens.clients,
        unread_ranges=(*settings.holes, *unread),
    )
    return Part(
        resolvers=Listed((resolver,)), blocklists=_blocklists(host, instance, settings), disagreements=disagreements
    )


def _spoiled(settings: Settings) -> Unknown | None:
    """What every later line may overrule is not known while a file is missing."""
    return settings.holes[0] if settings.holes else None


def _answers(settings: Settings, host: Host) -> Fact[bool]:
    """Whether it answers questions over IPv4 at all; what it refuses to read keeps it from starting."""
    if settings.refused:
        why = "Unbound does not start with a line that it cannot read"
        return Unknown(why, settings.refused[:3], f"run on {host.name}: unbound-checkconf")
    for keyword in ("do-ip4", "do-udp"):
        found = settings.server.last(keyword)
        if found is not None and found.value == "no":
            return Stated(False, (found.span,))
    return host.reading.default("unbound.do-ip4", lambda text: text == "yes", *settings.server.spans[:1])


def _exempt(host: Host, settings: Settings) -> Fact[tuple[str, ...]]:
    """`private-domain` lets private addresses pass for a domain and all names below it."""
    found = settings.server.all("private-domain")
    if not found and settings.holes:
        return settings.holes[0]
    if not found:
        lines = tuple(setting.span for setting in settings.server.all("private-address"))
        near = lines[-1:] or settings.server.spans[:1]
        return host.reading.default("unbound.private-domain", lambda text: tuple(text.split()), *near)
    names = tuple(dict.fromkeys(setting.value.rstrip(".").lower() or "." for setting in found))
    return Stated(names, tuple(setting.span for setting in found))


def _blocklists(host: Host, instance: Instance, settings: Settings) -> Listed[Blocklist]:
    """Response policy zones; without the module `respip` Unbound does not apply them."""
    modules = settings.server.last("module-config")
    active = modules is not None and "respip" in modules.value.split()
    found = tuple(
        Blocklist(
            host.name,
            f"{instance.key}/{printable(zone.name)}",
            "a response policy zone of Unbound",
            Stated(active and policy_applies(zone), zone.spans),
        )
        for zone in settings.of("rpz")
    )
    return Listed(found)
