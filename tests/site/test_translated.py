"""Which router translates the addresses of clients on their way out."""

import pytest

from auditor.model import Listed, SourceNat, Unknown
from auditor.site.egress import ways_out
from auditor.site.neighbourhood import neighbourhood
from auditor.site.segments import segments_of
from auditor.site.translated import translated_out
from tests.site.built import UNKNOWN, nat
from tests.site.test_routing import TOLD, core, ends, firewall


@pytest.mark.parametrize(
    ("at_core", "at_firewall", "who", "doubts"),
    [
        (Listed(), Listed((nat("wan"),)), ["fw"], ()),
        (Listed((nat("transit"),)), Listed(), ["core"], ()),
        (Listed((nat("transit"),)), Listed((), (UNKNOWN,)), ["core"], (UNKNOWN,)),
        (Listed((nat("pos"),)), Listed((nat("transit"),)), [], ()),
        (Listed((), (UNKNOWN,)), Listed(), [], (UNKNOWN,)),
    ],
)
def test_a_router_before_the_last_one_may_translate(
    at_core: Listed[SourceNat], at_firewall: Listed[SourceNat], who: list[str], doubts: tuple[Unknown, ...]
) -> None:
    devices = core(source_nats=at_core), firewall(source_nats=at_firewall)
    around = neighbourhood(devices, segments_of(devices))
    wan = devices[1].interface("wan")
    assert wan is not None
    found = translated_out(wan, ways_out(ends(*devices)[0], devices, TOLD, around), around)
    assert ([hop.device for hop in found], found.holes) == (who, doubts)
