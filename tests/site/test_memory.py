"""One site answers a question once; another one does not know the answer."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from auditor.inventory import loads
from auditor.model import Listed
from auditor.policies import load_policy
from auditor.site import Site, join
from auditor.site.memory import Memory
from tests.site.built import bss, device, interface, scope


def _site() -> Site:
    gw = device(
        "gw",
        interface("pos", "192.168.30.1/24"),
        bsses=Listed((bss("ap", "pos", ssid="SHOP-POS"),)),
        dhcp_scopes=Listed((scope("pos"),)),
    )
    inventory = (
        b"sites: {shop: {readers: {tills: {ssid: SHOP-POS}}, devices: {gw: {captures: gw/, platform: openwrt}}}}"
    )
    entry = loads(inventory, Path("inventory.yaml")).sites[0]
    return join(entry, load_policy(entry.policy), (gw,), (), datetime(2026, 3, 2, 9, 30, tzinfo=UTC))


def test_a_question_is_worked_out_once() -> None:
    memory, asked = Memory(), list[int]()

    def work() -> int:
        asked.append(1)
        return len(asked)

    assert memory.once(("a", 1), work) == memory.once(("a", 1), work) == 1
    assert memory.once(("a", 2), work) == 2
    assert asked == [1, 1]


def test_another_site_is_asked_again() -> None:
    site = _site()
    (readers,) = site.readers
    assert len(site.scopes_serving(readers)) == 1
    assert site.scopes_serving(readers) is site.scopes_serving(readers)
    assert len(replace(site, devices=()).scopes_serving(readers)) == 0


def test_what_is_remembered_is_no_part_of_a_site() -> None:
    site = _site()
    site.scopes_serving(site.readers[0])
    assert replace(site) == site
