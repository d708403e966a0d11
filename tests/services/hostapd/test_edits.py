"""Intents change one line for one setting, hostapd takes the result, and the way back gives the old text."""

from datetime import timedelta

import pytest

from auditor import intents
from auditor.model import Akm, Assumed, Cipher, IsolationScope, Phy, Pmf, Stated, Unknown
from auditor.model.device import content
from auditor.services.base import NotPossible
from auditor.services.hostapd import MAIN, SERVICE
from auditor.syntax import hostapd_conf
from tests.judges import hostapd
from tests.judges.rooted import why_not
from tests.services.hostapd.access_point import HEALTHY, RADIO, bss_of, edited, host, instance_of, read, value

ACCEPT, DENY = "/etc/hostapd/hostapd.accept", "/etc/hostapd/hostapd.deny"
GUEST = "bss=wlan0_1\nssid=guest\nap_isolate=1\n"
SAE = f"{RADIO}ssid=shop\nwpa=2\nwpa_key_mgmt=SAE\nieee80211w=2\nrsn_pairwise=CCMP\n"


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went and those that came."""
    old, new = before.split("\n"), after.split("\n")
    return [line for line in old if line not in new], [line for line in new if line not in old]


@pytest.mark.parametrize(
    ("text", "intent", "gone", "came"),
    [
        (f"{HEALTHY}ap_isolate=1\n", intents.DisableStationIsolation("wlan0"), ["ap_isolate=1"], ["ap_isolate=0"]),
        (f"{HEALTHY}{GUEST}", intents.DisableStationIsolation("wlan0_1"), ["ap_isolate=1"], ["ap_isolate=0"]),
        (
            f"{HEALTHY}ieee80211ax=1\n",
            intents.SetPhy("wlan0", Phy.AC, ("wlan0",)),
            ["ieee80211ax=1"],
            ["ieee80211ax=0"],
        ),
        (f"{HEALTHY}ieee80211ax=1\n", intents.GoWithoutAx("wlan0"), [], ["disable_11ax=1"]),
        (f"{HEALTHY}ieee80211ax=1\n{GUEST}", intents.GoWithoutAx("wlan0_1"), [], ["disable_11ax=1"]),
        (
            f"{SAE}wpa_passphrase=a made-up secret\n",
            intents.SetAuthentication("wlan0", frozenset({Akm.WPA2_PSK, Akm.WPA3_SAE}), Pmf.OPTIONAL),
            ["wpa_key_mgmt=SAE", "ieee80211w=2"],
            ["wpa_key_mgmt=SAE WPA-PSK", "ieee80211w=1"],
        ),
        (f"{HEALTHY}ieee80211w=2\n", intents.SetPmf("wlan0", Pmf.OPTIONAL), ["ieee80211w=2"], ["ieee80211w=1"]),
        (HEALTHY, intents.SetPmf("wlan0", Pmf.OPTIONAL), [], ["ieee80211w=1"]),
        (
            HEALTHY.replace("rsn_pairwise=CCMP", "rsn_pairwise=TKIP CCMP"),
            intents.UseCcmpOnly("wlan0"),
            ["rsn_pairwise=TKIP CCMP"],
            ["rsn_pairwise=CCMP"],
        ),
        (HEALTHY.replace("rsn_pairwise=CCMP\n", ""), intents.UseCcmpOnly("wlan0"), [], ["rsn_pairwise=CCMP"]),
        (
            HEALTHY.replace("rsn_pairwise=CCMP", "rsn_pairwise=TKIP"),
            intents.UseCcmpOnly("wlan0"),
            ["rsn_pairwise=TKIP"],
            ["rsn_pairwise=CCMP"],
        ),
        (HEALTHY.replace("wpa=2", "wpa=3"), intents.UseCcmpOnly("wlan0"), [], ["wpa_pairwise=CCMP"]),
        (
            f"{HEALTHY}wpa_key_mgmt=WPA-PSK FT-PSK\nnas_identifier=ap\n",
            intents.DisableFastTransition("wlan0"),
            ["wpa_key_mgmt=WPA-PSK FT-PSK"],
            [],
        ),
        (
            f"{HEALTHY}skip_inactivity_poll=1\n",
            intents.PollSilentStations("wlan0"),
            ["skip_inactivity_poll=1"],
            ["skip_inactivity_poll=0"],
        ),
        (HEALTHY, intents.SetReauthPeriod("wlan0", timedelta(hours=24)), [], ["eap_reauth_period=86400"]),
    ],
)
@pytest.mark.skipif(bool(why_not("hostapd")), reason=why_not("hostapd"))
def test_one_line_for_one_setting(text: str, intent: intents.Intent, gone: list[str], came: list[str]) -> None:
    files = {MAIN: text}
    assert hostapd.complaint(files, MAIN) == ""
    after = edited(files, intent)
    assert changed(text, after[MAIN]) == (gone, came)
    assert hostapd.complaint(after, MAIN) == ""
    assert all(any(key.startswith(name) for name in intent.footprint) for key in _moved(text, after[MAIN]))
    assert edited(after, intent) == after if not isinstance(intent, ONCE) else True
    puts = SERVICE.edit(host(files), instance_of(), intent) or ()
    back = after[MAIN]
    for put in reversed(puts):
        back = SERVICE.put(back, put.place, SERVICE.get(text, put.place))
    assert back == text


def _moved(before: str, after: str) -> set[str]:
    """The facts of radios and BSSs that differ."""
    found = set()
    for kind in ("radios", "bsses"):
        old, new = ({item.key: item for item in getattr(read(text), kind)} for text in (before, after))
        assert old.keys() == new.keys()
        found |= {
            f"{kind}[{key}].{name}"
            for key, item in old.items()
            for name in type(item).__dataclass_fields__
            if _content(getattr(item, name)) != _content(getattr(new[key], name))
        }
    return found


def _content(fact: object) -> object:
    return content(fact) if isinstance(fact, Stated | Assumed | Unknown) else fact


ONCE = intents.SetPhy | intents.DisableFastTransition
"""Asked again, these say that there is nothing left to change."""


def test_the_facts_follow() -> None:
    old = HEALTHY.replace("rsn_pairwise=CCMP\n", "") + "ap_isolate=1\nieee80211ax=1\nrequire_he=1\n"
    files = {MAIN: old}
    for intent in (
        intents.DisableStationIsolation("wlan0"),
        intents.AcceptStationsWithoutAx("wlan0", ("wlan0",)),
        intents.SetPhy("wlan0", Phy.AC, ("wlan0",)),
        intents.UseCcmpOnly("wlan0"),
        intents.SetAuthentication("wlan0", frozenset({Akm.WPA2_PSK, Akm.WPA3_SAE}), Pmf.OPTIONAL),
    ):
        files = edited(files, intent)
    bss = bss_of(files[MAIN])
    assert value(bss.isolation) is IsolationScope.NONE
    assert (value(bss.phy), value(bss.ax_required)) == (Phy.AC, False)
    assert (value(bss.ciphers), value(bss.pmf)) == ({Cipher.CCMP}, Pmf.OPTIONAL)
    assert value(bss.akms) == {Akm.WPA2_PSK, Akm.WPA3_SAE}


@pytest.mark.parametrize(
    ("lists", "admits", "after"),
    [
        ({ACCEPT: "# tills\n02:00:00:00:00:01\n"}, True, "# tills\n02:00:00:00:00:01\n02:00:00:00:00:0a\n"),
        ({ACCEPT: ""}, True, "02:00:00:00:00:0a\n"),
        ({DENY: "02:00:00:00:00:0A tv\n02:00:00:00:00:02\n"}, False, "02:00:00:00:00:02\n"),
    ],
)
def test_addresses_go_on_the_list_and_off_it(lists: dict[str, str], admits: bool, after: str) -> None:
    ((path, before),) = lists.items()
    line = f"accept_mac_file={path}\nmacaddr_acl=1\n" if admits else f"deny_mac_file={path}\n"
    found = edited({MAIN: HEALTHY + line, path: before}, intents.AdmitStations("wlan0", ("02-00-00-00-00-0A",), admits))
    assert found == {MAIN: HEALTHY + line, path: after}
    assert why_not("hostapd") or hostapd.complaint(found, MAIN) == ""


@pytest.mark.parametrize(
    ("text", "intent", "why"),
    [
        (f"{HEALTHY}ieee80211ax=1\nop_class=131\n", intents.SetPhy("wlan0", Phy.AC, ()), "6 GHz"),
        (
            f"{SAE}sae_password=x\n",
            intents.SetAuthentication("wlan0", frozenset({Akm.WPA2_PSK}), Pmf.OPTIONAL),
            "sae_password",
        ),
        (HEALTHY, intents.AdmitStations("wlan0", ("02:00:00:00:00:01",), True), "accept_mac_file"),
        (f"{HEALTHY}accept_mac_file={ACCEPT}\n", intents.AdmitStations("wlan0", ("one\ntwo",), True), "no"),
        (f"{RADIO}ssid=shop\n", intents.UseCcmpOnly("wlan0"), "without WPA"),
        (f"{HEALTHY}wpa_key_mgmt=FT-PSK\n", intents.DisableFastTransition("wlan0"), "802.11r only"),
        (f"{HEALTHY}bss=wlan0\n", intents.DisableStationIsolation("wlan0"), "twice"),
    ],
)
def test_what_cannot_be_done_says_why(text: str, intent: intents.Intent, why: str) -> None:
    with pytest.raises(NotPossible, match=why):
        SERVICE.edit(host({MAIN: text}), instance_of(), intent)


@pytest.mark.parametrize(
    "intent",
    [
        intents.DisableStationIsolation("wlan9"),
        intents.SetPhy("wlan9", Phy.N, ()),
        intents.DisablePortIsolation(bss="wlan0"),
        intents.RemovePortalTimers("opennds", True, True),
    ],
)
def test_what_is_about_something_else_is_left_to_others(intent: intents.Intent) -> None:
    assert SERVICE.edit(host({MAIN: HEALTHY}), instance_of(), intent) is None


def test_generated_files_are_changed_where_they_come_from() -> None:
    path = "/var/run/hostapd-phy0.conf"
    with pytest.raises(NotPossible, match="another program"):
        SERVICE.edit(host({path: HEALTHY}), instance_of(file=path), intents.DisableStationIsolation("wlan0"))


def test_a_redacted_line_is_never_in_the_way() -> None:
    text = HEALTHY.replace("a made-up secret", "redacted-passphrase-0123abcd")
    intent = intents.SetAuthentication("wlan0", frozenset({Akm.WPA2_PSK, Akm.WPA3_SAE}), Pmf.OPTIONAL)
    gone, came = changed(text, edited({MAIN: text}, intent)[MAIN])
    assert not any("redacted" in line for line in (*gone, *came))
    assert not isinstance(read(text).bsses.items[0].passphrase_identity, Unknown)


@pytest.mark.parametrize("secret", ["wpa_passphrase=a made-up secret", "sae_password=made up", "wpa_psk=" + "0" * 64])
def test_a_new_line_has_no_secret_for_a_neighbour(secret: str) -> None:
    """A diff shows no secrets, and `patch` needs a line around an insertion to know its place."""
    text = f"interface=wlan0\nbridge=br-lan\nssid=shop\nwpa=2\nwpa_key_mgmt=WPA-PSK\n{secret}\nbss=wlan1\nssid=other\n"
    lines = hostapd_conf.put(text, ("bss", "wlan0", "ieee80211w"), "1").split("\n")
    at = lines.index("ieee80211w=1")
    assert secret not in lines[at - 1 : at + 2]
    assert at < lines.index("bss=wlan1")
