"""Runs a real resolver in a network namespace with a made-up internet, and says what a point of sale gets from it.

The internet is a dnsmasq that gives the readers' names a private address and all others a public one.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from ipaddress import IPv4Address

from auditor.model import Device, Listed, Resolver
from auditor.policies import load_policy
from auditor.services import Host
from auditor.site import Lookup, Passage
from auditor.site.resolvers import resolver_chain
from auditor.site.segments import segments_of
from tests.judges.rooted import run, why_not
from tests.services.hosts import SHOP
from tests.site.built import device, scope

NAME = "10-42-42-42.test.device.stripe-terminal-local-reader.net"
ANSWER = "10.42.42.42"
_SCRIPT = """
ip link set lo up
ip address add 192.168.10.1/24 dev lo; ip address add 192.168.10.7/24 dev lo; ip address add 198.18.0.2/24 dev lo
dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --port=5300 --bind-interfaces \
    --listen-address=127.0.0.2 --address=/stripe-terminal-local-reader.net/10.42.42.42 \
    --address=/#/198.18.7.7 >/dev/null 2>&1 &
upstream=$!
"$@" >/var/log/resolver 2>&1 &
resolver=$!
trap 'kill $upstream $resolver 2>/dev/null; wait' EXIT
n=0
until dig +tries=1 +time=1 +noall +comments -b 192.168.10.7 @192.168.10.1 started.test | grep -q status; do
    n=$((n + 1)); [ $n -lt 40 ] && kill -0 $resolver 2>/dev/null || { cat /var/log/resolver; exit 3; }
    sleep 0.05
done
for name in $names; do
    echo "$name $(dig +tries=1 +time=2 +noall +answer +comments -b 192.168.10.7 @192.168.10.1 "$name" A \
        | awk '/status:/ {sub(",", "", $6); s = $6} $4 == "A" {a = $5} END {print s, a}')"
done
"""


@cache
def why_idle() -> str:
    """Say why resolvers cannot be run here, '' if they can."""
    missing = next((why for program in ("dnsmasq", "dig", "ip") if (why := why_not(program))), "")
    return missing or ("" if run({}, ["true"], network=True).returncode == 0 else "no network namespaces here")


def answers(files: Mapping[str, str], command: Sequence[str], *names: str) -> dict[str, tuple[str, str]]:
    """Return status and address of each name, as a client at 192.168.10.7 gets them; silence is ('', '')."""
    script = f"names='{' '.join(names or (NAME,))}'\n{_SCRIPT}"
    done = run(files, ["sh", "-c", script, "work", *command], network=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {}
    for line in done.stdout.splitlines():
        name, status, address = (*line.split(" "), "", "")[:3]
        found[name] = (status, address)
    return found


def predicted(host: Host, resolvers: Listed[Resolver], name: str = NAME, answer: str = ANSWER) -> Passage:
    """Return what the model says of the same question."""
    router: Device = device(
        host.name, *SHOP, resolvers=resolvers, dhcp_scopes=Listed((scope("br-lan", "192.168.10.1"),))
    )
    segment = next(each for each in segments_of((router,)) if any(i.key == "br-lan" for i in each.interfaces))
    lookup = Lookup(name, IPv4Address(answer))
    chain = resolver_chain(segment, "dhcp", router.dhcp_scopes, (router,), load_policy("stripe-terminal"), lookup)
    inspected = [hop.passage for hop in chain.inspected]
    if not inspected or chain.holes:
        return Passage.UNKNOWN
    for worst in (Passage.BLOCKED, Passage.UNKNOWN):
        if worst in inspected:
            return worst
    return Passage.OPEN
