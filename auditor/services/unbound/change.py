"""Changes in unbound.conf: the readers' domain becomes one that may have private addresses."""

from auditor.intents import ExemptFromRebindProtection, GiveOutIpv4Answers, Intent, RemoveLocalAnswer
from auditor.services.base import Host, Instance, NotPossible, Place, Put
from auditor.services.unbound.settings import settings_of
from auditor.syntax.unbound_conf_edit import domain_of, with_domain, without_domain

_KEYWORD = "private-domain"


def edit(host: Host, instance: Instance, intent: Intent) -> tuple[Put, ...] | None:
    """Return the puts for an intent about this Unbound."""
    match intent:
        case ExemptFromRebindProtection(resolver, domain) if resolver == instance.key:
            return (_exempt(host, instance, domain),)
        case RemoveLocalAnswer(resolver, answer, _) if resolver == instance.key:
            raise NotPossible(
                f"'{answer}' may stand in many lines, and some lists are written by programs",
                f"take '{answer}' out of the configuration of Unbound, or out of what writes it",
            )
        case GiveOutIpv4Answers(resolver) if resolver == instance.key:
            raise NotPossible("Unbound has no setting that withholds A records", "look at what stands before it")
        case _:
            return None


def _exempt(host: Host, instance: Instance, domain: str) -> Put:
    """Put the domain behind the last `private-domain`, or where private addresses are named."""
    server = settings_of(host.reading, instance.file).server
    anchor = server.last(_KEYWORD) or server.last("private-address")
    path = anchor.span.file if anchor is not None else server.spans[-1].file if server.spans else instance.file
    try:
        with_domain("", _KEYWORD, domain, behind=())
    except ValueError as error:
        raise NotPossible(str(error), "correct the name") from None
    return Put("unbound", path, (_KEYWORD, domain), domain)


def get(text: str, place: Place) -> str | None:
    """Return the domain as it is written."""
    keyword, domain = place
    return domain_of(text, keyword, domain)


def put(text: str, place: Place, value: str | None) -> str:
    """Write a domain or take it out."""
    keyword, domain = place
    if value is None:
        return without_domain(text, keyword, domain)
    return with_domain(text, keyword, value, behind=("private-address",))
