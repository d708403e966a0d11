"""Made-up views for the layout: any devices, networks, clients and ways that a site may have."""

from collections.abc import Sequence

from hypothesis import strategies as st

from auditor.report.diagram.view import (
    AtClients,
    ClientBox,
    DeviceBox,
    Internet,
    Layer,
    Mark,
    NetworkBar,
    OnNetwork,
    Purpose,
    Standing,
    Station,
    ThroughDevice,
    View,
    Way,
)
from auditor.site import Passage

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=70)


@st.composite
def views(draw: st.DrawFn) -> View:
    """A view whose ways begin at clients in a network, and pass devices and networks in any order."""
    networks = tuple(
        NetworkBar(f"n{number}", draw(TEXTS), tuple(draw(st.lists(TEXTS, max_size=3))), others=number == 0)
        for number in range(draw(st.integers(1, 4)))
    )
    keys = [network.key for network in networks]
    devices = tuple(
        DeviceBox(
            names=(f"d{number}",),
            title=draw(TEXTS),
            platform=draw(TEXTS),
            layer=draw(st.sampled_from(Layer)),
            standing=draw(st.sampled_from(Standing)),
            lines=tuple(draw(st.lists(TEXTS, max_size=3))),
            networks=tuple(draw(st.sets(st.sampled_from(keys)))),
            uplink=draw(st.booleans()),
            tag=draw(st.sampled_from(["", "not audited", "shared by 3 sites"])),
        )
        for number in range(draw(st.integers(0, 14)))
    )
    clients = tuple(
        ClientBox(f"c{number}", "Readers", draw(TEXTS), draw(st.sampled_from(keys)), tuple(draw(st.lists(TEXTS))))
        for number in range(draw(st.integers(1, 7)))
    )
    names = [device.key for device in sorted(devices, key=lambda device: device.layer)]
    ways = tuple(draw(_way(number, clients, keys, names)) for number in range(1, 1 + draw(st.integers(0, 9))))
    return View("shop", tuple(sorted(devices, key=lambda device: device.layer)), networks, clients, ways, ())


@st.composite
def _way(
    draw: st.DrawFn, number: int, clients: Sequence[ClientBox], networks: Sequence[str], devices: Sequence[str]
) -> Way:
    start = draw(st.sampled_from(clients))
    stations: list[Station] = [AtClients(start.key), OnNetwork(start.network)]
    for _ in range(draw(st.integers(0, 3)) if devices else 0):
        stations += [ThroughDevice(draw(st.sampled_from(devices))), OnNetwork(draw(st.sampled_from(networks)))]
    end = draw(st.sampled_from(["clients", "internet", "nowhere"]))
    if end == "internet" and len(stations) > 2:
        stations[-1] = Internet()
    elif end == "clients":
        stations.append(AtClients(draw(st.sampled_from([each.key for each in clients if each is not start] or ["c0"]))))
    passage = draw(st.sampled_from(Passage))
    mark = None
    if passage is not Passage.OPEN:
        mark = Mark(draw(st.integers(1, len(stations) - 1)), draw(TEXTS), "gw:/etc/config/firewall:12", "site-1-1")
    return Way(number, Purpose.READER, passage, f"way {number}", draw(TEXTS), tuple(stations), mark)
