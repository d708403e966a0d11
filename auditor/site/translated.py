"""Where private addresses of clients are translated on their way out: by one of the routers that packets pass."""

from auditor.model import Interface, Listed, Unknown
from auditor.site.hops import Hop, Leg, Passage
from auditor.site.leg_hops import translations
from auditor.site.neighbourhood import Neighbourhood
from auditor.site.routing import End, Way


def translated_out(uplink: Interface, found: tuple[Way, ...], around: Neighbourhood) -> Listed[Hop]:
    """Return the translations of packets that leave by an uplink; a hole is one that may be.

    Of several ways that lead there, the one counts on which the least is translated. Where none of them is known to
    lead there, the device of the uplink alone is asked.
    """
    leading = [way.legs for way in found if way.end is End.OUT and (way.at, way.legs[-1].leaving) == _key(uplink)]
    alone = (Leg(uplink.device, "", uplink.key, uplink.uplink, uplink=True),)
    return min((_of(legs, around) for legs in leading or [alone]), key=_worth)


def _key(interface: Interface) -> tuple[str, str]:
    return interface.device, interface.key


def _of(legs: tuple[Leg, ...], around: Neighbourhood) -> Listed[Hop]:
    hops = [hop for leg in legs for hop in translations(around.tables[leg.device].device, leg)]
    certain = tuple(hop for hop in hops if hop.passage is Passage.OPEN)
    return Listed(certain, tuple(hop.fact for hop in hops if isinstance(hop.fact, Unknown)))


def _worth(found: Listed[Hop]) -> tuple[bool, bool]:
    return bool(found.items), bool(found.holes)
