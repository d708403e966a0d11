"""Nodogsplash, a captive portal; read by `auditor.services.portals`."""

from auditor.services.portals.by_minutes import NODOGSPLASH as SERVICE

__all__ = ["SERVICE"]
