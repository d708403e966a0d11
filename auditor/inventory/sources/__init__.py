"""Other inventories as sources of sites and devices, read-only: Ansible, Nornir, NetBox."""

from auditor.inventory.sources.devices import Source, SourcedDevice, SourceError
from auditor.inventory.sources.read import read_sources

__all__ = ["Source", "SourceError", "SourcedDevice", "read_sources"]
