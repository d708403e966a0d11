"""Whom a requirement concerns. Each condition returns why it does not, '' if it does."""

from auditor.inventory import Addressing, Connection, Integration
from auditor.policies import ReaderClass
from auditor.site import Readers, Site

_WITHOUT_SMART_READER = frozenset({Integration.MOBILE_READER, Integration.TAP_TO_PAY})
_WITHOUT_SEPARATE_POS = frozenset({Integration.SERVER_DRIVEN, Integration.ON_READER_APP})


def is_mobile(readers: Readers) -> bool:
    """Mobile readers and phones have no network connection of their own."""
    if readers.model is not None:
        return readers.model.reader_class is not ReaderClass.SMART
    return readers.integration in _WITHOUT_SMART_READER or readers.connection is Connection.BLUETOOTH


def smart_readers(site: Site, readers: Readers) -> str:
    """Readers with a network connection of their own."""
    return "mobile readers reach the internet through their point of sale" if is_mobile(readers) else ""


def mobile_readers(site: Site, readers: Readers) -> str:
    """Readers that are connected to their point of sale by Bluetooth or USB."""
    return "" if is_mobile(readers) else "smart readers have a network connection of their own"


def separate_pos(site: Site, readers: Readers) -> str:
    """Readers that a point of sale talks to over the local network."""
    if is_mobile(readers):
        return "mobile readers do not use the local network"
    if readers.integration in _WITHOUT_SEPARATE_POS:
        return f"integration {readers.integration.value}: no point of sale talks to the reader over the LAN"
    return ""


def wireless_readers(site: Site, readers: Readers) -> str:
    """Readers that use Wi-Fi, or may."""
    if is_mobile(readers):
        return "mobile readers do not use Wi-Fi"
    return "" if readers.wireless else "the readers are wired"


def wired_readers(site: Site, readers: Readers) -> str:
    """Readers that use Ethernet, or may."""
    if is_mobile(readers):
        return "mobile readers do not use Ethernet"
    return "the readers use Wi-Fi" if readers.connection is Connection.WIFI else ""


def dhcp_readers(site: Site, readers: Readers) -> str:
    """Readers that get their address by DHCP."""
    return "the readers have static addresses" if readers.addressing is Addressing.STATIC else ""
