"""A port on this machine's loopback that leads into a shop's namespaces."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.shop import Shop


@contextmanager
def forwarded(shop: Shop, space: str, host: str, port: int) -> Iterator[int]:
    """Take connections on loopback, and carry each to a host as a namespace sees it; yields the port."""
    carrying: list[threading.Thread] = []

    def take() -> None:
        with contextlib.suppress(OSError):  # the port is closed
            while True:
                near, _ = server.accept()
                carrying.append(
                    threading.Thread(target=_carry, args=(near, shop.connect(space, host, port)), daemon=True)
                )
                carrying[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        taking = threading.Thread(target=take, daemon=True)
        taking.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for thread in (taking, *carrying):
                thread.join(5)


def _carry(near: socket.socket, far: socket.socket) -> None:
    """Carry both ways until both ends have said all."""
    with near, far:
        back = threading.Thread(target=_copy, args=(far, near), daemon=True)
        back.start()
        _copy(near, far)
        back.join()


def _copy(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
