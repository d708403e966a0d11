"""Intents about names as edits of `ip host`; what sends questions to Umbrella is for people to change."""

import re
from collections.abc import Mapping

from auditor import intents
from auditor.model import Device
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios.changes import LOOK, Builder, Texts, combine, drop_line
from auditor.platforms.cisco_ios.dns_hosts import HOST, Host, hosts, key_of
from auditor.platforms.cisco_ios.dns_umbrella import KEY as UMBRELLA
from auditor.platforms.cisco_ios.dns_umbrella import OF_POLICY
from auditor.services.base import NotPossible
from auditor.services.reading import printable


def _local_answer(texts: Texts, device: Device, intent: intents.RemoveLocalAnswer) -> Edit:
    """All lines for the name go: each may name several addresses, and several lines may be for one name."""
    resolver = next((each for each in device.resolvers if each.key == intent.resolver), None)
    answer = next((each for each in resolver.local_answers if each.key == intent.answer), None) if resolver else None
    if answer is None:
        raise NotPossible(f"no line answers {printable(intent.domain)}", LOOK)
    found: list[str] = []
    for line in dict.fromkeys(texts.lines((), HOST)):
        if line.startswith("no "):
            continue
        try:
            host = hosts(line.removeprefix(f"{HOST} "))
        except ValueError:
            continue
        if host is not None and not host.record and host.name == answer.domain and _is_of(answer.key, host):
            found.append(line)
    if not found:
        advice = "take the zone out with `no ip dns primary`, after looking what else it answers"
        raise NotPossible(f"{printable(answer.domain)} is a zone that the device is the authority for", advice)
    # Back in the order in which they stood: a line without `additional` takes the place of what is there.
    return combine(tuple(drop_line(texts, (), line, services=("dns",)) for line in reversed(found)))


def _is_of(key: str, host: Host) -> bool:
    """Whether an answer, perhaps one of several for its name, comes from this line."""
    return re.sub(r" \(\d+\)$", "", key) == printable(key_of(host), 200)


def _redirect(_texts: Texts, _device: Device, intent: intents.StopDnsRedirect) -> Edit | None:
    """A filter that somebody pays for is not switched off: it can let the domain pass."""
    if intent.redirect != UMBRELLA and not intent.redirect.startswith(OF_POLICY):
        return None
    raise NotPossible(
        "Cisco Umbrella is a filter for all clients of these networks",
        "let the domain pass in Umbrella, or list it as local (`parameter-map type regex`, `local-domain`)",
    )


def _forward(_texts: Texts, _device: Device, intent: intents.ForwardDomain) -> Edit:
    """One domain goes elsewhere by a view of its own and a list of views, which then decide for all questions.

    Source: Cisco, "Configuring DNS", IOS-XE IP Addressing configuration guide, Split DNS.
    """
    servers = ", ".join(map(str, intent.servers))
    raise NotPossible(
        "IOS asks other resolvers for one domain by views only, which decide for all other questions as well",
        f"write a view that forwards to {servers}, restrict it to {printable(intent.domain)} by `ip dns name-list`, "
        "and put it before the default view in `ip dns view-list` and `ip dns server view-group`",
    )


BUILDERS: Mapping[type, Builder] = {
    intents.RemoveLocalAnswer: _local_answer,
    intents.StopDnsRedirect: _redirect,
    intents.ForwardDomain: _forward,
}
