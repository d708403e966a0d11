"""What a real dnsmasq answers for a domain that it asks servers of its own for."""

from ipaddress import IPv4Address

import pytest

from auditor.intents import ExemptFromRebindProtection, ForwardDomain, Intent
from auditor.services.dnsmasq import SERVICE
from tests.judges.dnsmasq import PROGRAM
from tests.judges.rooted import why_not
from tests.services.dnsmasq.built import MAIN, instance
from tests.services.hosts import host_of
from tests.services.resolvers_at_work import ANSWER, NAME, answers, why_idle

pytestmark = pytest.mark.skipif(bool(why_not(PROGRAM) or why_idle()), reason=why_not(PROGRAM) or why_idle() or "-")

DOMAIN = "stripe-terminal-local-reader.net"
COMMAND = ["dnsmasq", "--no-daemon", f"--conf-file={MAIN}"]
NOBODY = """no-resolv
server=127.0.0.9#5399
stop-dns-rebind
listen-address=192.168.10.1
bind-interfaces
no-hosts
local=/test/
"""
FORWARD = ForwardDomain("dnsmasq", DOMAIN, (IPv4Address("127.0.0.2"),))
EXEMPT = ExemptFromRebindProtection("dnsmasq", DOMAIN)


@pytest.mark.parametrize(
    ("intents", "given"), [((FORWARD,), False), ((FORWARD, EXEMPT), True)], ids=["forwarded", "exempt-as-well"]
)
def test_a_domain_that_is_forwarded_must_be_exempt_too(intents: tuple[Intent, ...], given: bool) -> None:
    """Rebind protection drops the answers of every server; the made-up one answers on another port than usual."""
    text = NOBODY
    for intent in intents:
        for put in SERVICE.edit(host_of({MAIN: text}, "dnsmasq"), instance(), intent) or ():
            text = SERVICE.put(text, put.place, put.value)
    asked = text.replace("/127.0.0.2\n", "/127.0.0.2#5300\n")
    assert (answers({MAIN: asked}, COMMAND)[NAME][1] == ANSWER) is given
