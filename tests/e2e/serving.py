"""Fake routers that run beside a test, in a thread with an event loop of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.openwrt_ssh import Device, FakeOpenWrt
from tests.fakes.ssh_server import beside


@contextmanager
def serving(*devices: Device) -> Iterator[tuple[FakeOpenWrt, ...]]:
    """Serve devices until the block ends; the routers carry their ports and what they were asked."""
    routers = tuple(FakeOpenWrt(device) for device in devices)
    with beside(*routers):
        yield routers
