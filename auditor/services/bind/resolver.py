"""BIND as resolvers: one for each view, for the clients that get it.

A private answer that BIND drops becomes SERVFAIL, where other resolvers give an empty answer.
"""

from ipaddress import IPv4Network

from auditor.model import Blocklist, Fact, Listed, Resolver, Span, Stated, Unknown
from auditor.services.base import Host, Instance, Part
from auditor.services.bind import listening
from auditor.services.bind.answers import blocklists, drops_ipv4, local_answers
from auditor.services.bind.matching import Matching
from auditor.services.bind.settings import Item, Settings, settings_of
from auditor.services.bind.upstream import forwarders
from auditor.services.bind.views import View, clients_of, views_of
from auditor.services.name_service import served

PROGRAMS = ("named",)


def read(host: Host, instance: Instance) -> Part:
    """Read one BIND."""
    settings = settings_of(host.reading, instance.file, instance.arguments)
    matching = Matching(settings, host.interfaces)
    spoiled = settings.holes[0] if settings.holes else None
    port = spoiled or listening.port(host, instance, settings)
    interfaces = spoiled or listening.interfaces(host, settings, matching)
    found: list[Resolver] = []
    lists: list[Blocklist] = []
    disagreements: tuple[Fact[str], ...] = ()
    for view in views_of(settings, matching):
        key = resolver_key(instance, view)
        serving, differs = served(host, instance, port, interfaces, PROGRAMS, _answers(host, settings, view))
        disagreements = disagreements or differs
        ranges, spans, unread = _denied(settings, view, matching)
        drops: Fact[bool] = Stated(True, spans)
        if not ranges:
            drops = host.reading.default("bind.deny-answer-addresses", lambda _: False, *view.spans)
        found.append(
            Resolver(
                device=host.name,
                key=key,
                software="BIND",
                port=port,
                serving=serving,
                interfaces=interfaces,
                drops_private=drops,
                private_ranges=ranges,
                exempt_domains=_exempt(host, settings, view),
                drops_ipv4=drops_ipv4(host.reading, settings, view),
                forwarders=forwarders(settings, view),
                local_answers=local_answers(settings, view),
                clients=spoiled or clients_of(host.reading, view, matching),
                unread_ranges=unread,
            )
        )
        lists += blocklists(host.name, key, view)
    return Part(
        resolvers=Listed(tuple(found), settings.holes if settings.holes and not found else ()),
        blocklists=Listed(tuple(lists), settings.holes),
        disagreements=disagreements,
    )


def resolver_key(instance: Instance, view: View) -> str:
    """The instance's key, with the name of the view if there are some."""
    return f"{instance.key}/{view.name}" if view.own is not None else instance.key


def denial(view: View) -> Item | None:
    """The `deny-answer-addresses` of a view; its own takes the place of that of `options`."""
    return view.last("deny-answer-addresses")


def _denied(
    settings: Settings, view: View, matching: Matching
) -> tuple[tuple[IPv4Network, ...], tuple[Span, ...], tuple[Unknown, ...]]:
    """The ranges whose addresses are dropped, their lines, and what is not known of them."""
    found = denial(view)
    if found is None:
        return (), (), settings.holes
    denied = matching.addresses(found.block)
    if isinstance(denied, Unknown):
        return (), (), (denied, *settings.holes)
    return denied.value.networks, (found.span, *(s for s in denied.spans if s != found.span)), settings.holes


def _exempt(host: Host, settings: Settings, view: View) -> Fact[tuple[str, ...]]:
    """`except-from`: domains that may have such addresses, with all names below them."""
    found = denial(view)
    listed = found.behind("except-from") if found is not None else None
    if isinstance(listed, tuple) and listed:
        names = tuple(dict.fromkeys(item.words[0].rstrip(".").lower() or "." for item in listed if item.words))
        return Stated(names, tuple(dict.fromkeys(item.span for item in listed)))
    if settings.holes and found is None:
        return settings.holes[0]
    near = view.spans if found is None else (found.span,)
    return host.reading.default("bind.except-from", lambda text: tuple(text.split()), *near)


def _answers(host: Host, settings: Settings, view: View) -> Fact[bool]:
    """Whether it finds out names for clients at all."""
    if settings.refused:
        why = "BIND does not start with a line that it cannot read"
        return Unknown(why, settings.refused[:3], f"run on {host.name}: named-checkconf")
    found = view.last("recursion")
    if found is not None:
        words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
        known = words.get(found.argument.lower())
        if known is None:
            return Unknown("cannot read recursion", (found.span,), "write recursion yes")
        return Stated(known, (found.span,))
    return host.reading.default("bind.recursion", lambda text: text == "yes", *view.spans)
