"""Exports with the `wireless` package or the old CAPsMAN, read as a device."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Bss, Device, Fact, Unknown, moved
from auditor.platforms.base import ByHand, Edit
from auditor.platforms.routeros.changes import apply
from auditor.platforms.routeros.edit import edit
from auditor.platforms.routeros.parse import parse
from auditor.profiles import load_profile
from auditor.remediation.proof import in_footprint

T = TypeVar("T")

HEADER = "# mar/02/2026 10:29:41 by RouterOS 6.49.10\n# model = RBD52G-5HacD2HnD\n"
LAST = "/system identity\nset name=shop-gw\n"
BRIDGES = """\
/interface bridge
add name=bridge-pos
add name=bridge-guest
/interface bridge port
add bridge=bridge-pos interface=wlan1
add bridge=bridge-pos interface=wlan2
add bridge=bridge-guest interface=wlan1-guest
/ip address
add address=192.168.30.1/24 interface=bridge-pos network=192.168.30.0
add address=192.168.40.1/24 interface=bridge-guest network=192.168.40.0
"""
PROFILES = """\
/interface wireless security-profiles
set [ find default=yes ] supplicant-identity=MikroTik
add authentication-types=wpa2-psk eap-methods="" mode=dynamic-keys name=sec-pos wpa2-pre-shared-key="made-up key"
add authentication-types=wpa2-psk eap-methods="" mode=dynamic-keys name=sec-guest wpa2-pre-shared-key="other key"
"""
RADIO = (
    "set [ find default-name=wlan{n} ] band={band} disabled=no mode=ap-bridge security-profile=sec-pos ssid=SHOP-POS "
    "wireless-protocol=802.11"
)
WIRELESS = f"""\
/interface wireless
{RADIO.format(n=1, band="2ghz-g/n")}
{RADIO.format(n=2, band="5ghz-n/ac")}
add default-forwarding=no disabled=no master-interface=wlan1 name=wlan1-guest security-profile=sec-guest ssid=SHOP-GUEST
"""


def capture(*menus: str, header: str = HEADER, **outputs: str) -> Capture:
    """A capture of an export with these menus; `outputs` are texts of print commands by their id."""
    files = [CapturedFile("export.rsc", header + "".join(menus) + LAST, Kind.CONFIGURATION)]
    files += [
        CapturedFile(f"commands/{name.replace('_', '-')}.txt", text, Kind.STATE) for name, text in outputs.items()
    ]
    return Capture("gw", "routeros", tuple(files), (), datetime(2026, 3, 2, tzinfo=UTC), False, "test")


def device(*menus: str, header: str = HEADER, **outputs: str) -> Device:
    return parse(capture(*menus, header=header, **outputs), load_profile("routeros"))


def usual(before: str = "", after: str = "", extra: str = "", profiles: str = PROFILES) -> tuple[str, ...]:
    """The usual access point, with one text of its lines replaced by another, and further menus."""
    assert before in WIRELESS
    return (BRIDGES, profiles, WIRELESS.replace(before, after) if before else WIRELESS, extra)


def bss(found: Device, key: str = "wlan1") -> Bss:
    return next(each for each in found.bsses if each.key == key)


def value(fact: Fact[T]) -> T:
    assert not isinstance(fact, Unknown), fact
    return fact.value


def changed(text: Capture, intent: Any) -> tuple[Edit, Device]:
    """Carry out an intent and prove it: only its footprint moves, twice is once, and the way back leads back."""
    profile = load_profile("routeros")
    before = parse(text, profile)
    found = edit(text, before, intent)
    assert isinstance(found, Edit), found
    once = apply(text, found.operations)
    after = parse(once, profile)
    assert all(in_footprint(key, intent.footprint) for key in moved(before, after)), moved(before, after)
    assert apply(once, found.operations) == once
    assert not moved(before, parse(apply(once, found.undo), profile))
    return found, after


def refused(text: Capture, intent: Any) -> ByHand:
    found = edit(text, parse(text, load_profile("routeros")), intent)
    assert isinstance(found, ByHand), found
    return found


def commands(found: Edit) -> list[str]:
    """The steps of an edit in short: menu, what finds the item, what is written."""
    lines = []
    for step in found.context["steps"]:
        where = " ".join(f"{name}={text}" for name, text in (step.place if step.does == "add" else step.conditions))
        what = " ".join(f"{name}={text}" for name, text in (step.properties or step.after))
        what += " ".join(f"!{name}" for name in step.cleared)
        lines.append(f"/{step.menu} {step.does} [{where}] {what}")
    return lines
