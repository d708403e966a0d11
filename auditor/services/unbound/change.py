"""Changes in unbound.conf: a domain may have private addresses, or is asked for at servers of its own."""

from auditor.intents import ExemptFromRebindProtection, ForwardDomain, GiveOutIpv4Answers, Intent, RemoveLocalAnswer
from auditor.services.base import Host, Instance, NotPossible, Place, Put
from auditor.services.unbound.settings import settings_of
from auditor.syntax.unbound_conf_edit import domain_of, with_domain, without_domain
from auditor.syntax.unbound_zone_edit import forward_zone, with_forward_zone, without_forward_zone

_KEYWORD = "private-domain"
_ZONE = "forward-zone"
_ZONES = (_ZONE, "stub-zone", "auth-zone")


def edit(host: Host, instance: Instance, intent: Intent) -> tuple[Put, ...] | None:
    """Return the puts for an intent about this Unbound."""
    match intent:
        case ExemptFromRebindProtection(resolver, domain) if resolver == instance.key:
            return (_exempt(host, instance, domain),)
        case ForwardDomain(resolver) if resolver == instance.key:
            return (_forward(host, instance, intent),)
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


def _forward(host: Host, instance: Instance, intent: ForwardDomain) -> Put:
    """A clause of its own at the end of the main file; answers are filtered as those of other servers are."""
    domain, servers = intent.domain, " ".join(map(str, intent.servers))
    file = host.reading.file(instance.file)
    if file is None:
        raise NotPossible(f"{instance.file} was not captured", f"add a forward-zone for {domain} there")
    same = forward_zone(file.text, domain) == servers
    settings = settings_of(host.reading, instance.file)
    if not same and any(zone.name == domain.rstrip(".").lower() for zone in settings.of(*_ZONES)):
        raise NotPossible(f"another clause says whom to ask for {domain}", "take that clause out, audit again")
    try:
        with_forward_zone(file.text, domain, servers)
    except ValueError as error:
        raise NotPossible(str(error), "correct the name") from None
    return Put("unbound", instance.file, (_ZONE, domain), servers)


def get(text: str, place: Place) -> str | None:
    """Return the domain as it is written, or the servers of a zone."""
    keyword, domain = place
    if keyword == _ZONE:
        return forward_zone(text, domain)
    return domain_of(text, keyword, domain)


def put(text: str, place: Place, value: str | None) -> str:
    """Write a domain or a zone, or take it out."""
    keyword, domain = place
    if keyword == _ZONE:
        return without_forward_zone(text, domain) if value is None else with_forward_zone(text, domain, value)
    if value is None:
        return without_domain(text, keyword, domain)
    return with_domain(text, keyword, value, behind=("private-address",))
