"""A router and a bridge with real clients in network namespaces: what really passes a packet filter.

The router has `lan`, `rdr` and `wan`, with one client behind each; bridge `br0` has ports `pa` and `pb` with clients.
It runs in a user namespace of its own, and ends with the process that began it.
"""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.judges.agents import Agents
from tests.judges.rooted import why_not as _why_not

AGENT = Path(__file__).with_name("lab_agent.py")
PORTS = (53, 80, 4443)
CLIENTS = {
    "pos": ("lan", "192.168.10.50", "192.168.10.1"),
    "reader": ("rdr", "192.168.20.60", "192.168.20.1"),
    "internet": ("wan", "198.18.0.9", "198.18.0.1"),
    "a": ("pa", "192.168.30.1", ""),
    "b": ("pb", "192.168.30.2", ""),
}
"""Name of a client: the router's link to it, its address, and the router's own address there."""


@dataclass
class Lab(Agents):
    """The router's namespace and its clients, each with an agent. Use it as a context."""

    def __enter__(self) -> "Lab":
        self.begin("router", ["unshare", "-rn"], AGENT)
        self.order("router", run=[["ip", "link", "set", "lo", "up"], ["ip", "link", "add", "br0", "type", "bridge"]])
        router = self.agents["router"].pid
        for name in CLIENTS:
            self.begin(name, ["nsenter", "-t", str(router), "-U", "--preserve-credentials", "unshare", "-n"], AGENT)
            self._attach(name)
        self.order("router", run=[["ip", "link", "set", "br0", "up"]])
        self.order("router", run=[["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]], serve=list(PORTS))
        return self

    def _attach(self, name: str) -> None:
        self.order(name)  # it answers once it is in its own namespace
        link, address, gateway = CLIENTS[name]
        pid = str(self.agents[name].pid)
        commands = [["ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", pid]]
        commands += [["ip", "link", "set", link, "up"]]
        commands += [["ip", "addr", "add", f"{gateway}/24", "dev", link]] if gateway else []
        commands += [] if gateway else [["ip", "link", "set", link, "master", "br0"]]
        self.order("router", run=commands)
        own = [["ip", "link", "set", "eth0", "up"], ["ip", "addr", "add", f"{address}/24", "dev", "eth0"]]
        own += [["ip", "route", "add", "default", "via", gateway]] if gateway else []
        self.order(name, run=own, serve=list(PORTS))

    def inside(self, *command: str, text: str = "") -> str:
        """Run a command in the router's namespace and return what it prints; raises if it fails."""
        pid = str(self.agents["router"].pid)
        enter = ["nsenter", "-t", pid, "-U", "-n", "--preserve-credentials", *command]
        done = subprocess.run(enter, input=text, capture_output=True, text=True, timeout=30)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
        return done.stdout

    def passes(self, source: str, probes: Iterable[tuple[str, str, int]]) -> list[bool]:
        """Which questions (protocol, address, port) of a client are answered."""
        answer = self.order(source, probe=list(probes))
        assert isinstance(answer, list)
        return answer


@cache
def why_not(program: str) -> str:
    """Say why there can be no lab here, '' if there can."""
    reason = _why_not(program)
    if reason:
        return reason
    try:
        with Lab() as lab:
            return "" if lab.passes("pos", [("tcp", "192.168.20.60", 80)]) == [True] else "the lab does not answer"
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        return f"this machine does not allow network namespaces: {error}"
