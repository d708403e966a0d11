"""Changes in named.conf: a domain may have private addresses, or is asked for at servers of its own."""

from auditor.intents import ExemptFromRebindProtection, ForwardDomain, GiveOutIpv4Answers, Intent, RemoveLocalAnswer
from auditor.services.base import Host, Instance, NotPossible, Place, Put
from auditor.services.bind.answers import zone_name
from auditor.services.bind.matching import Matching
from auditor.services.bind.resolver import denial, resolver_key
from auditor.services.bind.settings import settings_of
from auditor.services.bind.views import View, views_of
from auditor.syntax.named_conf_edit import denials, exempt_domain, with_exempt_domain, without_exempt_domain
from auditor.syntax.named_zone_edit import forward_zone, with_forward_zone, without_forward_zone

_ZONE = "zone"
_KEYWORD = "deny-answer-addresses"
_EXEMPT = "except-from"


def edit(host: Host, instance: Instance, intent: Intent) -> tuple[Put, ...] | None:
    """Return the puts for an intent about this BIND."""
    match intent:
        case ExemptFromRebindProtection(resolver, domain):
            views = _views(host, instance)
            view = next((view for view in views if resolver_key(instance, view) == resolver), None)
            return None if view is None else (_exempt(host, view, views, domain),)
        case ForwardDomain(resolver):
            views = _views(host, instance)
            view = next((view for view in views if resolver_key(instance, view) == resolver), None)
            return None if view is None else (_forward(host, instance, view, intent),)
        case RemoveLocalAnswer(resolver, answer, domain) if _is_mine(instance, resolver):
            raise NotPossible(
                f"'{answer}' is a zone whose records others may need",
                f"take the zone out of the configuration of BIND, or write the records of {domain} into it",
            )
        case GiveOutIpv4Answers(resolver) if _is_mine(instance, resolver):
            raise NotPossible("a plug-in withholds A records", "take plug-in filter-a out of the configuration of BIND")
        case _:
            return None


def _is_mine(instance: Instance, resolver: str) -> bool:
    return resolver == instance.key or resolver.startswith(f"{instance.key}/")


def _views(host: Host, instance: Instance) -> tuple[View, ...]:
    settings = settings_of(host.reading, instance.file, instance.arguments)
    return tuple(views_of(settings, Matching(settings, host.interfaces)))


def _exempt(host: Host, view: View, views: tuple[View, ...], domain: str) -> Put:
    found = denial(view)
    if found is None:
        raise NotPossible(f"no {_KEYWORD} is read", "look where private answers are dropped")
    if len([other for other in views if denial(other) == found]) > 1:
        raise NotPossible(
            f"{_KEYWORD} of options is for several views",
            f'write {_EXEMPT} {{ "{domain}"; }} behind it if all of them may get private answers',
        )
    span = found.span
    file = host.reading.file(span.file)
    places = denials(file.text) if file is not None else ()
    where = next((where for where, each in places if (each.first, each.last) == (span.first, span.last)), None)
    if where is None or file is None:
        raise NotPossible(f"{_KEYWORD} stands where it cannot be changed", f'write {_EXEMPT} {{ "{domain}"; }} there')
    try:
        with_exempt_domain(file.text, where, domain)
    except ValueError as error:
        raise NotPossible(str(error), "correct the name") from None
    return Put("bind", span.file, (_KEYWORD, where, _EXEMPT, domain), domain)


def _forward(host: Host, instance: Instance, view: View, intent: ForwardDomain) -> Put:
    """A zone of type `forward` in the view, or at the end of the main file where there are no views."""
    domain, servers = intent.domain, " ".join(map(str, intent.servers))
    path = view.own.span.file if view.own is not None else instance.file
    file = host.reading.file(path)
    if file is None:
        raise NotPossible(f"{path} was not captured", f"add a zone of type forward for {domain} there")
    same = forward_zone(file.text, view.name, domain) == servers
    if not same and any(zone_name(zone) == domain.rstrip(".").lower() for zone in view.zones):
        raise NotPossible(f"another zone says whom to ask for {domain}", "take that zone out, audit again")
    try:
        with_forward_zone(file.text, view.name, domain, servers)
    except ValueError as error:
        raise NotPossible(str(error), "correct the name, or add the zone by hand") from None
    return Put("bind", path, (_ZONE, view.name, domain), servers)


def get(text: str, place: Place) -> str | None:
    """Return the domain as it is written, or the servers of a zone."""
    if place[0] == _ZONE:
        return forward_zone(text, place[1], place[2])
    _, where, _, domain = place
    return exempt_domain(text, where, domain)


def put(text: str, place: Place, value: str | None) -> str:
    """Write a domain or a zone, or take it out."""
    if place[0] == _ZONE:
        _, view, name = place
        return without_forward_zone(text, view, name) if value is None else with_forward_zone(text, view, name, value)
    _, where, _, domain = place
    if value is None:
        return without_exempt_domain(text, where, domain)
    return with_exempt_domain(text, where, value)
