"""Readers of services that many devices run: DHCP servers, resolvers, access point daemons, packet filters.

A platform finds out which of them run where (`Instance`) and hands them the captured texts (`Reading`); a service
returns its part of the model (`Part`) and knows how to edit its own files. It knows no platform, no rule and no
policy.
"""

from auditor.services.base import Host, Include, Instance, NotPossible, Part, Place, Put, Rereads, Service, Socket
from auditor.services.reading import Reading

__all__ = [
    "Host",
    "Include",
    "Instance",
    "NotPossible",
    "Part",
    "Place",
    "Put",
    "Reading",
    "Rereads",
    "Service",
    "Socket",
]
