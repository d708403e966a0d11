"""The site: devices joined, and the answers that need more than one of them."""

from auditor.site.attachment import Attachment, Media
from auditor.site.dhcp import Reserved, is_for, taken
from auditor.site.egress import Egress
from auditor.site.hops import Hop, HopKind, Leg, Passage
from auditor.site.parts import unknown_parts
from auditor.site.paths import Path
from auditor.site.resolvers import (
    Chain,
    Lookup,
    Refusal,
    Refused,
    ResolverHop,
    ResolverKind,
    asked_for,
    covers,
    local_answers,
    owner,
)
from auditor.site.segments import Segment
from auditor.site.site import Site, join
from auditor.site.stations import Pos, Readers

__all__ = [
    "Attachment",
    "Chain",
    "Egress",
    "Hop",
    "HopKind",
    "Leg",
    "Lookup",
    "Media",
    "Passage",
    "Path",
    "Pos",
    "Readers",
    "Refusal",
    "Refused",
    "Reserved",
    "ResolverHop",
    "ResolverKind",
    "Segment",
    "Site",
    "asked_for",
    "covers",
    "is_for",
    "join",
    "local_answers",
    "owner",
    "taken",
    "unknown_parts",
]
