"""Captive portals on Linux hosts: openNDS, nodogsplash and CoovaChilli, each a service of its own."""
