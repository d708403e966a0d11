"""Whom stations of a BSS reach: the networks that they join, and whether they are kept apart.

Source: openwrt/netifd system-linux.c, system_bridge_set_wireless; openwrt/openwrt
package/network/config/wifi-scripts/files-ucode/usr/share/ucode/wifi/ap.uc, iface_setup and iface_vlan (002fcaf0).
"""

from auditor.model import Fact, Interface, IsolationScope, Listed, Stated, Unknown, combine
from auditor.platforms.openwrt.config import Config, Located, netifd_bool
from auditor.platforms.openwrt.network import bridges
from auditor.platforms.openwrt.release import sets_up_wifi_in_ucode
from auditor.platforms.openwrt.wireless_names import named, raw_or


def networks(config: Config, located: Located) -> Fact[tuple[str, ...]]:
    """`option network`, unless RADIUS or the key of a station chooses a VLAN."""
    damaged = config.damage(located)
    if damaged is not None:
        return damaged
    chosen = _by_station(config, located)
    if chosen is not None:
        return chosen
    words = config.words(located, "network")
    if not words:
        return config.default("wireless.network", lambda text: tuple(text.split()), config.header(located))
    return Stated(tuple(word for word, _ in words), tuple(dict.fromkeys(span for _, span in words)))


def _by_station(config: Config, located: Located) -> Unknown | None:
    """Why stations may join another network than the BSS names."""
    for name in ("vlan_bridge", "vlan_naming", "vlan_no_bridge", "vlan_tagged_interface"):
        config.values(located, name)  # they say how a VLAN is made, not who joins it
    for statement in config.values(located, "dynamic_vlan"):
        if statement.value not in ("0", "false"):
            why = f"{located.title} lets the RADIUS server choose the VLAN of a station (dynamic_vlan)"
            return Unknown(why, (config.span(located, statement),), "see which address a reader gets")
    files = config.lines(located, "vlan_file")
    if files:
        return Unknown(f"{located.title} takes VLANs from a file, which was not captured", files)
    for station in config.sections("wireless", "wifi-station"):
        of = [word for word, _ in config.words(station, "iface")]
        tagged = config.lines(station, "vid")
        for name in ("mac", "key"):
            config.values(station, name)
        if tagged and (not of or located.id in of):
            why = f"stations of {located.title} join a VLAN by their key (wifi-station)"
            return Unknown(why, tagged, "see which address a reader gets")
    return None


def isolation(config: Config, located: Located, interfaces: Listed[Interface]) -> Fact[IsolationScope]:
    """`isolate` keeps stations of one BSS apart; what hostapd's file says of ap_isolate is no evidence.

    The generated hostapd file may carry ap_isolate=1 although stations reach each other through the bridge in
    hairpin mode, so only options count. Without a bridge there is no such way back.
    """
    isolated = named(config, located, "isolate", netifd_bool, default="wireless.isolate")
    scope = combine(lambda on: IsolationScope.SAME_BSS if on else IsolationScope.NONE, isolated)
    if not isinstance(scope, Unknown) and scope.value is IsolationScope.NONE:
        scope = _per_station(config, located) or _without_bridge(config, located, interfaces) or scope
    return raw_or(config, located, ("ap_isolate",), scope)


def _on(config: Config, located: Located, *names: str) -> Stated[None] | None:
    """The lines that switch one of these options on."""
    found = [
        config.span(located, statement)
        for name in names
        for statement in config.values(located, name)
        if statement.value in ("1", "true")
    ]
    return Stated(None, tuple(found)) if found else None


def _per_station(config: Config, located: Located) -> Unknown | None:
    lines = _on(config, located, "per_sta_vif")
    if lines is None:
        return None
    why = f"{located.title} gives each station an interface of its own (per_sta_vif)"
    return Unknown(why, lines.spans, "ping a reader from a POS on the same SSID")


def _without_bridge(config: Config, located: Located, interfaces: Listed[Interface]) -> Unknown | None:
    """`multicast_to_unicast` and `proxy_arp` isolate in hostapd, and rely on the bridge to send packets back."""
    lines = _on(config, located, "multicast_to_unicast", "multicast_to_unicast_all", "proxy_arp")
    if lines is None or sets_up_wifi_in_ucode(config.version) is False:
        return None
    joined = {word for word, _ in config.words(located, "network")}
    links = {i.link.value for i in interfaces if i.key in joined and not isinstance(i.link, Unknown)}
    if any(link.partition(".")[0] in {bridge.name for bridge in bridges(config)} for link in links):
        return None
    why = f"{located.title} is on no bridge, without which these options keep stations apart"
    return Unknown(why, lines.spans, "ping a reader from a POS on the same SSID")
