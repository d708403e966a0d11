"""Filters between the stations of one BSS and everything else, which a controller hangs on its profile."""

from collections.abc import Iterable

from auditor.model import Bss, Unknown
from auditor.site.hops import Hop, HopKind, Passage


def station_filters(bsses: Iterable[Bss]) -> tuple[Hop, ...]:
    """Return a hop for each BSS whose stations meet a filter that was not read."""
    return tuple(
        Hop(HopKind.BRIDGE_FILTER, bss.device, bss.key, Passage.UNKNOWN, bss.filtered)
        for bss in dict.fromkeys(each for each in bsses if isinstance(each.filtered, Unknown))
    )
