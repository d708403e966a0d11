"""Changes in named.conf: the readers' domain becomes one that may have private addresses."""

from auditor.intents import ExemptFromRebindProtection, GiveOutIpv4Answers, Intent, RemoveLocalAnswer
from auditor.services.base import Host, Instance, NotPossible, Place, Put
from auditor.services.bind.matching import Matching
from auditor.services.bind.resolver import denial, resolver_key
from auditor.services.bind.settings import settings_of
from auditor.services.bind.views import View, views_of
from auditor.syntax.named_conf_edit import denials, exempt_domain, with_exempt_domain, without_exempt_domain

_KEYWORD = "deny-answer-addresses"
_EXEMPT = "except-from"


def edit(host: Host, instance: Instance, intent: Intent) -> tuple[Put, ...] | None:
    """Return the puts for an intent about this BIND."""
    match intent:
        case ExemptFromRebindProtection(resolver, domain):
            views = _views(host, instance)
            view = next((view for view in views if resolver_key(instance, view) == resolver), None)
            return None if view is None else (_exempt(host, view, views, domain),)
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


def get(text: str, place: Place) -> str | None:
    """Return the domain as it is written."""
    _, where, _, domain = place
    return exempt_domain(text, where, domain)


def put(text: str, place: Place, value: str | None) -> str:
    """Write a domain or take it out."""
    _, where, _, domain = place
    if value is None:
        return without_exempt_domain(text, where, domain)
    return with_exempt_domain(text, where, value)
