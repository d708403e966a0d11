"""Outputs of a made-up Linux host, in the shape that iproute2 and procps give them."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from auditor.capture import Capture, CapturedFile, Gap, Kind
from auditor.platforms.linux.outputs import ADDRESSES, PROCESSES, ROUTES, RULES, SYSCTL, VLANS
from auditor.profiles import load_profile
from auditor.services import Reading

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HEADER = "    PID   UID ELAPSED      NETNS CGROUP            COMMAND\n"
INIT = "      1     0  900000 4026531840 0::/init.scope    /sbin/init\n"
PS = "    900     0       0 4026531840 0::/user.slice/s-1.scope ps -A -ww -o pid,uid,etimes,netns,cgroup:120,args\n"
USUAL_RULES = [
    {"priority": 0, "src": "all", "table": "local"},
    {"priority": 32766, "src": "all", "table": "main"},
    {"priority": 32767, "src": "all", "table": "default"},
]


def reading(files: Mapping[str, str], gaps: Iterable[Gap] = ()) -> Reading:
    """What a host is read from: texts by path."""
    captured = tuple(CapturedFile(path, text, Kind.CONFIGURATION) for path, text in files.items())
    return Reading(Capture("gw", "linux", captured, tuple(gaps), NOW, False, "a test"), load_profile("linux"))


def link(name: str, *addresses: str, kind: str = "", master: str = "", dynamic: bool = False, **more: Any) -> Any:
    """One link as `ip -j -d addr` shows it; `data` and `slave` are what it knows of a bridge, a VLAN, or a port."""
    data, slave = more.pop("data", None), more.pop("slave", None)
    info: dict[str, Any] = {"info_kind": kind} if kind else {}
    info |= {"info_data": data} if data is not None else {}
    info |= {"info_slave_kind": "bridge", "info_slave_data": slave} if slave is not None else {}
    entries = [
        {"family": "inet", "local": a.split("/")[0], "prefixlen": int(a.split("/")[1]), "scope": "global"}
        | ({"dynamic": True} if dynamic else {})
        for a in addresses
    ]
    entries += [{"family": "inet6", "local": a, "prefixlen": 64, "scope": "global"} for a in more.pop("ipv6", ())]
    entries.append({"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"})
    shown: dict[str, Any] = {"ifname": name, "flags": ["BROADCAST", "UP"], "link_type": "ether"}
    shown |= {"master": master} if master else {}
    shown |= {"linkinfo": info} if info else {}
    return shown | more | {"addr_info": entries}


def port(name: str, master: str = "br-lan", *, isolated: bool = False, kind: str = "") -> Any:
    """A port of a bridge."""
    return link(name, kind=kind, master=master, slave={"state": "forwarding", "isolated": isolated})


def bridge(name: str, *addresses: str, filtering: int = 0, **more: Any) -> Any:
    """A bridge."""
    return link(name, *addresses, kind="bridge", data={"vlan_filtering": filtering}, **more)


def vlan(name: str, parent: str, vid: int, *addresses: str, **more: Any) -> Any:
    """A VLAN on another link."""
    return link(name, *addresses, kind="vlan", data={"protocol": "802.1Q", "id": vid}, link=parent, **more)


LOOPBACK = link("lo", "127.0.0.1/8", flags=["LOOPBACK", "UP"], link_type="loopback")


def pretty(value: Any) -> str:
    """As `ip -p` prints it: several lines."""
    return json.dumps(value, indent=4) + "\n"


def outputs(
    *links: Any,
    routes: Iterable[Any] = ({"dst": "default", "gateway": "198.18.0.1", "dev": "eth0", "flags": []},),
    rules: Iterable[Any] = USUAL_RULES,
    vlans: Iterable[Any] = (),
    forward: int | None = 1,
    processes: str | None = HEADER + INIT + PS,
) -> dict[str, str]:
    """The outputs of a host with these links."""
    found = {
        ADDRESSES: pretty([LOOPBACK, *links]),
        ROUTES: pretty(list(routes)),
        RULES: pretty(list(rules)),
        VLANS: pretty(list(vlans)),
    }
    found["commands/nft-ruleset.json"] = '{"nftables": []}'
    if forward is not None:
        found[SYSCTL] = f"net.ipv4.ip_forward = {forward}\nnet.bridge.bridge-nf-call-iptables = 0\n"
    if processes is not None:
        found[PROCESSES] = processes
    return found


def process(pid: int, args: str, *, uid: int = 0, netns: str = "4026531840", cgroup: str = "0::/system.slice/x") -> str:
    """One line of `ps`."""
    return f"{pid:>7} {uid:>5}  800000 {netns:>10} {cgroup} {args}\n"
