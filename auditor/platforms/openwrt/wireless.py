"""`/etc/config/wireless`: BSSs, which are the `wifi-iface` sections in access-point mode."""

from collections.abc import Callable
from typing import TypeVar

from auditor.model import Band, Bss, Fact, Interface, Listed, Phy, Stated, Unknown, combine, known_like
from auditor.platforms.openwrt import wireless_radios as of_radio
from auditor.platforms.openwrt import wireless_security as security
from auditor.platforms.openwrt import wireless_timers as timers
from auditor.platforms.openwrt.config import Config, Located, netifd_bool
from auditor.platforms.openwrt.release import sets_up_wifi_in_ucode
from auditor.platforms.openwrt.wireless_names import named
from auditor.platforms.openwrt.wireless_reach import isolation, networks
from auditor.services.reading import printable

T = TypeVar("T")


def bsses(config: Config, interfaces: Listed[Interface]) -> Listed[Bss]:
    """Read every `config wifi-iface` that is an access point; stations, meshes and monitors are none.

    Nor is a section without `mode`: no release sets it up.
    """
    missing = config.missing("wireless")
    if missing is not None:
        return Listed((), (missing,))
    devices = {located.id: located for located in config.sections("wireless", "wifi-device")}
    found = []
    for located in config.sections("wireless", "wifi-iface"):
        mode = config.fact(located, "mode", str, default="wireless.mode")
        if isinstance(mode, Unknown) or mode.value == "ap":
            found.append(_bss(config, located, devices, interfaces))
        else:
            for name in located.written:
                config.values(located, name)
    return Listed(tuple(found))


def _bss(config: Config, located: Located, devices: dict[str, Located], interfaces: Listed[Interface]) -> Bss:
    words = config.words(located, "device")
    name = words[0][0] if words else ""
    radio = devices.get(name)
    written = security.security(config, located)
    several = _several(config, located)
    return Bss(
        device=config.device,
        key=located.id,
        radio=name,
        ssid=_ssid(config, located),
        enabled=_enabled(config, located, radio),
        networks=networks(config, located, interfaces),
        band=several or _of(config, located, radio, _band),
        phy=several or _phy(config, located, radio),
        ax_required=several or _of(config, located, radio, of_radio.ax_required),
        akms=security.akms(config, located, written),
        ciphers=security.ciphers(config, located, written),
        pmf=security.pmf(config, located, written),
        passphrase=security.passphrase(config, located, written),
        isolation=isolation(config, located, interfaces),
        port_isolated=config.fact(located, "bridge_isolate", netifd_bool, default="wireless.bridge_isolate"),
        fast_transition=config.fact(located, "ieee80211r", netifd_bool, default="wireless.ieee80211r"),
        mac_policy=security.mac_policy(config, located, written),
        mac_list=security.mac_list(config, located),
        station_limit=timers.station_limit(config, located),
        idle_timeout=timers.idle_timeout(config, located),
        session_timeout=timers.session_timeout(config, located, written),
        reauth_period=timers.reauth_period(config, located, written),
        passphrase_identity=security.passphrase_identity(config, located, written),
    )


def _of(config: Config, located: Located, radio: Located | None, read: Callable[[Config, Located], Fact[T]]) -> Fact[T]:
    if radio is None:
        return Unknown(
            f"{located.title} names no radio that exists",
            (config.header(located),),
            settle="correct the device of the section",
        )
    return read(config, radio)


def _several(config: Config, located: Located) -> Unknown | None:
    """From 25.12 on a BSS may stand on several radios, and with `mlo` be one over all of them."""
    lines = [config.span(located, each) for each in config.values(located, "mlo") if each.value in ("1", "true")]
    words = config.words(located, "device")
    if len(words) > 1:
        lines += [span for _, span in words]
    if not lines:
        return None
    names = ", ".join(printable(word) for word, _ in words) or "its radios"
    why = f"{located.title} stands on several radios ({names}), which are not told apart"
    return Unknown(why, tuple(dict.fromkeys(lines)), "look at `ubus call network.wireless status`")


def _ssid(config: Config, located: Located) -> Fact[str]:
    stated = config.stated(located, "ssid", str)
    return stated or Unknown(
        f"{located.title} names no SSID", (config.header(located),), settle="add an ssid to the section"
    )


def _enabled(config: Config, located: Located, radio: Located | None) -> Fact[bool]:
    """A BSS is on if neither it nor its radio is off; one that is known to be off decides."""
    off = named(config, located, "disabled", netifd_bool, default="wireless.disabled")
    own = off if isinstance(off, Unknown) else known_like(not off.value, off)
    above = _of(config, located, radio, of_radio.enabled)
    for fact in (own, above):
        if not isinstance(fact, Unknown) and not fact.value:
            return fact
    return _waits(config, located) or combine(lambda a, b: a and b, own, above)


def _waits(config: Config, located: Located) -> Unknown | None:
    """`start_disabled` hands a BSS to hostapd that sends no beacon until somebody switches it on."""
    lines = [config.span(located, each) for each in config.values(located, "start_disabled") if each.value != "0"]
    if not lines or sets_up_wifi_in_ucode(config.version) is False:
        return None
    return Unknown(
        f"{located.title} waits until it is switched on (start_disabled)",
        tuple(lines),
        settle="look whether the SSID is on the air",
    )


def _band(config: Config, radio: Located) -> Fact[Band]:
    return of_radio.modelled(config, radio, of_radio.band(config, radio))


def _phy(config: Config, located: Located, radio: Located | None) -> Fact[Phy]:
    """A BSS offers what its radio offers, unless raw hostapd lines take 802.11ax from it."""
    for statement in config.values(located, "hostapd_bss_options"):
        if statement.value.replace(" ", "") == "disable_11ax=1":
            above = _of(config, located, radio, of_radio.phy)
            span = config.span(located, statement)
            return combine(lambda p, _: Phy.AC if p.includes_ax else p, above, Stated(True, (span,)))
    return _of(config, located, radio, lambda c, r: of_radio.modelled(c, r, of_radio.phy(c, r)))
