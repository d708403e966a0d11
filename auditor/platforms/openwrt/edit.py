"""Intents as edits of UCI text: one function for each intent says which operations it is on OpenWrt."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from auditor import intents
from auditor.capture import Capture
from auditor.model import Band, Device, Phy, Pmf, Radio, Unknown
from auditor.platforms.base import ByHand, Edit, EditResult
from auditor.platforms.openwrt import dns_edit, network_edit
from auditor.platforms.openwrt.changes import (
    Builder,
    Texts,
    add_section,
    add_value,
    delete_option,
    remove_value,
    restore,
    set_option,
)
from auditor.platforms.openwrt.config import stable_key
from auditor.platforms.openwrt.dhcp import uci_time
from auditor.platforms.openwrt.security import encryption, word_for
from auditor.services.base import NotPossible
from auditor.syntax.uci_edit import AddListValue, DeleteListValue, DeleteOption, SetOption


def _lease_time(texts: Texts, device: Device, intent: intents.SetLeaseTime) -> Edit:
    edit = set_option(texts, "dhcp", intent.scope, "leasetime", uci_time(intent.lease_time))
    return replace(edit, services=_dhcp_services(device))


def _dhcp_services(device: Device) -> tuple[str, ...]:
    """Odhcpd reads the same package; it is reloaded too, as it may serve DHCPv6 or, as main server, DHCPv4."""
    return ("dhcp", "odhcpd")


def _reservation(texts: Texts, device: Device, intent: intents.AddReservation) -> Edit:
    options = (("name", intent.name.replace("_", "-")), ("mac", intent.mac), ("ip", str(intent.address)))
    return replace(add_section(texts, "dhcp", "host", intent.name, options), services=_dhcp_services(device))


def _pool(texts: Texts, device: Device, intent: intents.EnlargePool) -> Edit:
    return replace(set_option(texts, "dhcp", intent.scope, "limit", str(intent.size)), services=_dhcp_services(device))


def _domain_name_servers(texts: Texts, device: Device, intent: intents.SetDomainNameServers) -> Edit:
    before = texts.values("dhcp", intent.scope, "dhcp_option")
    # One `option dhcp_option` may hold several options, with blanks between them.
    words = tuple(word for value in before for word in value.split())
    kept = tuple(word for word in words if word.split(",")[0] not in ("6", "option:dns-server"))
    after = (*kept, ",".join(("6", *map(str, intent.servers))))
    return Edit(
        tuple(_list("dhcp", intent.scope, "dhcp_option", before, after)),
        restore("dhcp", intent.scope, "dhcp_option", before),
        {"section": intent.scope, "before": before, "after": after},
        _dhcp_services(device),
    )


def _list(package: str, id: str, option: str, before: tuple[str, ...], after: tuple[str, ...]) -> list[Any]:
    """Operations that replace the values of a list."""
    operations: list[Any] = [DeleteOption(package, id, option)] if before else []
    return operations + [AddListValue(package, id, option, value) for value in after]


def _ipv6_only(texts: Texts, device: Device, intent: intents.StopPreferringIpv6Only) -> Edit:
    services = _dhcp_services(device)
    if texts.value("dhcp", intent.scope, "ipv6_only_preferred") is not None:
        edit = delete_option(texts, "dhcp", intent.scope, "ipv6_only_preferred")
        return replace(edit, services=services, context={**edit.context, "option": "ipv6_only_preferred"})
    for value in texts.values("dhcp", intent.scope, "dhcp_option"):
        if value.removeprefix("option:").split(",")[0] in ("108", "ipv6-only"):
            edit = remove_value(texts, "dhcp", intent.scope, "dhcp_option", value)
            return replace(edit, services=services, context={**edit.context, "option": "dhcp_option"})
    raise NotPossible("no line of the scope sends option 108", "look at /etc/dnsmasq.conf on the device")


def _station_isolation(texts: Texts, device: Device, intent: intents.DisableStationIsolation) -> Edit:
    return set_option(texts, "wireless", intent.bss, "isolate", "0")


def _phy(texts: Texts, device: Device, intent: intents.SetPhy) -> Edit:
    radio = next((radio for radio in device.radios if radio.key == intent.radio), None)
    if radio is None:
        raise NotPossible(f"radio {intent.radio} is not in the capture", "look at /etc/config/wireless")
    edit = set_option(texts, "wireless", intent.radio, "htmode", _htmode(radio, intent.phy))
    required = texts.values("wireless", intent.radio, "require_mode")
    context = {**edit.context, "required": required}
    if "ax" not in required:
        return replace(edit, context=context)
    return replace(
        edit,
        operations=(*edit.operations, DeleteOption("wireless", intent.radio, "require_mode")),
        undo=(*restore("wireless", intent.radio, "require_mode", required), *edit.undo),
        context=context,
    )


def _htmode(radio: Radio, phy: Phy) -> str:
    """The mode of the same width: HE80 is VHT80 without 802.11ax, HE20 on 2.4 GHz is HT20."""
    if isinstance(radio.band, Unknown) or isinstance(radio.width, Unknown):
        raise NotPossible(f"band and width of radio {radio.key} are not known", "choose the htmode by hand")
    prefix = {Phy.AC: "VHT", Phy.N: "HT"}.get(phy)
    if prefix is None or radio.band.value not in (Band.GHZ_2_4, Band.GHZ_5):
        raise NotPossible(f"{radio.band.value} has no mode without 802.11ax", "use another radio for this SSID")
    widest = 40 if prefix == "HT" else 160
    return f"{prefix}{min(radio.width.value, widest)}"


def _require_ax(texts: Texts, device: Device, intent: intents.AcceptStationsWithoutAx) -> Edit:
    return delete_option(texts, "wireless", intent.radio, "require_mode")


def _bss_without_ax(texts: Texts, device: Device, intent: intents.GoWithoutAx) -> Edit:
    raise NotPossible(
        "OpenWrt has no option that takes 802.11ax from one SSID alone",
        "take it from the radio, or put the readers on another one",
    )


_PMF_WORDS: Mapping[Pmf, str] = {Pmf.DISABLED: "0", Pmf.OPTIONAL: "1", Pmf.REQUIRED: "2"}


def _authentication(texts: Texts, device: Device, intent: intents.SetAuthentication) -> Edit:
    try:
        word = word_for(intent.akms)
    except ValueError as error:
        raise NotPossible(str(error), "choose the encryption by hand") from error
    edit = set_option(texts, "wireless", intent.bss, "encryption", word)
    written = texts.values("wireless", intent.bss, "ieee80211w")
    pmf = _PMF_WORDS[intent.pmf] if written or encryption(word).pmf is not intent.pmf else None
    context = {**edit.context, "pmf": pmf, "pmf_before": written}
    if pmf is None:
        return replace(edit, context=context)
    return replace(
        edit,
        operations=(*edit.operations, SetOption("wireless", intent.bss, "ieee80211w", pmf)),
        undo=(*restore("wireless", intent.bss, "ieee80211w", written), *edit.undo),
        context=context,
    )


def _pmf(texts: Texts, device: Device, intent: intents.SetPmf) -> Edit:
    return set_option(texts, "wireless", intent.bss, "ieee80211w", _PMF_WORDS[intent.pmf])


def _ccmp_only(texts: Texts, device: Device, intent: intents.UseCcmpOnly) -> Edit:
    word = texts.value("wireless", intent.bss, "encryption") or "none"
    return set_option(texts, "wireless", intent.bss, "encryption", f"{word.partition('+')[0]}+ccmp")


def _fast_transition(texts: Texts, device: Device, intent: intents.DisableFastTransition) -> Edit:
    return set_option(texts, "wireless", intent.bss, "ieee80211r", "0")


def _admit(texts: Texts, device: Device, intent: intents.AdmitStations) -> Edit:
    written = texts.values("wireless", intent.bss, "maclist")
    if any(" " in value.strip() for value in written):
        raise NotPossible("maclist is one option with several addresses", "rewrite it as a list, then audit again")
    if intent.allowed_by_list:
        edit = add_value(texts, "wireless", intent.bss, "maclist", *intent.macs)
        return replace(edit, context={**edit.context, "admits": True})
    listed = tuple(value for value in written if value.lower().replace("-", ":") in intent.macs)
    if not listed:
        raise NotPossible("the list does not hold these addresses", "look at the device")
    gone = tuple(DeleteListValue("wireless", intent.bss, "maclist", value) for value in listed)
    return Edit(
        gone if written.listed else (DeleteOption("wireless", intent.bss, "maclist"),),
        restore("wireless", intent.bss, "maclist", written),
        {"section": intent.bss, "values": listed, "before": written, "admits": False},
        ("wireless",),
    )


def _polling(texts: Texts, device: Device, intent: intents.PollSilentStations) -> Edit:
    return set_option(texts, "wireless", intent.bss, "skip_inactivity_poll", "0")


def _reauth(texts: Texts, device: Device, intent: intents.SetReauthPeriod) -> Edit:
    seconds = str(int(intent.period.total_seconds()))
    return set_option(texts, "wireless", intent.bss, "eap_reauth_period", seconds)


def _session_limit(texts: Texts, device: Device, intent: intents.SetSessionTimeout) -> Edit:
    raise NotPossible("OpenWrt has no session limit of its own", "raise Session-Timeout on the RADIUS server")


def _idle_limit(texts: Texts, device: Device, intent: intents.SetIdleTimeout) -> Edit:
    raise NotPossible("an access point that polls silent stations needs no longer limit", "let it poll silent stations")


_PORTALS: Mapping[str, tuple[str, str, str, str]] = {
    # package: section type, list of trusted addresses, session limit, idle limit
    "opennds": ("opennds", "trustedmac", "sessiontimeout", "authidletimeout"),
    "nodogsplash": ("nodogsplash", "trustedmac", "sessiontimeout", "authidletimeout"),
    "chilli": ("chilli", "macallowed", "defsessiontimeout", "defidletimeout"),
}


def _portal(device: Device, key: str) -> tuple[str, str, tuple[str, str, str, str]]:
    portal = next((portal for portal in device.portals if portal.key == key), None)
    package = {"openNDS": "opennds", "nodogsplash": "nodogsplash", "CoovaChilli": "chilli"}.get(
        portal.software if portal else ""
    )
    if package is None:
        raise NotPossible(f"portal {key} is not in the capture", "look at the device")
    return package, key.partition("/")[2] or key, _PORTALS[package]


def _portal_bypass(texts: Texts, device: Device, intent: intents.BypassPortal) -> Edit:
    package, section, (_, trusted, _, _) = _portal(device, intent.portal)
    if package == "chilli":
        advice = f"add {', '.join(intent.macs)} to macallowed"
        raise NotPossible("CoovaChilli takes all addresses in one option", advice)
    edit = add_value(texts, package, section, trusted, *intent.macs)
    return replace(edit, context={**edit.context, "package": package, "option": trusted})


def _portal_timers(texts: Texts, device: Device, intent: intents.RemovePortalTimers) -> Edit:
    package, section, (_, _, session, idle) = _portal(device, intent.portal)
    names = [name for name, wanted in ((session, intent.session), (idle, intent.idle)) if wanted]
    edits = [set_option(texts, package, section, name, "0") for name in names]
    return Edit(
        tuple(operation for edit in edits for operation in edit.operations),
        tuple(operation for edit in reversed(edits) for operation in edit.undo),
        {
            "package": package,
            "section": section,
            "timers": [(name, edit.context["before"]) for name, edit in zip(names, edits, strict=True)],
        },
        (package,),
    )


def _allow_traffic(texts: Texts, device: Device, intent: intents.AllowTraffic) -> Edit:
    if intent.filter not in ("forward", "input"):
        raise NotPossible(f"filter {intent.filter} is not OpenWrt's", "add the rule by hand")
    options: list[tuple[str, str | tuple[str, ...]]] = [("name", intent.name), ("src", _zone(texts, intent.entering))]
    if intent.filter == "forward":
        options.append(("dest", _zone(texts, intent.leaving)))
    if intent.sources:
        options.append(("src_ip", tuple(map(str, intent.sources))))
    if intent.destinations:
        options.append(("dest_ip", tuple(map(str, intent.destinations))))
    options.append(("proto", intent.protocol))
    if intent.port is not None:
        options.append(("dest_port", str(intent.port)))
    options += [("family", "ipv4"), ("target", "ACCEPT")]
    return add_section(
        texts, "firewall", "rule", intent.name, tuple(options), before=_blocking(texts, intent.before or "")
    )


def _blocking(texts: Texts, key: str) -> str | None:
    """The stable key of the rule that a filter's rule comes from; None if it is a zone's policy.

    The model makes two rules of a section with protocols with and without ports, and numbers those of one key.
    """
    key = re.sub(r"( without ports)?( \(\d+\))?$", "", key)
    return key if any(stable_key(section) == key for section in texts.sections("firewall", "rule")) else None


def _zone(texts: Texts, interface: str) -> str:
    """The firewall zone that an interface belongs to."""
    for section in texts.sections("firewall", "zone"):
        networks = [word for statement in section.values("network") for word in statement.value.split()]
        name = section.option("name")
        if interface in networks and name is not None:
            return name.value
    raise NotPossible(f"interface {interface} is in no zone", "give it a zone first")


BUILDERS: Mapping[type, Builder] = {
    **dns_edit.BUILDERS,
    **network_edit.BUILDERS,
    intents.SetLeaseTime: _lease_time,
    intents.AddReservation: _reservation,
    intents.EnlargePool: _pool,
    intents.SetDomainNameServers: _domain_name_servers,
    intents.StopPreferringIpv6Only: _ipv6_only,
    intents.DisableStationIsolation: _station_isolation,
    intents.SetPhy: _phy,
    intents.AcceptStationsWithoutAx: _require_ax,
    intents.GoWithoutAx: _bss_without_ax,
    intents.SetAuthentication: _authentication,
    intents.SetPmf: _pmf,
    intents.UseCcmpOnly: _ccmp_only,
    intents.DisableFastTransition: _fast_transition,
    intents.AdmitStations: _admit,
    intents.PollSilentStations: _polling,
    intents.SetReauthPeriod: _reauth,
    intents.SetSessionTimeout: _session_limit,
    intents.SetIdleTimeout: _idle_limit,
    intents.BypassPortal: _portal_bypass,
    intents.RemovePortalTimers: _portal_timers,
    intents.AllowTraffic: _allow_traffic,
}


def edit(capture: Capture, device: Device, intent: intents.Intent) -> EditResult:
    """Turn an intent into operations on the captured text, or say why a person must do it."""
    try:
        return BUILDERS[type(intent)](Texts.of(capture), device, intent)
    except NotPossible as reason:
        return ByHand(reason.why, reason.advice)
