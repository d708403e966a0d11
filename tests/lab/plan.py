"""How a shop of several machines is wired: machines, cables between them, and what runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.lab.shop import INTERNET, POS_MAC, READER_MAC

Links = Mapping[str, Any]
"""By interface: `{cable: name, address: …}`, or `{ports: 'cable cable', address: …}` for a bridge; and `routes`."""

CLIENTS = {"reader": READER_MAC, "pos": POS_MAC}


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a cable."""

    machine: str
    link: str
    bridge: str = ""


@dataclass(frozen=True, slots=True)
class Cabling:
    """The links of each machine. A cable that leads to a machine that is not there is not plugged in."""

    machines: Mapping[str, Links]

    @property
    def script(self) -> str:
        """Shell commands that make the namespaces and their links."""
        lines = ["set -e", "mount -t tmpfs -o mode=755 shop /run"]
        lines += [f"ip netns add {name}" for name in ("inet", *CLIENTS, *self.machines)]
        lines += [f"ip -batch - <<'end'\n{chr(10).join(self._cables())}\nend"]
        for name, links in self.machines.items():
            lines += [f"ip -n {name} -batch - <<'end'\n{chr(10).join(self._links(name, links))}\nend"]
        for name, mac in CLIENTS.items():
            lines += [f"ip -n {name} -batch - <<'end'\nlink set lo up\nlink set eth0 address {mac} up\nend"]
        lines += [
            "ip -n inet -batch - <<'end'",
            "link set lo up",
            "link set eth0 up",
            f"addr add {INTERNET}/30 dev eth0",
        ]
        lines += ["route add local default dev lo table main"]  # it is every address that is not nearer
        lines += ["route add blackhole 192.168.0.0/16", "end"]  # but no private one
        return "\n".join(lines)

    def _ends(self) -> Iterator[tuple[str, _End]]:
        yield "internet", _End("inet", "eth0")
        for client in CLIENTS:
            yield client, _End(client, "eth0")
        for name, links in self.machines.items():
            for link, what in links.items():
                if "cable" in what:
                    yield what["cable"], _End(name, link)
                for cable in what.get("ports", "").split():
                    yield cable, _End(name, f"p-{cable}", link)

    def _plugged(self) -> dict[str, tuple[_End, _End]]:
        ends: dict[str, list[_End]] = {}
        for cable, end in self._ends():
            ends.setdefault(cable, []).append(end)
        if wrong := [cable for cable, both in ends.items() if len(both) > 2]:
            raise ValueError(f"cables with more than two ends: {wrong}")
        return {cable: (both[0], both[1]) for cable, both in ends.items() if len(both) == 2}

    def _cables(self) -> Iterator[str]:
        for one, other in self._plugged().values():
            yield (f"link add {one.link} netns {one.machine} type veth peer name {other.link} netns {other.machine}")

    def _links(self, name: str, links: Links) -> Iterator[str]:
        yield "link set lo up"
        for link, what in links.items():
            if link == "routes":
                continue
            if "ports" in what:
                yield f"link add {link} type bridge"
            for _, end in (pair for both in self._plugged().items() for pair in ((both[0], each) for each in both[1])):
                if (end.machine, end.bridge) == (name, link):
                    yield f"link set {end.link} master {link}"
                    if end.link in what.get("isolated", "").split():
                        yield f"link set {end.link} type bridge_slave isolated on"
                    yield f"link set {end.link} up"
            if "address" in what:
                yield f"addr add {what['address']} dev {link}"
            yield f"link set {link} up"
        for network, gateway in (links.get("routes") or {}).items():
            yield f"route add {network} via {gateway}" if gateway else f"route add blackhole {network}"
