"""The services that are read on a Linux host: one line each."""

from auditor.services import Service
from auditor.services.bind import SERVICE as BIND
from auditor.services.chilli import SERVICE as CHILLI
from auditor.services.cron import SERVICE as CRON
from auditor.services.dhcpd import SERVICE as DHCPD
from auditor.services.dnsmasq import SERVICE as DNSMASQ
from auditor.services.hostapd import SERVICE as HOSTAPD
from auditor.services.iptables import SERVICE as IPTABLES
from auditor.services.kea import SERVICE as KEA
from auditor.services.links import SERVICE as LINKS
from auditor.services.nftables import SERVICE as NFTABLES
from auditor.services.nodogsplash import SERVICE as NODOGSPLASH
from auditor.services.opennds import SERVICE as OPENNDS
from auditor.services.pihole import SERVICE as PIHOLE
from auditor.services.unbound import SERVICE as UNBOUND

SERVICES: tuple[Service, ...] = (
    DNSMASQ,
    PIHOLE,
    HOSTAPD,
    OPENNDS,
    NODOGSPLASH,
    CHILLI,
    KEA,
    DHCPD,
    UNBOUND,
    BIND,
    NFTABLES,
    IPTABLES,
    CRON,
    LINKS,
)
