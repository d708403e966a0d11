"""Hostapd: the access point of a Linux host.

One file is one radio; its key is the name that `interface=` gives the first BSS (`wlan0`). Each `interface=` and
`bss=` is a BSS whose key is its interface. hostapd has no option that only checks a file, so the effects of a change
name no judge; a file that it does not take means no Wi-Fi at all, which is what the timed way back is for.
"""

from collections.abc import Iterator, Mapping

from auditor.intents import Intent
from auditor.model import Bss, Fact, Listed, Radio, Stated, Unknown
from auditor.services.base import Host, Include, Instance, Part, Place, Put, Service
from auditor.services.hostapd import bsses, editing
from auditor.services.hostapd.access import ACCEPT, DENY
from auditor.services.hostapd.arguments import Configured, configured
from auditor.services.hostapd.redaction import redact
from auditor.services.hostapd.settings import Settings, views
from auditor.services.hostapd.stations import stations
from auditor.services.reading import printable
from auditor.syntax import hostapd_conf, hostapd_maclist
from auditor.syntax.hostapd_conf import Setting, parse

MAIN = "/etc/hostapd/hostapd.conf"
_WITHOUT_RADIO = frozenset(("none", "wired", "macsec_linux"))
_KEYS = (
    "interface bss driver bridge ssid ssid2 wpa wpa_key_mgmt wpa_pairwise rsn_pairwise wpa_passphrase wpa_psk"
    " wpa_psk_file wpa_psk_radius sae_password sae_password_file sae_pwe ieee80211w ieee8021x eap_server"
    " auth_server_addr auth_algs osen wep_key0 wep_key1 wep_key2 wep_key3 hw_mode channel op_class country_code"
    " ieee80211d ieee80211h ieee80211n ieee80211ac ieee80211ax ieee80211be disable_11n disable_11ac disable_11ax"
    " disable_11be require_he require_eht bss_require_eht mbssid ht_capab vht_oper_chwidth he_oper_chwidth"
    " eht_oper_chwidth ap_isolate"
    " per_sta_vif dynamic_vlan vlan_file vlan_bridge vlan_naming vlan_tagged_interface multicast_to_unicast"
    " proxy_arp macaddr_acl accept_mac_file deny_mac_file max_num_sta skip_inactivity_poll ap_max_inactivity"
    " eap_reauth_period start_disabled nas_identifier mbo ocv"
    " wep_key_len_broadcast wep_key_len_unicast"
)
_USED = frozenset(_KEYS.split())
"""Keys that facts rest on, or that decide whether hostapd starts."""
_FAMILIES = ("tx_queue_", "wmm_ac_", "wme_ac_")


def files_of(instance: Instance) -> tuple[Configured, ...]:
    """The files that an instance reads: those of its command line, else its main file."""
    found = configured(instance.arguments)
    return found if any(file.path == instance.file for file in found) else (Configured(instance.file), *found)


def main_file(arguments: tuple[str, ...]) -> str | None:
    """Return the first file of a command line."""
    found = configured(arguments)
    return found[0].path if found else None


def owns(name: str, text: str) -> str | None:
    """Recognise hostapd.conf by its name or its lines, and its lists of addresses by where they lie."""
    path = f"/{name.lstrip('/')}"
    document = parse(text)
    recognised = document.last("interface") is not None and document.last("ssid") is not None
    if "/" in name.lstrip("/"):
        in_folder = path.startswith("/etc/hostapd/") and not path.endswith((".sh", ".md"))
        return path if in_folder or (recognised and path.endswith(".conf")) else None
    if name == "hostapd.conf":
        return MAIN
    return f"/etc/hostapd/{name}" if recognised or name in ("hostapd.accept", "hostapd.deny") else None


def includes(path: str, text: str, arguments: tuple[str, ...]) -> tuple[Include, ...]:
    """The further files of the command line, and the lists of addresses. Lists of keys stay on the device."""
    files = configured(arguments)
    further = [file.path for file in files if file.path != path] if main_file(arguments) == path else []
    document = parse(text)
    lists = [s.value for key in (ACCEPT, DENY) for section in document.sections for s in section.all(key)]
    return tuple(Include(each) for each in dict.fromkeys((*further, *lists)) if each.startswith("/"))


def _state_files(_texts: Mapping[str, str], _arguments: tuple[str, ...]) -> tuple[str, ...]:
    return ()


def read(host: Host, instance: Instance) -> Part:
    """Read all files of an instance; one that was not captured is a hole of its radios and SSIDs."""
    radios: dict[str, Radio] = {}
    found: dict[str, Bss] = {}
    holes: list[Unknown] = []
    disagreements: list[Fact[str]] = []
    phys: dict[str, str] = {}
    for file in files_of(instance):
        captured = host.reading.file(file.path)
        if captured is None:
            holes.append(host.reading.missing(file.path))
            continue
        all_views = tuple(views(host.reading, file.path, parse(captured.text), generated=file.generated))
        unknown = _mark(all_views[0])
        driver = all_views[0].document.last("driver")
        if driver is not None and driver.value in _WITHOUT_RADIO:
            continue
        why_not = bsses.why_refused(all_views, unknown)
        disagreements += _disagreements(instance, all_views, unknown)
        name = _free(all_views[0].section.name or printable(file.path), radios)
        of = bsses.radio(all_views[0], name, instance.running, why_not)
        if file.phy and phys.setdefault(file.phy, name) != name:
            of = bsses.undecided(of, file.phy)
        radios[name] = of
        for view in all_views:
            key = _free(view.section.name or printable(file.path), found)
            found[key] = bsses.bss(host, view, key, of, instance.running, why_not)
    items = tuple(found.values())
    return Part(
        radios=Listed(tuple(radios.values()), tuple(holes)),
        bsses=Listed(items, tuple(holes)),
        stations=stations(host.reading, host.name, items),
        disagreements=tuple(disagreements),
    )


def _disagreements(
    instance: Instance, all_views: tuple[Settings, ...], unknown: tuple[Setting, ...]
) -> Iterator[Fact[str]]:
    """A file that hostapd would not start with while it runs, and one that nothing runs for."""
    if not isinstance(instance.running, Stated):
        return
    if not instance.running.value:
        why = f"{all_views[0].path} configures an access point, and hostapd does not run"
        yield Stated(why, (all_views[0].header, *instance.running.spans))
        return
    why_not = bsses.why_refused(all_views, unknown, captured_only=True)
    if why_not is not None and instance.pid:
        yield Stated(f"hostapd runs, and {why_not.why}", why_not.near)


def _free(name: str, taken: Mapping[str, object]) -> str:
    """A key for what has the name of something else; hostapd does not start with that, so no edit needs the key."""
    return name if name not in taken else f"{name} ({len(taken) + 1})"


def _mark(view: Settings) -> tuple[Setting, ...]:
    """Say of each line of a file what it is, and return those whose key is not known."""
    reading, path, document = view.reading, view.path, view.document
    reading.irrelevant(path, document.ignored)
    for line in document.unreadable:
        reading.unknown(path, line, "(unreadable)")
    irrelevant = reading.profile.irrelevant.get("hostapd", {}).get("keys", frozenset())
    unknown: list[Setting] = []
    for setting in document.settings:
        if setting.key in _USED:
            reading.understood(view.span(setting))
        elif setting.key in irrelevant or setting.key.startswith(_FAMILIES):
            reading.irrelevant(path, (setting.line,))
        else:
            reading.unknown(path, setting.line, setting.key)
            unknown.append(setting)
    return tuple(unknown)


def edit(host: Host, instance: Instance, intent: Intent) -> tuple[Put, ...] | None:
    """Return the puts of an intent about a radio or a BSS of this instance."""
    return editing.edit(host, files_of(instance), intent)


def get(text: str, place: Place) -> str | None:
    """Read a setting of hostapd.conf, or whether an address is on a list."""
    return hostapd_maclist.get(text, place) if place[:1] == (hostapd_maclist.MAC,) else hostapd_conf.get(text, place)


def put(text: str, place: Place, value: str | None) -> str:
    """Change a setting of hostapd.conf, or put an address on a list or take it off."""
    if place[:1] == (hostapd_maclist.MAC,):
        return hostapd_maclist.put(text, place, value)
    return hostapd_conf.put(text, place, value)


SERVICE = Service(
    name="hostapd",
    programs=("hostapd",),
    files=(MAIN,),
    main_file=main_file,
    owns=owns,
    includes=includes,
    state_files=_state_files,
    redact=redact,
    read=read,
    edit=edit,
    get=get,
    put=put,
)
