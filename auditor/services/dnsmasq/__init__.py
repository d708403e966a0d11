"""dnsmasq: DHCP server and resolver, as Debian, OpenWrt's generated files and Pi-hole have it."""

from auditor.intents import Intent
from auditor.model import Listed, Unknown
from auditor.secrets import Redactor
from auditor.services.base import Host, Instance, Part, Put, Rereads, Service
from auditor.services.dnsmasq import ipv6_resolvers
from auditor.services.dnsmasq.edit import edit as edit_settings
from auditor.services.dnsmasq.files import MAIN, includes, main_file, owns, state_files
from auditor.services.dnsmasq.reservations import leases, reservations
from auditor.services.dnsmasq.resolver import resolver
from auditor.services.dnsmasq.running import disagreement
from auditor.services.dnsmasq.scopes import DHCP_PORT, scopes
from auditor.services.dnsmasq.settings import Settings, gather
from auditor.syntax.dnsmasq_conf_edit import get, put
from auditor.syntax.text_redact import redact_text


def part_of(host: Host, instance: Instance, settings: Settings) -> Part:
    """Everything that the options of an instance say."""
    answering = resolver(host, instance, settings)
    given_out = scopes(host, instance, settings)
    told = [
        disagreement(host, instance, DHCP_PORT, "give out addresses", scope.interface) for scope in given_out.items[:1]
    ]
    port = answering.port
    if not isinstance(port, Unknown) and port.value:
        told.append(disagreement(host, instance, port.value, "answer DNS", port))
    return Part(
        dhcp_scopes=given_out,
        reservations=reservations(host, settings),
        leases=leases(host, instance, settings),
        resolvers=Listed((answering,)),
        ipv6_resolvers=ipv6_resolvers.resolvers(host, instance, settings),
        ipv6_links=ipv6_resolvers.links(host, instance, settings),
        disagreements=tuple(fact for facts in told for fact in facts),
    )


def read(host: Host, instance: Instance) -> Part:
    """Return what one instance adds to the model."""
    return part_of(host, instance, gather(host, instance))


def edit(host: Host, instance: Instance, intent: Intent) -> tuple[Put, ...] | None:
    """Return the puts that carry out an intent."""
    return edit_settings(host, instance, gather(host, instance), intent)


def redact(text: str, redactor: Redactor) -> str:
    """No option of dnsmasq is a secret itself, but options of DHCP, scripts and comments may carry one."""
    return redact_text(text, redactor)


SERVICE = Service(
    name="dnsmasq",
    programs=("dnsmasq",),
    files=(MAIN,),
    main_file=main_file,
    owns=owns,
    includes=includes,
    state_files=state_files,
    redact=redact,
    read=read,
    edit=edit,
    get=get,
    put=put,
    rereads=Rereads.NEVER,
)
