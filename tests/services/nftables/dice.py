"""Random rulesets for nft, the same for the same seed: interval sets, verdict maps, chains that lead to chains."""

import random
from ipaddress import IPv4Address, IPv4Network, summarize_address_range

LINKS = ("lan", "rdr", "wan")
AROUND = ("192.168.10.0/24", "192.168.20.0/24", "198.18.0.0/24", "203.0.113.0/24")
PORTS = (53, 80, 443, 4443)
_LOWEST = 3
"""Chains c0, c1 and c2 can be led to; each only leads to those before it."""


_EDGES = (
    ("early", "prerouting", ("raw", "-201", "mangle")),
    ("last", "postrouting", ("filter", "srcnat")),
    ("outp", "output", ("raw", "filter")),
)
"""Chains around the others, with the priorities that they may have: before and after connections are known."""


class Ruleset:
    """Writes one file for nft; `text` is it."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        family = self.dice.choice(("inet", "ip"))
        self._named = self._bool(0.9)
        parts = [*self._sets(), *(self._chain(f"c{n}", "", n, self.dice.randrange(4)) for n in range(_LOWEST))]
        for name, hook, priorities in _EDGES:
            if self._bool(0.2):
                head = f"type filter hook {hook} priority {self.dice.choice(priorities)}; policy accept;"
                parts.append(self._chain(name, head, 0, 2, refuse=False))
        parts.append(self._base("ways", "forward", self.dice.choice(("filter", "0", "-5"))))
        if self._bool(0.4):
            parts.append(self._base("late", "forward", "10", most=3))
        parts.append(self._base("inp", "input", "filter"))
        self.text = "flush ruleset\ntable {} shop {{\n{}\n}}\n".format(family, "\n".join(parts))

    def _bool(self, share: float) -> bool:
        return self.dice.random() < share

    # -- values ------------------------------------------------------------------------------------------------

    def _address(self) -> IPv4Address:
        network = IPv4Network(self.dice.choice(AROUND))
        return network[self.dice.choice((0, 63, 64, 127, 128, self.dice.randrange(256)))]

    def _intervals(self, most: int) -> str:
        """Addresses, networks and ranges without overlap, as nft wants them in one set."""
        network = IPv4Network(self.dice.choice(AROUND))
        points = sorted(self.dice.sample(range(256), 2 * self.dice.randrange(1, most + 1)))
        found = []
        for low, high in zip(points[::2], points[1::2], strict=True):
            one, other = network[low], network[high]
            exact = list(summarize_address_range(one, other))
            found.append(str(exact[0]) if len(exact) == 1 or self._bool(0.3) else f"{one}-{other}")
        return ", ".join(found)

    def _addresses(self) -> str:
        kind = self.dice.randrange(6)
        if kind == 0:
            return str(self._address())
        if kind == 1:
            return str(IPv4Network((int(self._address()), self.dice.randrange(16, 32)), strict=False))
        if kind == 2:
            one, other = sorted((self._address(), self._address()))
            return f"{one}-{other}" if one != other else str(one)
        if kind == 3 and self._named:
            return self.dice.choice(("@inside", "@some"))
        return f"{{ {self._intervals(4)} }}"

    def _ports(self) -> str:
        kind = self.dice.randrange(5)
        if kind == 0:
            return str(self.dice.choice(PORTS))
        if kind == 1:
            low = self.dice.choice(PORTS) + self.dice.choice((-1, 0, 1))
            return f"{low}-{low + self.dice.choice((1, 30, 1000))}"
        if kind == 2 and self._named:
            return "@services"
        if kind == 3:
            return f"{{ {', '.join(map(str, self.dice.sample(PORTS, 2)))}, 8000-8100 }}"
        return self.dice.choice(("domain", "https", "http"))

    def _links(self) -> str:
        chosen = self.dice.sample(LINKS, self.dice.choice((1, 1, 2)))
        if self._bool(0.15):
            return f'"{chosen[0][0]}*"'
        if self._named and self._bool(0.15):
            return "@inner"
        return f'"{chosen[0]}"' if len(chosen) == 1 else "{{ {} }}".format(", ".join(f'"{one}"' for one in chosen))

    def _not(self) -> str:
        return self.dice.choice(("", "", "!= "))

    def _sets(self) -> list[str]:
        if not self._named:
            return []
        return [
            f"\tset inside {{\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = {{ {self._intervals(5)} }}\n\t}}",
            f"\tset some {{\n\t\ttype ipv4_addr\n\t\telements = {{ {self._address()} }}\n\t}}",
            "\tset services {\n\t\ttype inet_service\n\t\tflags interval\n\t\telements = { 53, 440-450, 4443 }\n\t}",
            '\tset inner {\n\t\ttype ifname\n\t\telements = { "lan", "rdr" }\n\t}',
        ]

    # -- rules -------------------------------------------------------------------------------------------------

    def _matches(self) -> str:
        chosen = self.dice.sample(("link", "address", "state", "protocol"), self.dice.choice((0, 1, 1, 1, 2, 2)))
        kinds = {"link": self._link, "address": self._end, "state": self._state, "protocol": self._protocol}
        return " ".join(kinds[kind]() for kind in chosen)

    def _link(self) -> str:
        return self.dice.choice(
            (
                f"iifname {self._not()}{self._links()}",
                f"oifname {self._not()}{self._links()}",
                f"iifname . oifname {self._not()}{{ lan . rdr, rdr . wan }}",
            )
        )

    def _end(self) -> str:
        return self.dice.choice(
            (
                f"ip saddr {self._not()}{self._addresses()}",
                f"ip daddr {self._not()}{self._addresses()}",
                f"ip saddr {self._not()}{self._addresses()} ip daddr {self._not()}{self._addresses()}",
                f"ip saddr . ip daddr {self._not()}{{ {self._address()} . 192.168.20.128, "
                f"{self.dice.choice(AROUND)} . 192.168.20.0/25 }}",
                f"meta pkttype {self._not()}unicast",
            )
        )

    def _state(self) -> str:
        return self.dice.choice(
            (
                f"ct state {self._not()}{self.dice.choice(('new', 'established', 'established,related', 'invalid'))}",
                f"ct direction {self.dice.choice(('original', 'reply'))}",
                # What is not modelled: our filters leave it open, and must not decide anything behind it by mistake.
                f"meta mark {self._not()}7",
                "limit rate 10000/second",
            )
        )

    def _protocol(self) -> str:
        """Of one protocol in all, since nft refuses a rule about two."""
        protocol = self.dice.choice(("tcp", "udp"))
        return self.dice.choice(
            (
                f"{protocol} dport {self._not()}{self._ports()}",
                f"{protocol} dport {self._not()}{self._ports()}",
                f"{protocol} dport {self.dice.choice(('<', '>', '<=', '>='))} {self.dice.choice(PORTS)}",
                f"{protocol} sport {self._not()}1024-65535",
                f"meta l4proto {{ tcp, udp }} th dport {self._not()}{self._ports()}",
                f"meta l4proto {self._not()}{protocol}",
                f"ip protocol {self._not()}{{ {protocol}, icmp }}",
                f"icmp type {self._not()}{self.dice.choice(('echo-request', 'echo-reply'))}",
                f"tcp flags & (fin | syn | rst | ack) {self.dice.choice(('==', '!='))} syn",
                f"ip saddr . {protocol} dport {self._not()}"
                f"{{ {self._address()} . {self.dice.choice(PORTS)}, {self.dice.choice(AROUND)} . 1-100 }}",
            )
        )

    def _verdict(self, level: int, *, refuse: bool) -> str:
        chosen = ["accept", "accept", "drop", "drop", "return", "continue", *(["reject"] if refuse else [])]
        if level and refuse:
            chosen += [f"{self.dice.choice(('jump', 'jump', 'goto'))} c{self.dice.randrange(level)}" for _ in range(4)]
        return self.dice.choice(chosen)

    def _rule(self, level: int, *, refuse: bool) -> str:
        if self._bool(0.12):
            does = [self._verdict(level, refuse=False) for _ in range(3)]
            ends = [one if one != "return" else "accept" for one in does]
            return self.dice.choice(
                (
                    f"iifname vmap {{ lan : {ends[0]}, rdr : {ends[1]} }}",
                    f"tcp dport vmap {{ 53 : {ends[0]}, 80-443 : {ends[1]}, 4443 : {ends[2]} }}",
                    f"ip daddr vmap {{ 192.168.20.0/25 : {ends[0]}, 198.18.0.9-198.18.0.99 : {ends[1]} }}",
                    "ct state vmap { established : accept, related : accept, invalid : drop }",
                )
            )
        if self._bool(0.15):
            return "ct state established,related accept"
        return f"{self._matches()} {self.dice.choice(('', 'counter '))}{self._verdict(level, refuse=refuse)}".strip()

    def _chain(self, name: str, head: str, level: int, rules: int, *, refuse: bool = True) -> str:
        lines = [head] if head else []
        lines += (self._rule(level, refuse=refuse) for _ in range(rules))
        return "\n\t\t".join([f"\tchain {name} {{", *lines]) + "\n\t}"

    def _base(self, name: str, hook: str, priority: str, most: int = 7) -> str:
        policy = self.dice.choice(("accept", "accept", "drop"))
        head = f"type filter hook {hook} priority {priority}; policy {policy};"
        return self._chain(name, head, _LOWEST, self.dice.randrange(1, most + 1))
