"""Whom stations of a BSS reach: the networks that they join, and whether they are kept apart.

Source: openwrt/netifd system-linux.c, system_bridge_set_wireless; openwrt/openwrt
package/network/config/wifi-scripts/files-ucode/usr/share/ucode/wifi/ap.uc, iface_setup and iface_vlan (002fcaf0).
"""

from collections.abc import Iterable

from auditor.model import Fact, Interface, IsolationScope, Listed, Span, Stated, Unknown, combine, spans_of
from auditor.platforms.openwrt.config import Config, Located, netifd_bool
from auditor.platforms.openwrt.network import bridges
from auditor.platforms.openwrt.release import sets_up_wifi_in_ucode
from auditor.platforms.openwrt.wireless_names import named, raw_or
from auditor.services.reading import printable


def networks(config: Config, located: Located, interfaces: Listed[Interface]) -> Fact[tuple[str, ...]]:
    """`option network`, unless RADIUS or the key of a station chooses a VLAN, or nobody can say where it leads.

    An interface with `option disabled 1` does not exist for netifd (config.c, config_parse_interface), so that a BSS
    cannot join it.
    """
    damaged = config.damage(located)
    if damaged is not None:
        return damaged
    chosen = _by_station(config, located)
    if chosen is not None:
        return chosen
    words = config.words(located, "network")
    if not words:
        return config.default("wireless.network", lambda text: tuple(text.split()), config.header(located))
    unclear = _on_several(located, words, interfaces) or _shares_no_bridge(config, located, words, interfaces)
    unclear = unclear or _relayed(config, located, words)
    if unclear is not None:
        return unclear
    off = {
        each.key: each.enabled
        for each in interfaces
        if not isinstance(each.enabled, Unknown) and not each.enabled.value
    }
    spans = (*(span for _, span in words), *spans_of(*(off[word] for word, _ in words if word in off)))
    return Stated(tuple(word for word, _ in words if word not in off), tuple(dict.fromkeys(spans)))


def _links(names: Iterable[str], interfaces: Listed[Interface]) -> set[str]:
    """The layer-2 devices of interfaces, as far as they are known."""
    wanted = set(names)
    return {i.link.value for i in interfaces if i.key in wanted and not isinstance(i.link, Unknown)}


def _on_several(located: Located, words: tuple[tuple[str, Span], ...], interfaces: Listed[Interface]) -> Unknown | None:
    """A radio interface can be in one bridge; netifd hands it to each network that is named, one after the other."""
    if len(_links((word for word, _ in words), interfaces)) < 2:
        return None
    names = " and ".join(printable(word) for word, _ in words)
    why = f"{located.title} names several networks ({names}), of which its stations join one"
    settle = "name one network only, or see which address a station gets"
    return Unknown(why, tuple(dict.fromkeys(span for _, span in words)), settle)


def _shares_no_bridge(
    config: Config, located: Located, words: tuple[tuple[str, Span], ...], interfaces: Listed[Interface]
) -> Unknown | None:
    """Without a bridge an interface has one device: of several BSSs that name it, only one can carry it."""
    links = _links((word for word, _ in words), interfaces)
    named = {bridge.name for bridge in bridges(config)}
    if any(link.partition(".")[0] in named or link.startswith("br-") for link in links) or not links:
        return None
    wanted = {word for word, _ in words}
    others = [
        other
        for other in config.sections("wireless", "wifi-iface")
        if other.id != located.id
        and not wanted.isdisjoint(word for word, _ in config.words(other, "network"))
        and not _is_off(config, other)
    ]
    if not others or _is_off(config, located):
        return None
    shared = printable(words[0][0])
    why = f"{located.title} and {others[0].title} share network {shared}, which has no bridge to join them"
    lines = (words[0][1], *(span for other in others for _, span in config.words(other, "network")))
    return Unknown(
        why, tuple(dict.fromkeys(lines)), "give the network a bridge, or see whether stations of both get on"
    )


def _is_off(config: Config, located: Located) -> bool:
    """Whether a section or its radio is switched off."""
    radios = (config.section("wireless", word) for word, _ in config.words(located, "device")[:1])
    off = (config.stated(each, "disabled", netifd_bool) for each in (located, *radios) if each is not None)
    return any(isinstance(fact, Stated) and fact.value for fact in off)


def _relayed(config: Config, located: Located, words: tuple[tuple[str, Span], ...]) -> Unknown | None:
    """`proto relay` (relayd) makes one subnet of several networks, whose other part nobody looked at."""
    for relay in config.sections("network", "interface"):
        protocol, off = config.stated(relay, "proto", str), config.stated(relay, "disabled", netifd_bool)
        if not isinstance(protocol, Stated) or protocol.value != "relay" or (isinstance(off, Stated) and off.value):
            continue
        joined = config.words(relay, "network")
        if {word for word, _ in words} & {word for word, _ in joined}:
            names = " and ".join(printable(word) for word, _ in joined)
            why = f"relayd joins the networks {names} to one ({relay.title}); who is on it is not in this configuration"
            lines = (*protocol.spans, *(span for _, span in joined))
            return Unknown(why, tuple(dict.fromkeys(lines)), "audit the router behind it; bridge the networks instead")
    return None


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
        return Unknown(
            f"{located.title} takes VLANs from a file, which was not captured",
            files,
            settle="see which address a reader gets",
        )
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
