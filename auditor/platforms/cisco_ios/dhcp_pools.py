"""`ip dhcp pool`: pools by what they hold, and how they lie within each other.

A pool holds networks, or one address for one client (`host`), or hands requests on (`relay`). Pools form a tree: a
pool takes what it does not say itself from those whose networks hold its own, but for the lease.
Source: Cisco, "Configuring the Cisco IOS DHCP Server": DHCP Attribute Inheritance, Secondary Subnets, Manual Bindings.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from auditor.model import Span, Unknown
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.services.reading import printable

POOL = "ip dhcp pool"
MOST_NETWORKS = 64
"""Networks of one pool; IOS takes 32 secondary ones."""

_ELSEWHERE = ("origin", "subnet")


@dataclass(frozen=True, slots=True)
class Held:
    """One network of a pool, and its line."""

    network: IPv4Network
    span: Span


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool. `unread` says why it is not known which addresses it gives out, or whether it does at all.

    `parents` are pools around it, the nearest first, from which it takes what it does not say itself.
    """

    key: str
    block: Block
    vrf: str
    networks: tuple[Held, ...]
    unread: Unknown | None
    parents: "tuple[Pool, ...]" = ()

    @property
    def head(self) -> Span:
        return self.block.header

    @property
    def is_host(self) -> bool:
        return self.block.has("host")

    @property
    def is_relay(self) -> bool:
        return self.block.has("relay")

    @property
    def family(self) -> "tuple[Pool, ...]":
        """The pool and those around it, the nearest first."""
        return (self, *self.parents)


@dataclass(frozen=True, slots=True)
class Pools:
    """All pools of a device; those that hold networks are found by VRF and network."""

    pools: tuple[Pool, ...]
    by_network: Mapping[tuple[str, IPv4Network], tuple[Pool, ...]]

    def holding(self, vrf: str, network: IPv4Network) -> Iterator[tuple[IPv4Network, Pool]]:
        """The pools with a network that holds this one, the narrowest first; the very network included."""
        for prefix in range(network.prefixlen, -1, -1):
            around = network.supernet(new_prefix=prefix)
            for pool in self.by_network.get((vrf, around), ()):
                yield around, pool


def read(config: Config) -> Pools:
    """Read all pools."""
    found = [_pool(config, key, block) for key, block in _keyed(config.blocks(POOL))]
    index = _index(found)
    found = [replace(pool, parents=_parents(pool, index)) for pool in found]
    return Pools(tuple(found), _index(found))


def keys(heads: Iterable[str]) -> Mapping[str, str]:
    """The heads of blocks of pools by the keys of the pools."""
    listed = tuple(dict.fromkeys(heads))
    return dict(zip(unique(head.removeprefix(f"{POOL} ") for head in listed), listed, strict=True))


def _keyed(blocks: tuple[Block, ...]) -> Iterator[tuple[str, Block]]:
    return zip(unique(block.name for block in blocks), blocks, strict=True)


def unique(names: Iterable[str]) -> Iterator[str]:
    """A key for each name: the name, with a number where several would be alike."""
    used: set[str] = set()
    counts: dict[str, int] = {}
    for name in names:
        base = printable(name, 200)
        key, number = base, counts.get(base, 1)
        while key in used:
            number += 1
            key = f"{base} ({number})"
        counts[base] = number
        used.add(key)
        yield key


def _pool(config: Config, key: str, block: Block) -> Pool:
    vrf = block.said("vrf")
    held: list[Held] = []
    unread: Unknown | None = None
    lines = block.lines("network")
    for line in lines[:MOST_NETWORKS]:
        network = config.converted(line.rest, _network, line.span, what=f"network of {block.title}")
        if isinstance(network, Unknown):
            unread = unread or network
        else:
            held.append(Held(network.value, line.span))
    if len(lines) > MOST_NETWORKS:
        why = f"{block.title} holds {len(lines)} networks, more than are worked out here"
        unread = Unknown(why, (block.header,), "split the pool")
    for nested in block.blocks("network"):
        nested.each("override")
    return Pool(
        key,
        block,
        vrf.rest if vrf is not None and not vrf.no else "",
        tuple(held),
        unread or _from_elsewhere(block) or _for_some(config, block) or block.unsaid("network"),
    )


def _from_elsewhere(block: Block) -> Unknown | None:
    """Addresses that the pool gets from another server (on-demand pools), or clients that RADIUS decides on."""
    for prefix in (*_ELSEWHERE, "authorization"):
        line = next(iter(block.lines(prefix)), None)
        if line is not None:
            whom = "a RADIUS server" if prefix == "authorization" else "another server"
            why = f"{block.title} gives out what {whom} says (`{printable(line.text)}`)"
            return Unknown(why, (line.span,), "look at `show ip dhcp pool` and `show ip dhcp binding`")
    return None


def _for_some(config: Config, block: Block) -> Unknown | None:
    """A pool with classes gives addresses to clients of these only, unless classes are not looked at."""
    classes = block.blocks("class")
    for each in classes:
        config.taken(each)
    use = config.top.said("ip dhcp use class")
    if not classes or (use is not None and use.no):
        return None
    why = f"{block.title} gives addresses to clients of DHCP class '{printable(classes[0].name)}' only"
    return Unknown(why, (classes[0].header,), "look at `show ip dhcp binding` for the readers")


def _network(text: str) -> IPv4Network:
    """`192.168.30.0 255.255.255.0 [secondary]`, or `/24`; without a mask that of the address's class."""
    words = text.removesuffix(" secondary").split()
    if not 1 <= len(words) <= 2:
        raise ValueError("not a network and its mask")
    try:
        number = IPv4Address(words[0])
        mask = words[1].removeprefix("/") if len(words) > 1 else _natural(number)
        found = IPv4Network(f"{number}/{mask}", strict=False)
        if mask not in (str(found.netmask), str(found.prefixlen)):
            raise ValueError("a wildcard")
        return found
    except ValueError as error:
        raise ValueError("not a network and its mask") from error


def _natural(number: IPv4Address) -> str:
    first = int(number) >> 24
    return "8" if first < 128 else "16" if first < 192 else "24"


def _index(pools: Iterable[Pool]) -> dict[tuple[str, IPv4Network], tuple[Pool, ...]]:
    found: dict[tuple[str, IPv4Network], list[Pool]] = {}
    for pool in pools:
        for held in pool.networks:
            found.setdefault((pool.vrf, held.network), []).append(pool)
    return {place: tuple(listed) for place, listed in found.items()}


def _parents(pool: Pool, index: Mapping[tuple[str, IPv4Network], tuple[Pool, ...]]) -> tuple[Pool, ...]:
    """The pools around a pool's first network; where two hold the same one, the first of them."""
    if not pool.networks:
        return ()
    network = pool.networks[0].network
    around = (
        index.get((pool.vrf, network.supernet(new_prefix=size)), ()) for size in range(network.prefixlen - 1, -1, -1)
    )
    return tuple(found[0] for found in around if found and found[0].key != pool.key)
