"""Whom stations of `/interface wifi` reach: the networks that they join, and whether they are kept apart.

`datapath.client-isolation` keeps "client devices connecting to this interface" apart, and the manual calls each
interface an AP, virtual ones too: the scope is one BSS. A bridge never sends a frame back to the port that it came
from, so frames between stations of one BSS stay in the radio (`Bss.relays_itself`).
Source: MikroTik's manual, "WiFi" (Datapath properties, Access List, Security multi-passphrase properties).
"""

from collections.abc import Iterator

from auditor.model import Fact, IsolationScope, Known, Unknown, known_like
from auditor.platforms.routeros.access_admission import Admission, Entry
from auditor.platforms.routeros.bridges import vlan_id
from auditor.platforms.routeros.config import yes_no
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network import Network
from auditor.platforms.routeros.wifi_settings import Settings


def isolated(settings: Settings) -> Fact[bool]:
    """`datapath.client-isolation`, before the access list is asked."""
    return settings.fact("datapath", "client-isolation", yes_no)


def isolation(settings: Settings, admission: Admission) -> Fact[IsolationScope]:
    """Isolation after access list and passphrases of single stations."""
    forwards = admission.forwards
    if isinstance(forwards, Unknown):
        return forwards
    if not forwards.value:
        return known_like(IsolationScope.SAME_BSS, forwards)
    return _by_passphrase(settings) or known_like(IsolationScope.NONE, forwards)


def passphrases(settings: Settings) -> tuple[Item, ...]:
    """The entries of the group of passphrases that the stations choose from."""
    group = settings.stated("security", "multi-passphrase-group", str)
    return () if group is None or isinstance(group, Unknown) else settings.menus.passphrases.get(group.value, ())


def _by_passphrase(settings: Settings) -> Unknown | None:
    for item in passphrases(settings):
        apart = settings.config.stated(item, "isolation", yes_no)
        if apart is not None and (isinstance(apart, Unknown) or apart.value):
            why = f"{item.title} isolates the stations that use its passphrase"
            return Unknown(why, apart.spans, "set isolation=no there, or see which passphrase the readers use")
    return None


def networks(
    settings: Settings, network: Network, name: str, master: Settings | None, listed: tuple[Entry, ...]
) -> Fact[tuple[str, ...]]:
    """The networks that stations join: a bridge port, `datapath.bridge`, or the interface itself.

    A virtual interface joins the bridge of its master if nothing else says so. What lines say beats what the bridge
    shows of a port that something added to it.
    """
    found = network.bridges
    vlan = settings.fact("datapath", "vlan-id", _vlan)
    chosen = next(_by_station(settings, listed), None)
    if chosen is not None:
        return chosen
    port = found.port_of.get(name)
    bridge = settings.stated("datapath", "bridge", str)
    added = port is not None and port.item is None
    if found.bridge_of(name) is not None and not (added and bridge is not None):
        return network.networks_of(name, vlan)
    if bridge is None and master is not None:
        bridge = master.stated("datapath", "bridge", str)
        above = found.port_of.get(master.item.name)
        if bridge is None and above is not None:
            return network.networks_of(above.bridge, vlan)
    if isinstance(bridge, Unknown):
        return bridge
    if bridge is not None and bridge.value not in ("", "none"):
        return _with(network.networks_of(bridge.value, vlan), bridge)
    return found.holes[0] if found.holes else network.networks_of(name, vlan)


def remote_networks(settings: Settings, network: Network, listed: tuple[Entry, ...]) -> Fact[tuple[str, ...]]:
    """The networks of stations of a CAP: those of the manager's bridge if their traffic comes there (from 7.21 on).

    Otherwise the access point bridges it itself. A VLAN has one id in the whole shop; frames without one are in
    whatever network the access point's bridge is, and that is not in the manager's export.
    """
    vlan = settings.fact("datapath", "vlan-id", _vlan)
    bridge = settings.stated("datapath", "bridge", str)
    comes_here = settings.fact("datapath", "traffic-processing", lambda text: text.startswith("on-capsman"))
    chosen = next(_by_station(settings, listed), None)
    if chosen is not None:
        return chosen
    if isinstance(vlan, Unknown):
        return vlan
    if isinstance(bridge, Unknown):
        return bridge
    if isinstance(comes_here, Unknown):
        return comes_here
    if bridge is not None and bridge.value not in ("", "none"):
        if comes_here.value or vlan.value is not None or _segments(network, bridge.value) == 1:
            return _with(network.networks_of(bridge.value, vlan), bridge)
    elif vlan.value is not None:
        here = (i.key for i in network.interfaces if not isinstance(i.vlan, Unknown) and i.vlan.value == vlan.value)
        if keys := tuple(here):
            return known_like(keys, vlan)
    why = f"stations of {settings.title} join the network of each access point's own bridge"
    settle = "write datapath.bridge and datapath.vlan-id, or audit the access points as devices of the shop"
    return Unknown(why, (settings.header, *(bridge.spans if bridge is not None else ())), settle)


def _segments(network: Network, bridge: str) -> int:
    """How many segments a bridge has, as far as they are known."""
    links = (interface.link for interface in network.interfaces)
    return len({link.value for link in links if not isinstance(link, Unknown) and link.value.split(".")[0] == bridge})


def _with(found: Fact[tuple[str, ...]], *more: Known[str]) -> Fact[tuple[str, ...]]:
    return found if isinstance(found, Unknown) else known_like(found.value, found, *more)


def _vlan(text: str) -> int | None:
    return None if text == "none" else vlan_id(text)


def _by_station(settings: Settings, listed: tuple[Entry, ...]) -> Iterator[Unknown]:
    """Why stations may join another network than the interface does."""
    if settings.interface is not None:
        link = settings.config.text(settings.interface, "mld-interface")
        if link and link != "none":
            why = f"{settings.title} is one link of a multi-link interface, which its traffic goes by"
            spans = settings.config.span(settings.interface, "mld-interface")
            yield Unknown(why, spans, "see which address a station gets")
    vlan = settings.fact("datapath", "vlan-id", _vlan)
    own = None if isinstance(vlan, Unknown) or vlan.value is None else str(vlan.value)
    for entry in listed:
        if entry.own_vlan and entry.item.text("vlan-id") != own:
            why = f"{entry.item.title} gives stations a VLAN of their own"
            yield Unknown(why, entry.near, "see which address a reader gets, or take vlan-id out of the entry")
    for item in passphrases(settings):
        if (settings.config.text(item, "vlan-id") or "none") not in ("none", "0"):
            why = f"{item.title} gives stations a VLAN by their passphrase"
            yield Unknown(why, settings.config.span(item, "vlan-id"), "see which address a reader gets")


def port_isolated(settings: Settings, network: Network, name: str) -> Fact[bool]:
    """Split horizon of the bridge port, or `datapath.bridge-horizon` of one that is made at run time.

    What lines say beats what the bridge shows of a port that something added to it.
    """
    found = network.bridges
    port = found.port_of.get(name)
    horizon = settings.stated("datapath", "bridge-horizon", _horizon)
    if port is not None and (port.item is not None or horizon is None):
        return found.isolated(name)
    if horizon is None:
        horizon = settings.fact("datapath", "bridge-horizon", _horizon)
    bridge = settings.stated("datapath", "bridge", str)
    if isinstance(bridge, Unknown):
        return bridge
    return found.isolated_by(bridge.value if bridge is not None else "", horizon)


def _horizon(text: str) -> str | None:
    if text == "none":
        return None
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("neither a number nor none")
    return text.lstrip("0") or "0"
