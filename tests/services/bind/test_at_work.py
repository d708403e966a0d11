"""What the model says of the readers' name is what a client of a real BIND gets."""

import pytest

from auditor.model import Stated
from auditor.services import Instance
from auditor.services.bind import MAIN, SERVICE
from auditor.site import Passage
from tests.judges import bind as judge
from tests.services.hosts import host_of
from tests.services.resolvers_at_work import ANSWER, NAME, answers, predicted, why_idle

pytestmark = pytest.mark.skipif(bool(judge.WHY_NOT or why_idle()), reason=judge.WHY_NOT or why_idle() or "-")

DOMAIN = "stripe-terminal-local-reader.net"
DENY = "deny-answer-addresses"
BASE = """options {
	directory "/var/cache/bind"; dnssec-validation no; pid-file none; session-keyfile none; allow-query { any; };
	listen-on-v6 { none; }; forwarders { 127.0.0.2 port 5300; }; forward only;
	%s
};
%s
"""
VIEWS = f"view a {{ match-clients {{ %s; }}; }}; view b {{ {DENY} {{ 10/8; }}; }};"
CASES = {
    ("", ""): Passage.OPEN,
    (f"{DENY} {{ 10/8; }};", ""): Passage.BLOCKED,
    (f'{DENY} {{ 10/8; }} except-from {{ "{DOMAIN.upper()}."; }};', ""): Passage.OPEN,
    (f'{DENY} {{ 10/8; }} except-from {{ "*.{DOMAIN}"; }};', ""): Passage.BLOCKED,
    (f"{DENY} {{ !10.42.0.0/16; 10/8; }};", ""): Passage.OPEN,
    (f"{DENY} {{ 10/8; !10.42.0.0/16; }};", ""): Passage.BLOCKED,
    (f"{DENY} {{ !list; 10/8; }};", "acl list { !10.42.42.42; any; };"): Passage.BLOCKED,
    (f"{DENY} {{ none; 10/8; }};", ""): Passage.OPEN,
    (f"{DENY} {{ key k; !none; }};", 'key k { algorithm hmac-sha256; secret "aGVsbG8="; };'): Passage.BLOCKED,
    ("", f'zone "{DOMAIN}" {{ type master; file "/etc/bind/zone"; }};'): Passage.BLOCKED,
    ("", 'zone "other.net" { type master; file "/etc/bind/zone"; };'): Passage.OPEN,
    ("allow-recursion { 10/8; };", ""): Passage.BLOCKED,
    ("allow-query-cache { 192.168.10.0/24; };", ""): Passage.OPEN,
    ("recursion no;", ""): Passage.BLOCKED,
    ("", VIEWS % "192.168.10.0/24"): Passage.OPEN,
    ("", VIEWS % "!192.168.10.0/24; any"): Passage.BLOCKED,
    ('response-policy { zone "rpz" policy disabled; };', 'zone rpz { type master; file "/etc/bind/zone"; };'):
        Passage.OPEN,
}  # fmt: skip


_ZONE = f'zone "{DOMAIN}" {{ type forward; forward only; forwarders {{ 127.0.0.2 port 5300; }}; }};'


@pytest.mark.parametrize("exempt", [False, True])
def test_answers_of_a_zone_of_its_own_are_filtered_all_the_same(exempt: bool) -> None:
    """What forwards a domain must exempt it too."""
    deny = f"{DENY} {{ 10/8; }}" + (f' except-from {{ "{DOMAIN}"; }};' if exempt else ";")
    files = {MAIN: (BASE % (deny, _ZONE)).replace("127.0.0.2 port 5300; }; forward only", "127.0.0.9; }; forward only")}
    assert (answers(files, ["named", "-g", "-4", "-c", MAIN])[NAME][1] == ANSWER) is exempt


@pytest.mark.parametrize(("text", "behind"), CASES)
def test_the_client_gets_what_we_say(text: str, behind: str) -> None:
    zone = "$TTL 60\n@ IN SOA a. b. 1 2 3 4 5\n@ IN NS localhost.\n"
    files = {MAIN: BASE % (text, behind), "/etc/bind/zone": zone}
    host = host_of(files, "bind")
    part = SERVICE.read(host, Instance("bind", "bind", MAIN, (), Stated(True, ())))
    assert predicted(host, part.resolvers) is CASES[text, behind]
    address = answers(files, ["named", "-g", "-4", "-c", MAIN])[NAME][1]
    assert (address == ANSWER) is (CASES[text, behind] is Passage.OPEN)
