"""The networks that rules about conflicts judge: those of the readers, and of the points of sale that talk to them."""

from collections.abc import Iterator

from auditor.model import Unknown
from auditor.rules.concerns import separate_pos
from auditor.site import Pos, Readers, Site


def concerned(site: Site, readers: Readers) -> Iterator[Readers | Pos]:
    """Yield the readers, and each point of sale in another network than theirs; one client for each network.

    Of points of sale only those whose place is known; why that of others is not, other rules say.
    """
    yield readers
    seen = {each.attachment.segment.key for each in site.readers if not isinstance(each.place, Unknown)}
    if separate_pos(site, readers):
        return
    for pos in site.pos:
        if not isinstance(pos.place, Unknown) and pos.attachment.segment.key not in seen:
            seen.add(pos.attachment.segment.key)
            yield pos
