"""A shop in network namespaces: an internet, machines with real daemons, a reader and a point of sale.

All of it lives in user, network, mount and process namespaces of its own: nothing enters those of this machine,
and when the first process ends, everything ends. On a machine `/etc`, `/var` and `/run` are empty but for what the
scenario puts there, and its list of processes holds its daemons only.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

from tests.lab.units import SHIMS, Unit

PROGRAMS = "/usr/sbin:/usr/bin:/sbin:/bin"
AGENT = Path(__file__).parent / "agent.py"
READER_MAC, POS_MAC = "02:00:5e:10:00:01", "02:00:5e:10:00:02"
INTERNET, UPLINK = "198.18.0.1", "198.18.0.2"

BRIDGE_FILTERING = "net.bridge.bridge-nf-call-iptables"
"""Whether frames between ports of a bridge meet the packet filter; machines with container engines have it at 1."""

Action: TypeAlias = tuple[Any, ...]
"""The name of one of the agent's actions and its arguments."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that is collected: its files by path, the services that run, and settings of its kernel."""

    files: Mapping[str, str] = field(default_factory=dict)
    units: tuple[Unit, ...] = ()
    sysctl: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wires:
    """How a shop with one router is wired.

    `pos_lan` puts the points of sale behind a bridge of their own. `isolated` are isolated ports. `sysctl` are settings
    of the router's kernel.
    """

    lan: str = "192.168.10.1/24"
    pos_lan: str = ""
    isolated: tuple[str, ...] = ()
    sysctl: Mapping[str, str] = field(default_factory=dict)

    @property
    def script(self) -> str:
        """Shell commands that make the namespaces and their links."""
        return "\n".join(
            [
                "set -e",
                "mount -t tmpfs -o mode=755 shop /run",
                *(f"ip netns add {name}" for name in ("inet", "router", "reader", "pos")),
                f"ip -n router -batch - <<'end'\n{chr(10).join(self._links())}\nend",
                "ip -n inet -batch - <<'end'",
                "link set lo up\nlink set eth0 up",
                f"addr add {INTERNET}/30 dev eth0",
                "route add local default dev lo table main",  # it is every address that is not nearer
                "end",
                *(
                    f"ip -n {name} -batch - <<'end'\nlink set lo up\nlink set eth0 up\nend"
                    for name in ("reader", "pos")
                ),
            ]
        )

    def _links(self) -> Iterable[str]:
        yield "link set lo up"
        yield "link add wan type veth peer name eth0 netns inet"
        yield f"addr add {UPLINK}/30 dev wan"
        yield "link set wan up"
        yield f"route add default via {INTERNET}"
        bridges = {"br-lan": self.lan} | ({"br-pos": self.pos_lan} if self.pos_lan else {})
        for bridge, address in bridges.items():
            yield f"link add {bridge} type bridge"
            yield f"addr add {address} dev {bridge}"
            yield f"link set {bridge} up"
        for name, mac in (("reader", READER_MAC), ("pos", POS_MAC)):
            bridge = "br-pos" if name == "pos" and self.pos_lan else "br-lan"
            yield f"link add p-{name} type veth peer name eth0 address {mac} netns {name}"
            yield f"link set p-{name} master {bridge}"
            if f"p-{name}" in self.isolated:
                yield f"link set p-{name} type bridge_slave isolated on"
            yield f"link set p-{name} up"


# The files of this machine that programs need to start; all else below /etc is the shop's.
_KEPT = "passwd group nsswitch.conf alternatives ld.so.cache ld.so.conf ld.so.conf.d protocols services iproute2"

_BOOT = f"""
set -e
mkdir -p /run/etc && mount --rbind /etc /run/etc
mount -t tmpfs -o mode=755 shop /etc
for name in {_KEPT}; do [ ! -e /run/etc/$name ] || cp -rP /run/etc/$name /etc/; done
umount -l /run/etc
[ ! -e /usr/lib/os-release ] || cp /usr/lib/os-release /etc/
mount -t tmpfs -o mode=755 shop /var
mount -t tmpfs -o mode=755 shop /run
mount -t tmpfs -o mode=700 shop /root
mount -t tmpfs -o mode=1777 shop /tmp
mount -t sysfs shop /sys
ln -s /run /var/run
mkdir -p /var/lib/misc /var/lib/dhcp /var/lib/kea /var/lib/unbound /var/log /var/cache/bind /var/tmp \
    /etc/dnsmasq.d /run/kea /run/named /run/lock/kea /run/sshd /run/dnsmasq /run/lab/units
echo 127.0.0.1 localhost > /etc/hosts
"""

# The first process of a machine only takes over orphans and lets them go.
_INIT = """
mkdir -p /run/lab
echo 'echo up; exec >&-; trap : CHLD; while :; do sleep 3600 & wait; done' > /run/lab/init
exec sh /run/lab/init
"""


class Shop:
    """A running shop: `with Shop(wires.script, {"router": Machine(files, units)}) as shop: shop.on("router", "id")`."""

    def __init__(self, wires: str, machines: Mapping[str, Machine], *, own_users: bool = True) -> None:
        self.machines = dict(machines)
        self._wires = wires
        self._turn = threading.Lock()
        # A server that logs people in needs more users than a namespace for users has.
        flags = "-rnmpf" if own_users else "-nmpf"
        self._unshare = ("unshare", flags, "--kill-child", "--propagation", "private", "--mount-proc")

    def __enter__(self) -> Self:
        self._socket, theirs = socket.socketpair()
        self._agent = subprocess.Popen(
            [*self._unshare, sys.executable, "-I", str(AGENT), str(theirs.fileno()), self._wires],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._answers = self._socket.makefile("r", encoding="utf-8")
        try:
            self._results()
            self._boot()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all its processes."""
        self._answers.close()
        self._socket.close()
        self._agent.kill()
        self._agent.wait(10)

    # -- what tests do with it

    def ask(self, *actions: Action) -> list[Any]:
        """Have actions done at the same time, and return their results."""
        with self._turn:
            self._socket.sendall(json.dumps(actions).encode() + b"\n")
            return self._results()

    def on(self, machine: str, command: str, timeout: float = 20.0) -> dict[str, Any]:
        """Run a shell command on a machine: its status, `out` and `err`."""
        (done,) = self.ask(("run", machine, ["sh", "-c", command], timeout))
        result: dict[str, Any] = done
        return result

    def connect(self, space: str, host: str, port: int) -> socket.socket:
        """Return a connection that was opened inside a namespace."""
        with self._turn:
            self._socket.sendall(json.dumps([("connect", space, host, port)]).encode() + b"\n")
            _, ancillary, _, _ = self._socket.recvmsg(1, socket.CMSG_LEN(array("i").itemsize))
        handles = array("i")
        for _, _, data in ancillary:
            handles.frombytes(data)
        if not handles:
            raise OSError(f"no connection from {space} to {host} port {port}")
        return socket.socket(fileno=handles[0])

    def wait(self) -> None:
        """Wait until all daemons listen."""
        ports = {name: [port for unit in machine.units for port in unit.ports]
                 for name, machine in self.machines.items()}  # fmt: skip
        listening = self.ask(*(("listening", name, wanted, 10.0) for name, wanted in ports.items()))
        for (name, wanted), there in zip(ports.items(), listening, strict=True):
            if not there:
                logs = self.on(name, "tail -n 5 /var/log/*.log; ss -lunt")
                raise OSError(f"not all of {wanted} are listened on at {name}:\n{logs['out']}")

    # -- how it comes up

    def _boot(self) -> None:
        self.ask(*(("boot", name, _booting(name, machine)) for name, machine in self.machines.items()))
        self.ask(*(write for name, machine in self.machines.items() for write in _writes(name, machine)))
        for name, machine in self.machines.items():
            started = self.ask(*(("run", name, ["systemctl", "start", unit.name], 10) for unit in machine.units))
            for unit, done in zip(machine.units, started, strict=True):
                if done["status"] != 0:
                    raise OSError(f"{unit.name} did not start on {name}: {done['out']}{done['err']}")
        self.wait()

    def _results(self) -> list[Any]:
        line = self._answers.readline()
        if not line:
            raise OSError("the namespaces are gone")
        results = json.loads(line)
        for result in results:
            if "error" in result:
                raise OSError(result["error"])
        return [result["done"] for result in results]


def _booting(name: str, machine: Machine) -> str:
    """Shell commands that make a machine of a namespace."""
    settings = {"net.ipv4.ip_forward": "1", BRIDGE_FILTERING: "0", **machine.sysctl}
    places = {f"/proc/sys/{setting.replace('.', '/')}": value for setting, value in settings.items()}
    lines = [f"[ ! -e {place} ] || echo {value} > {place}" for place, value in places.items()]
    return "\n".join([_BOOT, f"echo {name} > /etc/hostname", *lines, _INIT])


def _writes(name: str, machine: Machine) -> Iterable[Action]:
    programs = {f"/run/lab/bin/{program}": text for program, text in SHIMS.items()}
    programs |= {f"/run/lab/units/{unit.name}": unit.script for unit in machine.units}
    for path, text in machine.files.items():
        yield "write", name, path, text, 0o600 if path.startswith("/etc/ssh/") else 0o644
    for path, text in programs.items():
        yield "write", name, path, text, 0o755


@cache
def why_not(*programs: str) -> str:
    """Say why there can be no such shop here, '' if there can."""
    for program in ("unshare", "nsenter", "ip", "bridge", "sh", *programs):
        if shutil.which(program, path=PROGRAMS) is None:
            return f"needs {program}"
    try:
        with Shop(Wires().script, {"router": Machine()}):
            return ""
    except OSError as error:
        return f"this machine does not allow such namespaces ({os.strerror(error.errno) if error.errno else error})"
