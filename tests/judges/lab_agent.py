"""One end of the lab: a process in a network namespace of its own that answers, and asks. Speaks JSON lines."""

import json
import select
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

PATIENCE = 0.35
"""Seconds after which a packet counts as lost; everything happens on one machine."""


def serve(ports: list[int]) -> None:
    """Answer on TCP and UDP with what was said."""
    sockets: list[socket.socket] = []
    for port in ports:
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind(("0.0.0.0", port))
        tcp.listen(64)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("0.0.0.0", port))
        sockets += [tcp, udp]
    threading.Thread(target=_answer, args=(sockets,), daemon=True).start()


def _answer(sockets: list[socket.socket]) -> None:
    listening = set(sockets)
    while True:
        for ready in select.select(sockets, [], [])[0]:
            try:
                if ready.type == socket.SOCK_DGRAM:
                    said, who = ready.recvfrom(64)
                    ready.sendto(said, who)
                elif ready in listening:
                    sockets.append(ready.accept()[0])
                else:
                    said = ready.recv(64)
                    if said:
                        ready.sendall(said)
                    else:
                        raise ConnectionError
            except OSError:
                if ready not in listening:
                    sockets.remove(ready)
                    ready.close()


def probe(wanted: list[tuple[str, str, int]]) -> list[bool]:
    """Ask all at once; true where an answer came back."""
    open_: dict[socket.socket, int] = {}
    answered = [False] * len(wanted)
    said: set[socket.socket] = set()
    for number, (protocol, address, port) in enumerate(wanted):
        kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
        asking = socket.socket(socket.AF_INET, kind)
        asking.setblocking(False)
        asking.connect_ex((address, port))
        open_[asking] = number
    end = time.monotonic() + PATIENCE
    while open_ and time.monotonic() < end:
        waiting = [asking for asking in open_ if asking not in said]
        readable, writable, _ = select.select(list(open_), waiting, [], max(0.0, end - time.monotonic()))
        for asking in writable:
            said.add(asking)
            if asking.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or not _send(asking):
                open_.pop(asking, None)
                asking.close()
        for asking in readable:
            if asking not in open_:
                continue
            with suppress(OSError):
                answered[open_[asking]] = asking.recv(64) == b"hello"
            open_.pop(asking)
            asking.close()
    for asking in open_:
        asking.close()
    return answered


def _send(asking: socket.socket) -> bool:
    try:
        return asking.send(b"hello") == 5
    except OSError:
        return False


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        answer: object = None
        if "run" in order:
            for command in order["run"]:
                subprocess.run(command, check=True)
        if "serve" in order:
            serve(order["serve"])
        if "probe" in order:
            answer = probe(order["probe"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
