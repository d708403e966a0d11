"""An entry before the one that blocks, a translation that is taken out: what changes, and how it comes back."""

from dataclasses import fields
from ipaddress import IPv4Network
from typing import Any

import pytest

from auditor.capture import Capture
from auditor.intents import AllowTraffic, StopDnsRedirect
from auditor.model import Device, Listed, Stated, moved
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios.changes import Texts, apply
from auditor.platforms.cisco_ios.firewall_edit import BUILDERS
from auditor.services import NotPossible
from auditor.site.filters import Question, evaluate
from tests.platforms.cisco_ios.configs import capture
from tests.platforms.cisco_ios.firewall_shop import LAN, POS, WAN, firewall_of, question, router, says

POS_NET, LAN_NET = IPv4Network("192.168.30.0/24"), IPv4Network("192.168.1.0/24")


def _device(given: Capture) -> Device:
    """The device, as far as packet filters are concerned."""
    found = firewall_of(given)
    known: dict[str, Any] = {each.name: Listed() for each in fields(Device)}
    known |= {each.name: getattr(found, each.name) for each in fields(Device) if hasattr(found, each.name)}
    known |= {"name": "gw", "platform": "cisco_ios", "version": Stated("17.9", ()), "coverage": ()}
    return Device(**{**known, "pending_changes": Stated(False, ())})


def _edit(given: Capture, intent: AllowTraffic | StopDnsRedirect) -> Edit:
    found = BUILDERS[type(intent)](Texts.of(given), _device(given), intent)
    assert found is not None
    return found


def _prove(given: Capture, intent: AllowTraffic | StopDnsRedirect) -> Capture:
    """Apply an intent: twice is once, only its footprint moves, and the way back leads back."""
    edit = _edit(given, intent)
    before, after = _device(given), apply(given, edit.operations)
    assert apply(after, edit.operations) == after
    assert moved(before, _device(apply(after, edit.undo))) == frozenset()
    stray = [key for key in moved(before, _device(after)) if not key.startswith(tuple(intent.footprint))]
    assert stray == []
    return after


def _allow(given: Capture, asked: Question, **more: Any) -> AllowTraffic:
    """What a rule would ask for: the first filter that stops the question, and its rule."""
    for each in _device(given).forward_filters:
        if blocked := evaluate(each, asked).blocked():
            said = {"sources": (POS_NET,), "destinations": (LAN_NET,), **more}
            return AllowTraffic(
                each.key, "terminal_pos", asked.entering, asked.leaving or "", protocol=asked.protocol, port=asked.port,
                before=blocked[0].rules[-1] or None, **said,
            )  # fmt: skip
    raise AssertionError("nothing is stopped")


ASKED = question(POS, LAN, "tcp", 4443)


@pytest.mark.parametrize(
    "lines",
    [
        " 10 permit udp any eq bootpc any eq bootps\n 20 deny ip any 192.168.1.0 0.0.0.255\n 30 permit ip any any",
        " 10 permit udp any any\n 20 permit tcp any any eq 443",
        " permit udp any any\n permit tcp any any eq 443",
    ],
    ids=["before an entry", "at the end", "at the end of a list without numbers"],
)
def test_an_entry_comes_before_the_one_that_stops(lines: str) -> None:
    given = capture(router(f"ip access-list extended POS-IN\n{lines}", pos="ip access-group POS-IN in"))
    after = _prove(given, _allow(given, ASKED))
    assert says(firewall_of(after).forward_filters, ASKED) == "pass"
    assert "permit tcp 192.168.30.0 0.0.0.255 192.168.1.0 0.0.0.255 eq 4443" in after.files[0].text


def test_several_networks_are_several_entries() -> None:
    given = capture(router("ip access-list extended POS-IN\n 10 deny ip any any", pos="ip access-group POS-IN in"))
    nets = (IPv4Network("192.168.30.0/25"), IPv4Network("192.168.30.128/25"))
    after = _prove(given, _allow(given, ASKED, sources=nets))
    assert says(firewall_of(after).forward_filters, ASKED) == "pass"


def test_a_list_on_the_far_side_lets_established_connections_back() -> None:
    given = capture(router("ip access-list extended BACK\n 10 deny ip any any", lan="ip access-group BACK in"))
    intent = _allow(given, ASKED)
    assert intent.filter.endswith("(replies)")
    after = _prove(given, intent)
    assert says(firewall_of(after).forward_filters, ASKED) == "pass"
    assert "permit tcp 192.168.1.0 0.0.0.255 eq 4443 192.168.30.0 0.0.0.255 established" in after.files[0].text


def test_one_list_on_both_sides_gets_both_entries() -> None:
    text = router(
        "ip access-list extended ALL\n 10 permit udp any any",
        pos="ip access-group ALL in",
        lan="ip access-group ALL in",
    )
    given = capture(text)
    after = _prove(given, _allow(given, ASKED))
    assert says(firewall_of(after).forward_filters, ASKED) == "pass"


@pytest.mark.parametrize("behind", ["", "\nsnmp-server location shop", "\naccess-list 102 permit ip any any"])
def test_new_entries_of_a_numbered_list_stand_behind_its_last_one_whatever_they_begin_with(behind: str) -> None:
    """As on the device: a permit does not come in behind the last permit, and so before a deny."""
    listed = ["permit udp any any", "deny ip any host 192.0.2.9"]
    given = capture(
        router("\n".join(f"access-list 101 {each}" for each in listed) + behind, pos="ip access-group 101 in")
    )
    text = _prove(given, _allow(given, question(POS, WAN, "tcp", 443))).files[0].text
    entries = [
        line.removeprefix("access-list 101 ") for line in text.split("\n") if line.startswith("access-list 101 ")
    ]
    assert entries[:3] == [*listed, "remark terminal_pos"]
    assert all(entry.startswith("permit tcp ") for entry in entries[3:])


def test_a_numbered_list_is_appended_to() -> None:
    given = capture(router("access-list 101 permit udp any any\ncontrol-plane", pos="ip access-group 101 in"))
    after = _prove(given, _allow(given, ASKED))
    assert says(firewall_of(after).forward_filters, ASKED) == "pass"


@pytest.mark.parametrize(
    "text",
    [
        router("access-list 1 deny any", pos="ip access-group 1 in"),
        router("zone security A", pos="zone-member security A"),
        router("access-list 101 deny ip any any", wan="ip access-group 101 out", nat=True),
    ],
    ids=["standard list", "zones", "behind translation"],
)
def test_what_is_no_entry_is_left_to_people(text: str) -> None:
    given = capture(text)
    asked = ASKED if "zone" in text or " 1 deny" in text else question(POS, WAN)
    with pytest.raises(NotPossible) as refused:
        _edit(given, _allow(given, asked))
    assert refused.value.advice


def test_a_redirect_of_dns_is_taken_out() -> None:
    line = "ip nat outside source static udp 192.168.1.9 53 8.8.8.8 53"
    given = capture(router(line, nat=True))
    (found,) = _device(given).dns_redirects
    after = _prove(given, StopDnsRedirect(found.key))
    assert line not in after.files[0].text
    assert _device(after).dns_redirects.items == ()
