"""In whatever form an export is written, the device is the same: each form of four shops gives the same model."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.capture import Capture
from auditor.collect.saved import load_capture
from auditor.model import Assumed, Stated, Unknown, content, leaves
from auditor.pipeline import read as model_of
from auditor.platforms.routeros.recognise import recognise
from auditor.platforms.routeros.redaction import redact
from auditor.secrets import Redactor
from tests.platforms.routeros import export_forms as forms
from tests.platforms.routeros.export_forms import Export

SHOPS = Path(__file__).parents[2] / "shops" / "routeros"
NAMES = ("healthy", "v6", "capsman", "wifi-capsman")

FORMS: dict[str, Callable[[Export], str]] = {
    "terse": forms.terse,
    "terse with slashes": forms.terse_with_slashes,
    "blocks": forms.blocks,
    "blocks with slashes": forms.blocks_with_slashes,
    "below the top menu": forms.below_the_top_menu,
    "indented": forms.indented,
    "CRLF": forms.with_windows_ends,
    "no last line end": forms.without_the_last_end,
    "on a terminal": forms.on_a_terminal,
    "noise of a terminal": forms.with_noise_of_a_terminal,
    "in colours": forms.in_colours,
    "all quoted": forms.all_quoted,
    "in hex": forms.in_hex,
    "blanks as underscores": forms.blanks_as_underscores,
    "settings one by one": forms.twice,
    "found without blanks": forms.found_otherwise("[find default-name={}]"),
    "found with where": forms.found_otherwise("[ find where default-name={} ]"),
    "found by name": forms.found_otherwise("[ find name={} ]"),
    "named": forms.found_otherwise("{}"),
    "with dots": forms.with_dots,
    **{f"properties shuffled {seed}": forms.properties_in_another_order(seed) for seed in range(3)},
    **{f"menus shuffled {seed}": forms.menus_in_another_order(seed) for seed in range(3)},
    **{f"wrapped after {width}": forms.wrapped(width) for width in (1, 2, 3, 5, 7, 11, 23, 78)},
    "wrapped with CRLF": forms.wrapped(9, "\r\n"),
}

# What `/export verbose` writes beside, without any effect.
_UNSET = (
    "!connection-bytes !connection-limit !connection-mark !content !dscp !dst-address-type !dst-limit !fragment "
    "!hotspot !icmp-options !layer7-protocol !limit !nth !packet-mark !psd !random !src-address !time !tls-host !ttl"
)
DEFAULTS = {
    "interface bridge": "ageing-time=5m arp=enabled disabled=no fast-forward=yes forward-delay=15s igmp-snooping=no "
    "max-message-age=20s mtu=auto priority=0x8000 protocol-mode=rstp transmit-hold-count=6 vlan-filtering=no",
    "interface bridge port": "broadcast-flood=yes disabled=no edge=auto fast-leave=no hw=yes learn=auto "
    "point-to-point=auto priority=0x80 restricted-role=no trusted=no unknown-unicast-flood=yes horizon=none",
    "interface bridge vlan": "disabled=no",
    "interface vlan": "arp=enabled arp-timeout=auto disabled=no mtu=1500 use-service-tag=no",
    "interface list member": "disabled=no",
    "ip address": "disabled=no",
    "ip dhcp-server": "authoritative=yes disabled=no use-radius=no",
    "ip dhcp-server network": 'domain="" wins-server="" dhcp-option=""',
    "ip dhcp-server lease": "disabled=no",
    "ip dhcp-client": "add-default-route=yes default-route-distance=1 disabled=no use-peer-ntp=yes",
    "ip firewall filter": f'disabled=no log=no log-prefix="" {_UNSET}',
    "ip firewall nat": f'disabled=no log=no log-prefix="" {_UNSET}',
    "interface wireless": "default-authentication=yes default-forwarding=yes max-station-count=2007 hide-ssid=no "
    "vlan-id=1 vlan-mode=no-tag arp=enabled mtu=1500",
}
SETTINGS = {
    "ip dns": "cache-max-ttl=1w cache-size=2048KiB max-concurrent-queries=100 max-udp-packet-size=4096 "
    'query-server-timeout=2s use-doh-server="" verify-doh-cert=no',
}
VERBOSE: dict[str, Callable[[Export], str]] = {
    "items": forms.with_more(DEFAULTS),
    "settings": forms.with_more(SETTINGS, verb="set"),
}


def base(name: str) -> Capture:
    folder = SHOPS / name / "gw"
    return load_capture(
        "gw", "routeros", folder, recognise=recognise, redact=lambda kind, text: redact(kind, text, Redactor(b"k" * 32))
    )


def with_export(capture: Capture, text: str) -> Capture:
    files = tuple(replace(each, text=text) if each.path == "export.rsc" else each for each in capture.files)
    return replace(capture, files=files)


def exported(capture: Capture) -> Export:
    file = capture.file("export.rsc")
    assert file is not None
    return forms.read(file.text)


def _without_lines(found: tuple[str, object]) -> tuple[str, object]:
    origin, value = found
    return (origin, re.sub(r"\d+", "…", str(value))) if origin == "Unknown" else found


def facts(capture: Capture) -> dict[str, tuple[str, object]]:
    """All facts by key; of what is unknown, why, but for the lines."""
    return {key: _without_lines(content(fact)) for key, fact in leaves(model_of(capture))}


def unread(capture: Capture) -> list[str]:
    """The lines of the export that nobody understood."""
    file = capture.file("export.rsc")
    assert file is not None
    lines = file.text.split("\n")
    (coverage,) = (each for each in model_of(capture).coverage if each.file == "export.rsc")
    assert coverage.understood + coverage.irrelevant + len(coverage.unknown) == len(lines) - (not lines[-1])
    return [f"{each.keywords}: {lines[each.line - 1]}" for each in coverage.unknown]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_the_same_device(name: str, form: str) -> None:
    capture = base(name)
    other = with_export(capture, FORMS[form](exported(capture)))
    assert facts(other) == facts(capture)
    assert unread(other) == []


@pytest.mark.parametrize("form", FORMS)
def test_each_form_without_any_output_of_a_command(form: str) -> None:
    """The same, where only the export was saved, so that nothing that the device shows can stand in for it."""
    capture = base("wifi-capsman")
    alone = replace(capture, files=tuple(each for each in capture.files if each.path == "export.rsc"))
    other = with_export(alone, FORMS[form](exported(alone)))
    assert facts(other) == facts(alone)


def values(capture: Capture) -> Counter[tuple[str, str]]:
    """All values by key; whether a line says them or they are defaults does not count, nor do made-up keys."""
    found: Counter[tuple[str, str]] = Counter()
    for key, fact in leaves(model_of(capture)):
        plain = re.sub(r"\[[0-9a-f]{8}\]", "[#]", key)
        match fact:
            case Stated(value) | Assumed(value):
                found[plain, re.sub(r"\b[0-9a-f]{8}\b", "#", repr(value))] += 1
            case Unknown(why):
                found[plain, re.sub(r"\d+", "…", why)] += 1
            case declared:
                found[plain, repr(declared.value)] += 1
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", VERBOSE)
def test_defaults_that_are_written_out_change_no_value(name: str, form: str) -> None:
    capture = base(name)
    export = exported(capture)
    other = with_export(capture, VERBOSE[form](export))
    assert other != capture
    assert values(other) == values(capture)
    assert unread(other) == []


INLINE = (
    "channel.band=5ghz-ac channel.width=20mhz configuration.country=France configuration.mode=ap "
    "configuration.ssid=SHOP-POS security.authentication-types=wpa2-psk security.ft=no security.wps=disable"
)


@pytest.mark.parametrize("form", ["with dots", "wrapped after 5", "all quoted", "properties shuffled 1"])
def test_settings_within_an_interface(form: str) -> None:
    """Dotted names, written out and short: `configuration.mode=ap .ssid=SHOP-POS`."""
    capture = base("healthy")
    export = exported(capture)
    properties = tuple((name, value) for name, _, value in (word.partition("=") for word in INLINE.split()))
    inline = replace(
        export,
        commands=tuple(
            replace(each, properties=(*properties, ("disabled", "no"))) if "wifi1" in each.target else each
            for each in export.commands
        ),
    )
    written = with_export(capture, forms.terse(inline))
    other = with_export(capture, FORMS[form](inline))
    if form == "with dots":
        assert ".ssid=" in other.files[0].text or any(" .ssid=" in each.text for each in other.files)
    assert facts(other) == facts(written)
    assert facts(written)["bsses[wifi1].ssid"] == ("Stated", "SHOP-POS")
    assert unread(other) == []


@pytest.mark.parametrize("target", ["0", "*1", "0,1", "[ find ]", "[ find disabled ]", '[ find ssid~"x" ]'])
def test_a_number_names_no_item_that_is_known(target: str) -> None:
    """Which item a print number or an id means is not in the export, so that the list of SSIDs has a hole."""
    capture = base("healthy")
    text = forms.terse(exported(capture)).replace("[ find default-name=wifi1 ]", target)
    device = model_of(with_export(capture, text))
    assert device.bsses.holes


@pytest.mark.parametrize("line", ["/port set 0 name=serial0", "/system logging set 0 topics=info,!firewall"])
def test_a_number_in_a_menu_of_no_interest(line: str) -> None:
    capture = base("healthy")
    other = with_export(capture, forms.terse(exported(capture)) + line + "\n")
    assert facts(other) == facts(capture)
    assert unread(other) == []
