"""Which experience belongs to which verdict, and whether they agree.

Each symptom names the rules of which one must fail where clients suffer from it, and a rule that fails must have a
symptom. So neither a false pass nor a false alarm stays unseen.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from auditor.verdicts import Result
from tests.lab.expected import Expected
from tests.lab.experience import STRIPE_ANSWER, TEST_ANSWER, Client, Experience, Offer

LEASE_NEEDED = 14 * 3600
"""The shop is open for twelve hours; two are the margin."""

_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))

HEALTHY = {
    "lease": "86400 s",
    "address": "private",
    "option 108": "not sent",
    "told router": "its own",
    "one subnet": "yes",
    "reserved address": "given",
    "test name": TEST_ANSWER,
    "api.stripe.com": STRIPE_ANSWER,
    "test name at 1.1.1.1": TEST_ANSWER,
    "443/tcp published": "open",
    "443/tcp somewhere": "open",
    "123/udp somewhere": "open",
    "reader's port": "open",
    "the reader knows the till": "by its address",
    "ping": "answered",
    "idle connection": "kept",
}
"""What clients see in a healthy shop; what cannot be tried there is not seen."""


def in_words(seen: Experience, scenario: Expected) -> dict[str, str]:
    """Return what is different from a healthy shop."""
    return {topic: word for topic, word in _words(seen, scenario) if HEALTHY.get(topic) != word}


def _words(seen: Experience, scenario: Expected) -> Iterator[tuple[str, str]]:
    offers = [client.offer for client in seen.clients if client.offer is not None]
    if not offers:
        yield "clients", "no lease"
    elif len(offers) == 1:
        yield "one of two clients", "no lease"
    yield from _both("lease", seen, lambda client: f"{client.offer.lease} s" if client.offer else None)
    yield from _both("address", seen, lambda client: _kind(client.offer) if client.offer else None)
    if any(offer.v6_only for offer in offers):
        yield "option 108", "sent"
    if any(not offer.router for offer in offers):
        yield "told router", "none"
    if len({offer.address.network for offer in offers}) == 2:
        yield "one subnet", "no"
    if scenario.reserved and seen.reader.offer:
        given = str(seen.reader.offer.address.ip) == scenario.reserved
        yield "reserved address", "given" if given else "not given"
    yield from _both("test name", seen, lambda client: client.name)
    yield from _both("api.stripe.com", seen, lambda client: client.stripe)
    yield from _both("test name at 1.1.1.1", seen, lambda client: client.advice)
    for kind in dict.fromkeys(kind for client in seen.clients for kind in client.reaches):
        closed = any(not client.reaches.get(kind, True) for client in seen.clients)
        yield kind, "closed" if closed else "open"
    for topic, found, good, bad in (
        ("reader's port", seen.connects, "open", "closed"),
        ("ping", seen.pings, "answered", "silence"),
        ("idle connection", seen.hears, "kept", "lost"),
    ):
        if found is not None:
            yield topic, good if found else bad
    if (hidden := _hidden(seen)) is not None:
        yield "the reader knows the till", "by another address" if hidden else "by its address"
    if len(seen.servers) > 1:
        yield "DHCP servers that answer", str(len(seen.servers))


def _both(topic: str, seen: Experience, value: Callable[[Client], str | None]) -> Iterator[tuple[str, str]]:
    """One word for both clients if it is the same, else one for each."""
    reader, pos = value(seen.reader), value(seen.pos)
    if reader is None or pos is None or reader == pos:
        if word := reader or pos:
            yield topic, word
    else:
        yield f"{topic} (reader)", reader
        yield f"{topic} (till)", pos


def _kind(offer: Offer) -> str:
    return "private" if any(offer.address.ip in network for network in _PRIVATE) else "public"


# -- symptoms ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Symptom:
    """Something that clients suffer from: when they do (None: it could not be tried), and whose finding it is."""

    name: str
    rules: tuple[str, ...]
    suffer: Callable[[Experience, Expected], bool | None]


def _short(seen: Experience, scenario: Expected) -> bool | None:
    offer = seen.reader.offer
    if offer is None:
        return None
    return offer.lease < LEASE_NEEDED and str(offer.address.ip) != scenario.reserved


def _dropped(answer: str | None) -> bool | None:
    return None if answer in (None, "silence") else answer != TEST_ANSWER


def _blocked_name(seen: Experience) -> bool | None:
    answers = [client.stripe for client in seen.clients if client.stripe not in (None, "silence")]
    return any(answer != STRIPE_ANSWER for answer in answers) if answers else None


def _no_help(seen: Experience) -> bool | None:
    if seen.pos.name is None:
        return None
    return seen.pos.name != TEST_ANSWER and seen.pos.advice != TEST_ANSWER


def _closed(seen: Experience) -> bool | None:
    reached = [reaches for client in seen.clients for reaches in client.reaches.values()]
    return not all(reached) if reached else None


def _apart(seen: Experience) -> bool | None:
    reader, pos = seen.reader.offer, seen.pos.offer
    return None if reader is None or pos is None else reader.address.network != pos.address.network


def _hidden(seen: Experience) -> bool | None:
    """Whether the point of sale comes to the reader with the address of something else."""
    if seen.pos.offer is None or not seen.known_as:
        return None
    return seen.known_as != str(seen.pos.offer.address.ip)


def _turned(found: bool | None) -> bool | None:
    return None if found is None else not found


SYMPTOMS = (
    Symptom("the reader's lease is too short", ("dhcp-lease-too-short",), _short),
    Symptom(
        "a client gets no address",
        ("egress-blocked", "dhcp-pool-too-small", "dhcp-lease-too-short", "port-isolation"),
        lambda seen, _: any(client.offer is None for client in seen.clients),
    ),
    Symptom(
        "the reader does not get its address",
        ("dhcp-reservation-invalid",),
        lambda seen, scenario: (
            str(seen.reader.offer.address.ip) != scenario.reserved if scenario.reserved and seen.reader.offer else None
        ),
    ),
    Symptom(
        "the reader's address is public",
        ("reader-address-not-private",),
        lambda seen, _: _kind(seen.reader.offer) == "public" if seen.reader.offer else None,
    ),
    Symptom(
        "the reader is told to do without IPv4",
        ("ipv6-only-preferred",),
        lambda seen, _: seen.reader.offer.v6_only if seen.reader.offer else None,
    ),
    Symptom(
        "the resolver is silent",
        ("egress-blocked", "dns-rebind", "internet-uplink-missing"),
        lambda seen, _: "silence" in (seen.pos.name, seen.reader.name),
    ),
    Symptom(
        "the till cannot find the reader",
        ("dns-rebind", "internet-uplink-missing"),
        lambda seen, _: _dropped(seen.pos.name),
    ),
    Symptom(
        "the reader cannot find itself",
        ("dns-rebind-readers", "dns-rebind", "internet-uplink-missing"),
        lambda seen, _: _dropped(seen.reader.name),
    ),
    Symptom(
        "a name of Stripe is not found",
        ("dns-name-blocked", "dns-rebind", "internet-uplink-missing"),
        lambda seen, _: _blocked_name(seen),
    ),
    Symptom(
        "another resolver would not help",
        ("dns-redirected", "egress-blocked", "internet-uplink-missing"),
        lambda seen, _: _no_help(seen),
    ),
    Symptom(
        "a host of the policy is not reached",
        ("egress-blocked", "internet-uplink-missing"),
        lambda seen, _: _closed(seen),
    ),
    Symptom(
        "the till does not reach the reader",
        ("port-isolation", "reader-port-blocked"),
        lambda seen, _: _turned(seen.connects),
    ),
    Symptom(
        "the reader answers no ping",
        ("ping-blocked", "port-isolation", "reader-port-blocked"),
        lambda seen, _: _turned(seen.pings),
    ),
    Symptom("till and reader are in different subnets", ("pos-not-on-readers-network",), lambda seen, _: _apart(seen)),
    Symptom("the till's address is translated", ("pos-not-on-readers-network",), lambda seen, _: _hidden(seen)),
    Symptom(
        "several DHCP servers answer",
        ("dhcp-second-server",),
        lambda seen, _: len(seen.servers) > 1 if seen.servers else None,
    ),
    Symptom("an idle connection is lost", ("firewall-tcp-idle",), lambda seen, _: _turned(seen.hears)),
)

COMPARED = frozenset(rule for symptom in SYMPTOMS for rule in symptom.rules)
"""The rules whose verdicts can be seen in behaviour."""


def disagreements(seen: Experience, verdicts: Mapping[str, Result], scenario: Expected) -> Iterator[str]:
    """Say where verdicts are not what clients experience.

    A rule that cannot tell is in order only where the scenario says so.
    """
    suffered: dict[str, bool] = {}
    for symptom in SYMPTOMS:
        suffers = symptom.suffer(seen, scenario)
        if suffers is None:
            continue
        for rule in symptom.rules:
            suffered[rule] = suffered.get(rule, False) or suffers
        told = any(verdicts.get(rule) is Result.FAIL for rule in symptom.rules)
        open_ = any(verdicts.get(rule) is Result.UNKNOWN and rule in scenario.unknown for rule in symptom.rules)
        if suffers and not told and not open_:
            yield f"false pass: {symptom.name}, but {', '.join(symptom.rules)} found nothing"
    for rule in sorted(COMPARED):
        match verdicts.get(rule):
            case Result.FAIL if suffered.get(rule) is False:
                yield f"false alarm: {rule} fails, but no client suffers"
            case Result.UNKNOWN if rule not in scenario.unknown:
                yield f"undecided: {rule} cannot tell"
            case Result.ERROR:
                yield f"broken: {rule} gave no verdict"
            case _:
                pass
