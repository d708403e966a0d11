"""Whom stations of a BSS reach: the network that they join, and whether they are kept apart."""

from auditor.model import Fact, IsolationScope, Stated, Unknown, combine, known_like
from auditor.services.base import Host
from auditor.services.hostapd.settings import Settings
from auditor.services.reading import printable

_TRY = "see which address a reader gets"


def networks(host: Host, view: Settings) -> Fact[tuple[str, ...]]:
    """The interface whose segment the stations join.

    It is `bridge`, else the bridge that the host put the interface in, else the interface itself. Where RADIUS, a
    file or the station decides, nobody can say.
    """
    name = printable(view.section.name)
    lines = view.switched_on("dynamic_vlan")
    if lines:
        return Unknown(f"BSS {name} lets the RADIUS server choose the VLAN of a station (dynamic_vlan)", lines, _TRY)
    files = tuple(map(view.span, view.all("vlan_file")))
    if files:
        return Unknown(f"BSS {name} takes VLANs of stations from a file", files, _TRY)
    lines = view.switched_on("per_sta_vif")
    if lines:
        return Unknown(f"BSS {name} gives each station an interface of its own (per_sta_vif)", lines, _TRY)
    return _named(host, _joined(host, view))


def _joined(host: Host, view: Settings) -> Fact[str]:
    """The link below the stations: what the kernel says of a port of a bridge, else what the file says.

    hostapd puts the interface into `bridge` when it starts; which VLAN of that bridge it is in is not in its file.
    """
    written, own = view.text("bridge"), view.section.name
    bridge = written.value if written is not None else ""
    said: Fact[str] = Stated(own, (view.header,)) if written is None or not bridge else written
    port = next((port for port in host.ports if port.key == own), None)
    if port is None:
        return said
    links = port.links
    if isinstance(links, Unknown):
        return links
    first, *more = links.value
    if bridge and not any(_is_of(link, bridge) for link in links.value):
        why = f"hostapd is told to put {printable(own)} into {printable(bridge)}, and it is in {printable(first)} now"
        return Unknown(why, (*said.spans, *links.spans), _TRY)
    # A bridge that looks at no VLANs comes first, and those that lie on it leave by each of its ports.
    if all(_is_of(link, first) for link in more):
        return known_like(first, links, *((said,) if bridge else ()))
    why = f"{printable(own)} is in several VLANs: {printable(', '.join(links.value), 80)}"
    return Unknown(why, links.spans, _TRY)


def _is_of(link: str, bridge: str) -> bool:
    """Whether a link is a bridge or a VLAN of it."""
    return link == bridge or link.startswith(f"{bridge}.")


def _named(host: Host, link: Fact[str]) -> Fact[tuple[str, ...]]:
    if isinstance(link, Unknown):
        return link
    interface = host.interface_named(link.value)
    if interface is None:
        by_link = (i for i in host.interfaces if not isinstance(i.link, Unknown) and i.link.value == link.value)
        interface = next(by_link, None)
    if interface is not None:
        return known_like((interface.key,), link)
    why = f"interface {printable(link.value)}, which the stations join, is not among those of the host"
    return Unknown(why, link.spans, "collect the host again while the access point is up")


def isolation(view: Settings) -> Fact[IsolationScope]:
    """`ap_isolate` keeps the stations of one BSS apart.

    In a file that OpenWrt generates it says nothing: there the bridge may send the packets back (hairpin mode).
    """
    number = view.number("ap_isolate")
    single = view.switched_on("per_sta_vif")
    if isinstance(number, Unknown):
        return number
    if not number.value and single:
        why = f"BSS {printable(view.section.name)} gives each station an interface of its own (per_sta_vif)"
        return Unknown(why, single, "ping a reader from a POS on the same SSID")
    if number.value and view.generated:
        why = "ap_isolate in a generated file does not tell whether the bridge sends packets back to stations"
        return Unknown(why, number.spans, "look at option isolate in /etc/config/wireless")
    if not 0 <= number.value <= 255:
        return Unknown(f"what ap_isolate {number.value} does was not established", number.spans, "set ap_isolate to 0")
    return known_like(IsolationScope.SAME_BSS if number.value else IsolationScope.NONE, number)


def port_isolated(host: Host, view: Settings) -> Fact[bool]:
    """Isolation of the bridge port is not hostapd's: the kernel keeps it with the port, and it is off at first."""
    for port in host.ports:
        if port.key == view.section.name:
            return combine(lambda isolated: isolated, port.isolated)
    return view.reading.default("hostapd.bridge_port_isolated", lambda text: text == "1", view.header)
