"""Which CAPsMAN an access point asks: `/interface wireless cap`, and `/interface wifi cap` with its radios.

Without `caps-man-addresses` it looks for managers on its own networks. The managers of the two menus do not understand
each other's access points. Source: MikroTik's manual, "AP Controller (CAPsMAN)" (CAP Configuration), "WiFi CAPsMAN".
"""

from ipaddress import IPv4Address

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.services.reading import printable

LEGACY, WIFI = "CAPsMAN of /caps-man", "CAPsMAN of /interface wifi"
"""What manager and access point speak."""


def managers(config: Config, cap: Item | None, *near: Span) -> Fact[tuple[IPv4Address, ...]]:
    """The addresses of the managers that a CAP asks; none if it finds one by itself."""
    if cap is None:
        return Stated((), near)
    names = config.text(cap, "caps-man-names")
    if names:
        why = f"{cap.title} takes only a manager called {printable(names)}; which device that is was not looked up"
        return Unknown(why, (*config.span(cap, "caps-man-names"), *near), "name the manager by caps-man-addresses")
    stated = config.stated(cap, "caps-man-addresses", _addresses)
    if stated is None:
        return Stated((), near)
    return stated if isinstance(stated, Unknown) else Stated(stated.value, (*stated.spans, *near))


def _addresses(text: str) -> tuple[IPv4Address, ...]:
    return tuple(IPv4Address(word.strip()) for word in text.split(",") if word.strip())
