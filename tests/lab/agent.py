"""Runs inside a shop's namespaces, as their first process, and does there what the test asks for.

It needs nothing but the standard library. Requests and answers are lines of JSON on one socket: a request is a
list of actions that are done at the same time, the answer the list of their results. When the test closes the
socket this process ends, and with it everything that lives in its process namespace.
"""

import array
import contextlib
import ctypes
import json
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

_NET = 0x40000000  # CLONE_NEWNET
_LIBC = ctypes.CDLL(None, use_errno=True)
_PKTINFO = 8
PROGRAMS = "/usr/sbin:/usr/bin:/sbin:/bin"


def enter(space: str) -> None:
    """Move this thread, and no other, into a network namespace."""
    with open(f"/run/netns/{space}") as namespace:
        if _LIBC.setns(namespace.fileno(), _NET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {space}")


# -- actions ---------------------------------------------------------------------------------------------------


class Machines:
    """The machines that are collected; `pids` are their first processes, once they run."""

    def __init__(self) -> None:
        self.pids: dict[str, int] = {}

    def run(self, space: str, argv: list[str], timeout: float, text: str = "") -> dict[str, Any]:
        """Run a program in a namespace to its end."""
        try:
            done = subprocess.run(
                [*self._entering(space), *argv],
                input=text.encode(),
                capture_output=True,
                timeout=timeout,
                env={"PATH": f"/run/lab/bin:{PROGRAMS}", "LC_ALL": "C.UTF-8", "HOME": "/root"},
            )
        except subprocess.TimeoutExpired as late:
            return {"status": None, "out": _text(late.stdout), "err": _text(late.stderr)}
        return {"status": done.returncode, "out": _text(done.stdout), "err": _text(done.stderr)}

    def _entering(self, space: str) -> list[str]:
        if space in self.pids:
            return ["nsenter", "-t", str(self.pids[space]), "-n", "-m", "-p", "--"]
        return ["nsenter", f"--net=/run/netns/{space}", "--"] if space else []

    def boot(self, machine: str, script: str) -> int:
        """Start a machine's own mounts and processes."""
        flags = ["unshare", "-mpf", "--kill-child", "--propagation", "private", "--mount-proc"]
        first = subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{machine}", "--", *flags, "sh", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env={"PATH": PROGRAMS},
        )
        assert first.stdout is not None
        if first.stdout.readline() != b"up\n":
            raise OSError(f"{machine} did not come up")
        with open(f"/proc/{first.pid}/task/{first.pid}/children") as children:
            self.pids[machine] = int(children.read().split()[0])
        return self.pids[machine]

    def write(self, machine: str, path: str, text: str, mode: int = 0o644) -> None:
        """Write one file of a machine."""
        place = f"/proc/{self.pids[machine]}/root{path}"
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(place, mode)

    def listening(self, machine: str, ports: list[str], timeout: float) -> bool:
        """Wait until a machine listens on all of these ports: `udp/53`."""
        wanted = {(port.split("/")[0], int(port.split("/")[1])) for port in ports}
        ends = time.monotonic() + timeout
        while not wanted <= self._open_ports(machine):
            if time.monotonic() > ends:
                return False
            time.sleep(0.01)
        return True

    def _open_ports(self, machine: str) -> set[tuple[str, int]]:
        found = set()
        for protocol, state in (("udp", "07"), ("tcp", "0A")):
            with open(f"/proc/{self.pids[machine]}/net/{protocol}") as table:
                for line in table.readlines()[1:]:
                    words = line.split()
                    if words[3] == state:
                        found.add((protocol, int(words[1].rpartition(":")[2], 16)))
        return found


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "backslashreplace")


def tcp(space: str, host: str, port: int, timeout: float) -> bool:
    """Say whether a connection can be opened."""
    enter(space)
    with socket.socket() as client:
        client.settimeout(timeout)
        try:
            client.connect((host, port))
        except OSError:
            return False
    return True


def udp(space: str, host: str, port: int, timeout: float) -> bool:
    """Say whether a packet is answered."""
    enter(space)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        try:
            client.connect((host, port))
            client.send(b"hello")
            return client.recv(64) == b"hello"
        except OSError:
            return False


def ping(space: str, host: str, timeout: float) -> bool:
    """Say whether an echo request is answered (RFC 792)."""
    enter(space)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as client:
        body = struct.pack("!BBHHH", 8, 0, 0, 7, 1)
        total = sum(struct.unpack("!4H", body))
        client.settimeout(timeout)
        try:
            client.connect((host, 0))
            client.send(struct.pack("!BBHHH", 8, 0, ~total & 0xFFFF, 7, 1))
            ends = time.monotonic() + timeout
            while time.monotonic() < ends:
                packet = client.recv(256)
                if packet[20] == 0:
                    return True
        except OSError:
            pass
    return False


def silence(space: str, host: str, port: int, seconds: float) -> bool:
    """Say whether the other end of a connection that was silent for a while can still reach this one."""
    enter(space)
    with socket.socket() as client:
        client.settimeout(seconds + 1)
        try:
            client.connect((host, port))
            client.send(struct.pack("!d", seconds))
            return client.recv(16) == b"still here"
        except OSError:
            return False


def seen_as(space: str, host: str, port: int, timeout: float) -> str:
    """Return from which address the other end saw a connection come, '' if there is none."""
    enter(space)
    with socket.socket() as client:
        client.settimeout(timeout)
        try:
            client.connect((host, port))
            return client.recv(64).decode("ascii", "replace")
        except OSError:
            return ""


def dhcp_servers(space: str, mac: str, seconds: float) -> list[str]:
    """Ask for an address as a new client does, take none, and return the servers that offer one (RFC 2131)."""
    enter(space)
    hardware = bytes.fromhex(mac.replace(":", ""))
    transaction = os.urandom(4)
    head = struct.pack("!BBBB4sHH16x", 1, 1, 6, 0, transaction, 0, 0x8000)  # answers are for everybody
    options = b"\x63\x82\x53\x63" + b"\x35\x01\x01" + b"\x3d\x07\x00" + os.urandom(6) + b"\x37\x02\x01\x03\xff"
    question = head + hardware.ljust(208, b"\0") + options
    found = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        client.bind(("", 68))
        client.sendto(question, ("255.255.255.255", 67))
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0 and select.select([client], [], [], left)[0]:
            reply = client.recv(2048)
            if reply[4:8] == transaction:
                found.add(_server_of(reply[240:]))
    return sorted(found)


def _server_of(options: bytes) -> str:
    """Return the server identifier among the options of an answer (option 54)."""
    at = 0
    while at + 1 < len(options) and options[at] != 0xFF:
        if options[at] == 54:
            return socket.inet_ntoa(options[at + 2 : at + 6])
        at += 1 if options[at] == 0 else 2 + options[at + 1]
    return ""


# -- the internet, and the reader's own port ---------------------------------------------------------------------


def answer(question: bytes) -> bytes:
    """Answer a DNS question: names of readers by the address in them, anything else by one public address.

    Answers hold for a second, so that what a resolver keeps says nothing about later settings.
    """
    end, labels = 12, []
    while question[end]:
        labels.append(question[end + 1 : end + 1 + question[end]].decode("ascii", "replace").lower())
        end += question[end] + 1
    kind = struct.unpack("!H", question[end + 1 : end + 3])[0]
    address = "198.18.0.10"
    if labels[-2:] == ["stripe-terminal-local-reader", "net"]:
        address = labels[0].replace("-", ".")
    record = b""
    if kind == 1:
        record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 1, 4) + socket.inet_aton(address)
    flags = 0x8180 | (question[2] & 0x01) << 8
    head = question[:2] + struct.pack("!HHHHH", flags, 1, 1 if record else 0, 0, 0)
    return head + question[12 : end + 5] + record


def internet(ready: threading.Semaphore) -> None:
    """Answer on every address: DNS on port 53, echo on UDP 123, connections on TCP 53 and 443."""
    enter("inet")
    packets = {}
    for port, reply in ((53, answer), (123, bytes)):
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.setsockopt(socket.IPPROTO_IP, _PKTINFO, 1)
        server.bind(("", port))
        packets[server] = reply
    connections = {_listener(443): _talk, _listener(53): _resolve}
    ready.release()
    while True:
        for server in select.select([*packets, *connections], [], [])[0]:
            if server in connections:
                client, _ = server.accept()
                threading.Thread(target=connections[server], args=(client,), daemon=True).start()
                continue
            data, ancillary, _, sender = server.recvmsg(2048, 256)
            # The answer comes from the address that was asked; the index of the interface is left to the kernel.
            here = [(level, kind, b"\0" * 4 + info[8:12] + b"\0" * 4) for level, kind, info in ancillary]
            try:
                server.sendmsg([packets[server](data)], here, 0, sender)
            except (IndexError, struct.error, OSError):
                continue


def _talk(client: socket.socket) -> None:
    """Speak again after as many seconds of silence as the client asks for."""
    with client:
        asked = client.recv(8)
        if len(asked) == 8:
            time.sleep(struct.unpack("!d", asked)[0])
            client.send(b"still here")


def _resolve(client: socket.socket) -> None:
    with client:
        client.settimeout(2)
        data = client.recv(2048)
        if len(data) > 14:
            reply = answer(data[2:])
            client.send(struct.pack("!H", len(reply)) + reply)


def reader(ready: threading.Semaphore) -> None:
    """Take connections on the port on which a reader listens, and say from where they come."""
    enter("reader")
    server = _listener(4443)
    ready.release()
    while True:
        client, (address, _) = server.accept()
        with client, contextlib.suppress(OSError):
            client.send(address.encode())


def _listener(port: int) -> socket.socket:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("", port))
    server.listen(64)
    return server


# -- the conversation --------------------------------------------------------------------------------------------


def serve(test: socket.socket, machines: Machines) -> None:
    """Do what is asked until the test hangs up."""
    calls: tuple[Callable[..., Any], ...] = (machines.run, machines.boot, machines.write, machines.listening)
    actions_by_name = {call.__name__: call for call in (*calls, tcp, udp, ping, silence, dhcp_servers, seen_as)}
    lines = test.makefile("r", encoding="utf-8")
    for line in lines:
        actions = json.loads(line)
        if actions and actions[0][0] == "connect":
            _pass_connection(test, *actions[0][1:])
            continue
        results: list[Any] = [None] * len(actions)
        threads = [
            threading.Thread(target=_do, args=(results, number, actions_by_name[name], arguments))
            for number, (name, *arguments) in enumerate(actions)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        test.sendall(json.dumps(results).encode() + b"\n")


def _do(results: list[Any], number: int, action: Callable[..., Any], arguments: list[Any]) -> None:
    try:
        results[number] = {"done": action(*arguments)}
    except Exception as error:  # noqa: BLE001 - the test raises it again
        results[number] = {"error": f"{action.__name__}: {error}"}


def _pass_connection(test: socket.socket, space: str, host: str, port: int) -> None:
    """Open a connection inside a namespace and hand it over: a socket stays where it was made."""
    made: list[socket.socket] = []

    def make() -> None:
        enter(space)
        made.append(socket.create_connection((host, port), timeout=5))
        made[0].setblocking(True)  # whoever takes it over knows of no timeout

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    handles = array.array("i", [made[0].fileno()] if made else [])
    test.sendmsg([b"\n"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handles)] if made else [])
    for each in made:
        each.close()


def main() -> None:
    """Make the namespaces' machines, then serve."""
    test = socket.socket(fileno=int(sys.argv[1]))
    machines = Machines()
    wires = machines.run("", ["sh", "-c", sys.argv[2]], 20)
    if wires["status"] != 0:
        test.sendall(json.dumps([{"error": wires["err"]}]).encode() + b"\n")
        return
    ready = threading.Semaphore(0)
    for part in (internet, reader):
        threading.Thread(target=part, args=(ready,), daemon=True).start()
    ready.acquire()
    ready.acquire()
    test.sendall(b'[{"done": null}]\n')
    serve(test, machines)


if __name__ == "__main__":
    main()
