"""What a hop is and does, in words for people; no vendor's."""

from auditor.model import IsolationScope, Unknown
from auditor.site.hops import Hop, HopKind, Passage
from auditor.site.site import Site

_SCOPES = {
    IsolationScope.NONE: "stations may reach each other",
    IsolationScope.SAME_BSS: "keeps the stations of one BSS apart",
    IsolationScope.SAME_SSID: "keeps the stations of one SSID apart",
    IsolationScope.SAME_AP: "keeps the stations of one access point apart",
    IsolationScope.ALL_WIRELESS: "keeps all Wi-Fi stations apart",
    IsolationScope.ALL_LAN_EXCEPT_GATEWAY: "keeps stations from everything but their router",
}


def words_of(site: Site, hop: Hop) -> str:
    """Say what a hop is and what becomes of packets there, in one line."""
    between = f" from {hop.entering} to {hop.leaving}" if hop.entering and hop.leaving else ""
    between = between or (f" at {hop.entering}" if hop.entering else "")
    by = f"rule '{hop.rule}'" if hop.rule else "its default"
    does = {Passage.OPEN: "lets them pass", Passage.BLOCKED: "stops them", Passage.UNKNOWN: "may stop them"}[
        hop.passage
    ]
    match hop.kind:
        case HopKind.STATION_ISOLATION:
            scope = None if isinstance(hop.fact, Unknown) else hop.fact.value
            what = _SCOPES[scope] if isinstance(scope, IsolationScope) else "may keep stations apart"
            spared = ", but not these" if hop.passage is Passage.OPEN and scope is not IsolationScope.NONE else ""
            return f"station isolation of '{_ssid(site, hop)}': {what}{spared}"
        case HopKind.PORT_ISOLATION:
            kept = {Passage.OPEN: "off", Passage.BLOCKED: "isolated ports exchange nothing", Passage.UNKNOWN: "unclear"}
            return f"port isolation in the bridge: {kept[hop.passage]}"
        case HopKind.BRIDGE_FILTER:
            return f"filter '{hop.item}' within the network: {by} {does}"
        case HopKind.FILTER:
            return f"packet filter '{hop.item or 'forward'}'{between}: {by} {does}"
        case HopKind.SOURCE_NAT:
            maybe = "" if hop.passage is Passage.OPEN else "may be "
            return f"source NAT '{hop.item}'{between}: the source address {maybe or 'is '}replaced"
        case _:
            if hop.passage is not Passage.OPEN:
                return _lost(hop)
            what = "routes" if hop.kind.value == HopKind.ROUTER.value else f"{hop.kind.value} {hop.item}".strip()
            return f"{what}{between}"


def _lost(hop: Hop) -> str:
    """Say that packets, or the answers to them, find no way on at a router."""
    match hop.fact:
        case Unknown():
            return f"which way {hop.device} sends packets on" if hop.device else "a router between the networks"
        case known:
            return f"no way on: {known.value}"


def _ssid(site: Site, hop: Hop) -> str:
    """The SSID of a BSS, its key where it is not known."""
    for device in site.devices:
        for bss in device.bsses if device.name == hop.device else ():
            if bss.key == hop.item and not isinstance(bss.ssid, Unknown):
                return bss.ssid.value
    return hop.item
