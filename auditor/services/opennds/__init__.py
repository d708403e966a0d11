"""OpenNDS, a captive portal; read by `auditor.services.portals`."""

from auditor.services.portals.by_minutes import OPENNDS as SERVICE

__all__ = ["SERVICE"]
