"""One file as a radio with its BSSs."""

from auditor.model import Band, Bss, Fact, Phy, Radio, Stated, Unknown, combine, known_like
from auditor.services.base import Host
from auditor.services.hostapd import access, keys, radios, reach, refusals, security, timers
from auditor.services.hostapd.settings import Settings
from auditor.services.hostapd.ssid import ssid
from auditor.services.reading import printable
from auditor.syntax.hostapd_conf import Setting


def radio(view: Settings, key: str, running: Fact[bool], why_not: Unknown | None) -> Radio:
    """The radio of a file, as its first BSS has it."""
    return Radio(
        device=view.reading.device,
        key=key,
        enabled=_up(view, running, why_not),
        band=radios.band(view),
        phy=radios.phy_of_radio(view),
        width=radios.width(view),
        ax_required=radios.ax_required(view),
    )


def bss(host: Host, view: Settings, key: str, of: Radio, running: Fact[bool], why_not: Unknown | None) -> Bss:
    """One BSS; its radio is the one of its file."""
    akms = security.akms(view)
    own_phy = radios.phy_of_bss(view)
    return Bss(
        device=view.reading.device,
        key=key,
        radio=of.key,
        ssid=ssid(view),
        enabled=_waits(view) or _up(view, running, why_not),
        networks=reach.networks(host, view),
        band=of.band,
        phy=of.phy if isinstance(of.phy, Unknown) else own_phy,
        ax_required=_ax_required(view, of, own_phy),
        akms=akms,
        ciphers=security.ciphers(view),
        pmf=security.pmf(view, akms),
        passphrase=keys.passphrase(view, akms),
        isolation=reach.isolation(view),
        port_isolated=reach.port_isolated(host, view),
        fast_transition=security.fast_transition(view),
        mac_policy=access.policy(view),
        mac_list=access.listed(view),
        station_limit=timers.station_limit(view),
        idle_timeout=timers.idle_timeout(view),
        session_timeout=timers.session_timeout(view, akms),
        reauth_period=timers.reauth_period(view, akms),
        passphrase_identity=keys.identity(view, akms),
        relays_itself=not view.generated,
    )


def _ax_required(view: Settings, of: Radio, phy: Fact[Phy]) -> Fact[bool]:
    """A BSS that goes without 802.11ax cannot ask for it."""
    if not isinstance(phy, Unknown) and not phy.value.includes_ax:
        return known_like(False, phy)
    return of.ax_required if isinstance(of.ax_required, Unknown) else radios.ax_required(view)


def _up(view: Settings, running: Fact[bool], why_not: Unknown | None) -> Fact[bool]:
    if not isinstance(running, Unknown) and not running.value:
        return running
    return why_not or combine(lambda up, _: up, running, Stated(None, (view.header,)))


def _waits(view: Settings) -> Unknown | None:
    """`start_disabled` sends no beacon until somebody switches the BSS on."""
    lines = view.switched_on("start_disabled")
    if not lines:
        return None
    why = f"BSS {printable(view.section.name)} waits until it is switched on (start_disabled)"
    return Unknown(why, lines, "look whether the SSID is on the air")


def why_refused(
    all_views: tuple[Settings, ...], unknown: tuple[Setting, ...], *, captured_only: bool = False
) -> Unknown | None:
    """Why hostapd may not start with a file; None if nothing speaks against it.

    A list that was not captured may be missing; with `captured_only` that does not count.
    """
    found = list(refusals.of_file(all_views[0], unknown))
    for view in all_views:
        found += refusals.of_bss(view)
        found += () if captured_only else refusals.of_missing(view)
    if not found:
        return None
    whys = "; ".join(dict.fromkeys(why for why, _ in found[:3]))
    more = f", and {len(found) - 3} more" if len(found) > 3 else ""
    spans = tuple(dict.fromkeys(span for _, lines in found for span in lines))
    why = f"hostapd may not start with {all_views[0].path}: {whys}{more}"
    return Unknown(why, spans, "correct the line, or see whether the SSID is on the air")


def undecided(of: Radio, first: str) -> Radio:
    """A radio whose settings come from another file, which names it first."""
    unknown = Unknown(f"the file that names radio {first} first decides its channel and PHY", settle="see that file")
    band: Fact[Band] = unknown
    return Radio(of.device, of.key, of.enabled, band, unknown, unknown, unknown)
