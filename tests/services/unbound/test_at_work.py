"""What the model says of the readers' name is what a client of a real Unbound gets."""

from ipaddress import IPv4Address

import pytest

from auditor.intents import ExemptFromRebindProtection, ForwardDomain
from auditor.model import Stated
from auditor.services import Instance
from auditor.services.unbound import MAIN, SERVICE
from auditor.site import Passage
from tests.judges import unbound as judge
from tests.services.hosts import host_of
from tests.services.resolvers_at_work import ANSWER, NAME, answers, predicted, why_idle

pytestmark = pytest.mark.skipif(bool(judge.WHY_NOT or why_idle()), reason=judge.WHY_NOT or why_idle() or "-")

DOMAIN = "stripe-terminal-local-reader.net"
INSTANCE = Instance("unbound", "unbound", MAIN, (), Stated(True, ()))
BASE = """server:
 username: "" chroot: "" pidfile: "" use-syslog: no do-daemonize: no
 interface: 0.0.0.0
 access-control: 192.168.10.0/24 allow
 do-not-query-localhost: no
 module-config: "validator iterator"
{}
forward-zone:
 name: "."
 forward-addr: 127.0.0.2@5300
"""
CASES = {
    "": Passage.OPEN,
    "private-address: 10.0.0.0/8": Passage.BLOCKED,
    "private-address: 192.168.0.0/16": Passage.OPEN,
    f"private-address: 10.42.42.42/31 private-domain: '*.{DOMAIN}'": Passage.BLOCKED,
    "private-address: 0.0.0.0/0 private-domain: NET.": Passage.OPEN,
    "private-address: 10.0.0.0/8 private-domain: '.'": Passage.OPEN,
    f"local-zone: {DOMAIN} static": Passage.BLOCKED,
    f"local-zone: {DOMAIN} inform": Passage.OPEN,
    f"local-zone: net refuse local-zone: {DOMAIN} transparent": Passage.OPEN,
    f"local-zone: {DOMAIN} transparent local-zone: {DOMAIN} static": Passage.BLOCKED,
    f"local-zone: {DOMAIN} redirect local-data: '{DOMAIN} A {ANSWER}'": Passage.OPEN,
    f"local-zone: net static local-data: '{NAME} 60 IN A {ANSWER}' private-address: 10.0.0.0/8": Passage.OPEN,
    f"local-zone: {DOMAIN} always_null": Passage.BLOCKED,
    f"local-zone: {DOMAIN} always_null local-data: '{NAME} A {ANSWER}'": Passage.OPEN,
    f"local-zone: {DOMAIN} always_nxdomain local-data: '{NAME} A {ANSWER}'": Passage.BLOCKED,
    f"local-data: '{NAME} TXT x'": Passage.BLOCKED,
    f"local-zone: {DOMAIN} typetransparent local-data: '{NAME} TXT x'": Passage.OPEN,
    f"local-zone: {DOMAIN} refuse local-data: 'test.device.{DOMAIN} A {ANSWER}'": Passage.BLOCKED,
    f"local-zone: {DOMAIN} noview local-data: '{NAME} TXT x'": Passage.BLOCKED,
    f"local-data: 'x.{NAME} A 192.0.2.1'": Passage.OPEN,
    f"local-zone: {DOMAIN} static forward-zone: name: {NAME} forward-addr: 127.0.0.2@5300": Passage.BLOCKED,
    "access-control: 192.168.10.0/24 refuse": Passage.BLOCKED,
    "do-not-query-localhost: yes": Passage.BLOCKED,
    "view: name: v local-zone: net static": Passage.OPEN,
}


@pytest.mark.parametrize("text", CASES)
def test_the_client_gets_what_we_say(text: str) -> None:
    files = {MAIN: BASE.format(text)}
    host = host_of(files, "unbound")
    assert predicted(host, SERVICE.read(host, INSTANCE).resolvers) is CASES[text]
    address = answers(files, ["unbound", "-d", "-c", MAIN])[NAME][1]
    assert (address == ANSWER) is (CASES[text] is Passage.OPEN)


def test_the_fix_works() -> None:
    text = BASE.format(" private-address: 10.0.0.0/8")
    host = host_of({MAIN: text}, "unbound")
    for put in SERVICE.edit(host, INSTANCE, ExemptFromRebindProtection("unbound", DOMAIN)) or ():
        text = SERVICE.put(text, put.place, put.value)
    assert judge.complaint({MAIN: text}, MAIN) == ""
    assert answers({MAIN: text}, ["unbound", "-d", "-c", MAIN])[NAME] == ("NOERROR", ANSWER)


@pytest.mark.parametrize("exempt", [False, True])
def test_answers_of_a_zone_of_its_own_are_filtered_all_the_same(exempt: bool) -> None:
    """What forwards a domain must exempt it too; here the server that is named answers on the usual port."""
    text = BASE.format(" private-address: 10.0.0.0/8").replace("127.0.0.2@5300", "127.0.0.9@5399")
    wanted: list[ExemptFromRebindProtection | ForwardDomain] = [
        ForwardDomain("unbound", DOMAIN, (IPv4Address("127.0.0.2"),))
    ]
    for intent in [*wanted, *([ExemptFromRebindProtection("unbound", DOMAIN)] if exempt else [])]:
        for put in SERVICE.edit(host_of({MAIN: text}, "unbound"), INSTANCE, intent) or ():
            text = SERVICE.put(text, put.place, put.value)
    assert judge.complaint({MAIN: text}, MAIN) == ""
    asked = text.replace("forward-addr: 127.0.0.2\n", "forward-addr: 127.0.0.2@5300\n")
    assert (answers({MAIN: asked}, ["unbound", "-d", "-c", MAIN])[NAME][1] == ANSWER) is exempt
