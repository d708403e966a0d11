"""CoovaChilli, a captive portal with a DHCP server; read by `auditor.services.portals`."""

from auditor.services.portals.chilli import CHILLI as SERVICE

__all__ = ["SERVICE"]
