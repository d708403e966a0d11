"""What the reader and the point of sale of a running shop experience, seen with real clients."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Interface
from typing import Any

from auditor.policies import Consumer, Policy
from tests.lab.shop import READER_MAC, Shop

TEST_NAME = "10-42-42-42.test.device.stripe-terminal-local-reader.net"
TEST_ANSWER = "10.42.42.42"
STRIPE_ANSWER = "198.18.0.10"
PORT = 4443
PATIENCE = 0.5
SOMEWHERE = (STRIPE_ANSWER, "203.0.113.10")
"""Hosts of which nobody published where they are."""

_SCRIPT = """#!/bin/sh
case $1 in bound | renew)
    echo "lease=$lease" "ip=$ip/$mask" "router=$router" "dns=$dns" "v6only=$opt108" "server=$serverid"
    ip addr flush dev $interface
    ip addr add $ip/$mask dev $interface
    for via in $router; do ip route add default via $via; break; done
esac
true
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a DHCP client was given. `dns` and `router` are option 6 and option 3; `v6_only` is option 108."""

    address: IPv4Interface
    lease: int
    dns: tuple[str, ...]
    router: tuple[str, ...]
    v6_only: bool


@dataclass(frozen=True, slots=True)
class Client:
    """What one client experiences. None: it could not be tried, for want of an address or of a resolver.

    `name` is what its resolver answers for the test name, `stripe` for a host of Stripe: an address, `nothing`, a
    status such as `SERVFAIL`, or `silence`. `advice` is the answer of the public resolver that Stripe names.
    `reaches` says for each kind of host of the policy whether it is reached.
    """

    offer: Offer | None
    name: str | None
    stripe: str | None
    advice: str | None
    reaches: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Experience:
    """What both experience, and what happens between them.

    `hears` is about a connection that was idle. `known_as` is the address from which the reader sees the point of sale
    come. `servers` are the DHCP servers that answer a reader.
    """

    reader: Client
    pos: Client
    connects: bool | None
    pings: bool | None
    hears: bool | None
    known_as: str
    servers: tuple[str, ...]

    @property
    def clients(self) -> tuple[Client, Client]:
        """The reader and the point of sale."""
        return self.reader, self.pos


def experience(shop: Shop, policy: Policy, *, idle: float = 0.0, till_dns: str = "") -> Experience:
    """Take new addresses, then try everything at the same time."""
    servers = shop.ask(("dhcp_servers", "reader", READER_MAC, PATIENCE / 2))[0]
    offers = _offers(shop)
    names = {"reader": policy_hosts(policy, "readers"), "pos": policy_hosts(policy, "pos")}
    asked: dict[tuple[str, ...], tuple[Any, ...]] = {}
    for who, offer in offers.items():
        if offer is None:
            continue
        server = (till_dns if who == "pos" else "") or next(iter(offer.dns), "")
        if server:
            asked[who, "name"] = _dig(who, server, TEST_NAME)
            asked[who, "stripe"] = _dig(who, server, "api.stripe.com")
        asked[who, "advice"] = _dig(who, "1.1.1.1", TEST_NAME)
        for kind, (protocol, port, addresses) in names[who].items():
            for address in addresses:
                asked[who, "reaches", kind, address] = (protocol, who, address, port, PATIENCE)
    reader, pos = offers["reader"], offers["pos"]
    if reader is not None and pos is not None:
        asked["connects",] = ("seen_as", "pos", str(reader.address.ip), PORT, PATIENCE)
        asked["pings",] = ("ping", "pos", str(reader.address.ip), PATIENCE)
    if idle and reader is not None:
        asked["hears",] = ("silence", "reader", SOMEWHERE[0], 443, idle)
    found = dict(zip(asked, shop.ask(*asked.values()), strict=True))
    known_as: str | None = found.get(("connects",))
    return Experience(
        _client("reader", reader, found),
        _client("pos", pos, found),
        known_as=known_as or "",
        servers=tuple(servers),
        connects=None if known_as is None else bool(known_as),
        pings=found.get(("pings",)),
        hears=found.get(("hears",)),
    )


def policy_hosts(policy: Policy, who: str) -> dict[str, tuple[str, int, tuple[str, ...]]]:
    """Representative hosts of the policy by kind: with published addresses or somewhere, and by port."""
    kinds: dict[str, tuple[str, int, tuple[str, ...]]] = {}
    for host in policy.hosts_for(Consumer(who)):
        networks = policy.networks_of(host.name)
        addresses = tuple(str(network[0]) for network in networks[:3]) if networks else SOMEWHERE
        for port in host.ports:
            where = "published" if networks else "somewhere"
            kinds[f"{port} {where}"] = (port.protocol.value, port.number, addresses)
    return kinds


_TAKE = """
cat > /run/given-$0
chmod 755 /run/given-$0
ip addr flush dev eth0
ip route flush dev eth0
# Each time another client, since a server may give one that comes back soon the rest of its lease.
id=$(od -A n -N 6 -t x1 /dev/urandom | tr -d " ")
exec udhcpc -i eth0 -f -n -q -t 2 -T 1 -O 108 -x 0x3d:00$id -s /run/given-$0
"""


def _offers(shop: Shop) -> dict[str, Offer | None]:
    """Let both clients take an address, as after a restart."""
    who = ("reader", "pos")
    done = shop.ask(*(("run", each, ["sh", "-c", _TAKE, each], 12, _SCRIPT) for each in who))
    return {each: _offer(result["out"]) for each, result in zip(who, done, strict=True)}


def _offer(text: str) -> Offer | None:
    line = re.search(r"^lease=(\d+) ip=(\S+) router=(.*?) dns=(.*?) v6only=(\S*) server=", text, re.MULTILINE)
    if line is None:
        return None
    lease, address, router, dns, v6_only = line.groups()
    return Offer(IPv4Interface(address), int(lease), tuple(dns.split()), tuple(router.split()), bool(v6_only))


def _dig(who: str, server: str, name: str) -> tuple[Any, ...]:
    return ("run", who, ["dig", "+time=1", "+tries=1", "+noall", "+comments", "+answer", f"@{server}", name, "A"], 5)


def _answer(done: dict[str, Any] | None) -> str | None:
    if done is None:
        return None
    status = re.search(r"status: (\w+)", done["out"])
    if status is None:
        return "silence"
    addresses = re.findall(r"^\S+\s+\d+\s+IN\s+A\s+(\S+)$", done["out"], re.MULTILINE)
    return addresses[0] if addresses else ("nothing" if status[1] == "NOERROR" else status[1])


def _client(who: str, offer: Offer | None, found: dict[tuple[str, ...], Any]) -> Client:
    reaches: dict[str, bool] = {}
    for key, result in found.items():
        if key[:2] == (who, "reaches"):
            reaches[key[2]] = reaches.get(key[2], True) and result
    name, stripe, advice = (_answer(found.get((who, what))) for what in ("name", "stripe", "advice"))
    return Client(offer, name, stripe, advice, reaches)
