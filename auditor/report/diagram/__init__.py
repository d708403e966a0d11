"""The diagram of a site: who is where, which ways were judged, and the first hop on each that says no.

First what is shown (`view`, from the site and its verdicts), then where it is (`layout`); the page's template draws it
as SVG, with nothing from elsewhere and without any script.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.model import Unknown
from auditor.report.diagram.answers import badness
from auditor.report.diagram.devices import device_boxes
from auditor.report.diagram.layout import lay_out
from auditor.report.diagram.places import client_boxes, everybody, network_bars
from auditor.report.diagram.shapes import Picture
from auditor.report.diagram.stations import Map
from auditor.report.diagram.view import View, Way, told
from auditor.report.diagram.ways import passed, routing, ways
from auditor.rules.concerns import is_mobile
from auditor.site import Readers, Site
from auditor.verdicts import Finding

__all__ = ["Diagram", "Picture", "View", "Way", "diagram", "lay_out", "view"]


@dataclass(frozen=True, slots=True)
class Diagram:
    """The picture with what it shows, and all that it shows in words."""

    picture: Picture
    view: View
    words: str

    @property
    def worst_first(self) -> tuple[Way, ...]:
        """Its ways, those that are blocked first."""
        return tuple(sorted(self.view.ways, key=lambda way: -badness(way.passage)))


def diagram(
    site: Site,
    findings: tuple[Finding, ...] = (),
    anchors: Mapping[str, str] | None = None,
    sites_of: Mapping[str, tuple[str, ...]] | None = None,
) -> Diagram:
    """Draw a site. `anchors` say where on the page a finding stands, by its fingerprint.

    `sites_of` names all sites that a shared device serves.
    """
    shown = view(site, findings, anchors or {}, sites_of or {})
    return Diagram(lay_out(shown), shown, _in_words(shown))


def view(
    site: Site, findings: tuple[Finding, ...], anchors: Mapping[str, str], sites_of: Mapping[str, tuple[str, ...]]
) -> View:
    """Return what the diagram of a site shows."""
    bars = network_bars(site)
    judged = ways(site, Map(site, bars), findings, anchors)
    drawn = tuple(way for way in judged if way.number)
    boxes = device_boxes(site, bars, sites_of, passing=passed(drawn), routing=routing(drawn))
    return View(site.name, boxes, bars, client_boxes(site), judged, tuple(_lacks(site)))


def _lacks(site: Site) -> list[str]:
    """What is missing for a whole picture."""
    found = []
    if not site.readers:
        found.append("no readers are declared in the inventory")
    if not site.pos:
        found.append("no points of sale are declared in the inventory")
    found += [
        f"where {client.name} are: {client.place.why}"
        for client in everybody(site)
        if isinstance(client.place, Unknown) and not (isinstance(client, Readers) and is_mobile(client))
    ]
    if site.missing:
        found.append(f"not audited: {', '.join(failure.device for failure in site.missing)}")
    return found


def _in_words(shown: View) -> str:
    """The text alternative: devices, networks, and each way with its answer."""
    said = [f"Diagram of {shown.site}."]
    said += [f"{box.title}: {'; '.join(filter(None, (box.tag, box.platform, *box.lines)))}." for box in shown.devices]
    said += [f"Network {bar.title}: {', '.join(bar.lines)}." for bar in shown.networks]
    said += [f"{box.title}, {box.medium}: {', '.join(box.rows)}." for box in shown.clients]
    said += [f"{way.title}: {told(way)}." for way in shown.ways]
    return " ".join(said)
