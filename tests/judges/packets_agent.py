"""The far ends of a router's cables in a network namespace: sends frames as they are, and tells which ones come out.

Speaks JSON lines. The interfaces have no addresses, so that the kernel answers nothing itself.
"""

import json
import select
import socket
import subprocess
import sys

_EVERYTHING = 3
"""ETH_P_ALL, linux/if_ether.h."""
_SOL_PACKET, _IGNORE_OUTGOING = 263, 23
"""linux/socket.h, linux/if_packet.h."""
_BATCH = 40
"""So many frames fit into the buffer of a socket, whatever a machine allows."""


def exchange(ends: dict[str, socket.socket], frames: list[tuple[str, str]], patience: float) -> list[tuple[str, str]]:
    """Send frames, and return all that came out until nothing has come for `patience` seconds."""
    seen: list[tuple[str, str]] = []
    for at in range(0, len(frames), _BATCH):
        for link, frame in frames[at : at + _BATCH]:
            ends[link].send(bytes.fromhex(frame))
        _collect(ends, seen, 0.0)
    _collect(ends, seen, patience)
    return seen


def _collect(ends: dict[str, socket.socket], seen: list[tuple[str, str]], patience: float) -> None:
    names = {end: link for link, end in ends.items()}
    while ready := select.select(list(names), [], [], patience)[0]:
        seen += ((names[end], end.recv(2048).hex()) for end in ready)


def _end(link: str) -> socket.socket:
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERYTHING))
    end.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
    end.bind((link, _EVERYTHING))
    return end


def main() -> None:
    ends: dict[str, socket.socket] = {}
    for line in sys.stdin:
        order = json.loads(line)
        answer: object = None
        for command in order.get("run", ()):
            subprocess.run(command, check=True)
        for link in order.get("listen", ()):
            ends[link] = _end(link)
        if "send" in order:
            answer = exchange(ends, order["send"], order["patience"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
