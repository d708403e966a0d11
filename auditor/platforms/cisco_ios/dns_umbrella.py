"""`umbrella in`, `umbrella out`: a device sends DNS questions of its clients to Cisco Umbrella, whoever they asked.

Names that a list of local domains holds go to whom the client asked. Umbrella refuses names by the settings of an
account, which no configuration shows. Older releases write `opendns`.
Source: Cisco, Security Configuration Guide, "Cisco Umbrella Integration".
"""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model import Blocklist, DnsRedirect, Fact, Listed, Span, Stated, Unknown
from auditor.platforms.cisco_ios.blocks import Line
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.dhcp_places import Interfaces, of_policy
from auditor.platforms.cisco_ios.dhcp_pools import unique
from auditor.platforms.cisco_ios.wireless_filters import on_access_points
from auditor.services.reading import printable

_WORDS = ("umbrella", "opendns")
_PORT = 53
KEY = "umbrella"
OF_POLICY = f"{KEY} policy "
_POLICY = "wireless profile policy"
_SERVICE = "Cisco Umbrella"


@dataclass(frozen=True, slots=True)
class _Sending:
    """A policy profile that sends its clients' questions to Umbrella, and where the clients are, () if not known."""

    key: str
    name: str
    asked: Unknown
    interfaces: tuple[str, ...]

    @property
    def near(self) -> tuple[Span, ...]:
        return self.asked.near


def redirects(config: Config, network: Interfaces) -> Listed[DnsRedirect]:
    """Return what the device does to questions of clients behind its interfaces, or on its WLANs."""
    policies = tuple(_of_policies(config, network))
    holes = (*config.holes(), *(each.asked for each in policies if not each.interfaces))
    found = [
        DnsRedirect(config.device, each.key, Stated(each.interfaces, each.near), each.asked, Stated(_PORT, each.near))
        for each in policies
        if each.interfaces
    ]
    inside, outside = _lines(config)
    if not inside and not outside:
        return Listed(tuple(found), holes)
    near = tuple(line.span for _, line in (*inside, *outside))
    why = "DNS questions are redirected to Cisco Umbrella, unless they are for a domain that is listed as local"
    asked = Unknown(why, (*near, *_maps(config)), "look the test name up from a POS")
    redirect = DnsRedirect(config.device, KEY, _clients(config, inside, near), asked, Stated(_PORT, near))
    return Listed((redirect, *found), holes)


def _clients(config: Config, inside: list[tuple[str, Line]], near: tuple[Span, ...]) -> Fact[tuple[str, ...] | None]:
    """The interfaces whose clients' questions go there."""
    if inside:
        return Stated(tuple(dict.fromkeys(name for name, _ in inside)), near)
    why = f"{config.device} sends DNS questions to Umbrella; no interface of clients is marked (`umbrella in`)"
    return Unknown(why, near, "look the test name up from a POS")


def blocklists(config: Config, network: Interfaces) -> Iterator[Blocklist]:
    """Umbrella as a service that makes names unreachable."""
    policies = tuple(_of_policies(config, network))
    local = on_access_points(config, network) if policies else {}
    for each in policies:
        bsses = local.get(each.name, ())
        if each.interfaces or bsses:
            where = Stated(each.interfaces, each.near)
            yield Blocklist(config.device, each.key, _SERVICE, Stated(True, each.near), where, bsses)
    inside, outside = _lines(config)
    near = tuple(line.span for _, line in (*inside, *outside))
    if near:
        yield Blocklist(config.device, KEY, _SERVICE, Stated(True, near), _clients(config, inside, near))


def _lines(config: Config) -> tuple[list[tuple[str, Line]], list[tuple[str, Line]]]:
    inside: list[tuple[str, Line]] = []
    outside: list[tuple[str, Line]] = []
    for block in config.blocks("interface"):
        for word in _WORDS:
            inside += [(block.name, line) for line in block.lines(f"{word} in")]
            outside += [(block.name, line) for line in block.lines(f"{word} out")]
    return inside, outside


def _maps(config: Config) -> tuple[Span, ...]:
    """The lines that say which domains are local."""
    found: list[Span] = []
    for word in _WORDS:
        for block in config.blocks(f"parameter-map type {word}"):
            for line in block.lines("local-domain"):
                found.append(line.span)
                listed = config.top.block("parameter-map type regex", line.rest) if line.rest else None
                if listed is not None:
                    config.taken(listed)
    return tuple(found)


def _of_policies(config: Config, network: Interfaces) -> Iterator[_Sending]:
    """On a wireless controller a policy profile can send its clients' questions there."""
    names = unique(f"{OF_POLICY}{block.name}" for block in config.blocks(_POLICY))
    for key, block in zip(names, config.blocks(_POLICY), strict=True):
        line = block.said("umbrella-param-map")
        if line is None or line.no:
            continue
        why = f"policy profile '{printable(block.name)}' sends DNS questions of its clients to Cisco Umbrella"
        asked = Unknown(why, (line.span,), "look the test name up from a POS on this WLAN")
        yield _Sending(key, block.name, asked, of_policy(network, block))
