"""Fake routers that run beside a test, in a thread with an event loop of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.openwrt_ssh import Device, FakeOpenWrt


@contextmanager
def serving(*devices: Device) -> Iterator[tuple[FakeOpenWrt, ...]]:
    """Serve devices until the block ends; the routers carry their ports and what they were asked."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake routers")
    thread.start()
    routers = tuple(FakeOpenWrt(device) for device in devices)
    try:
        for router in routers:
            asyncio.run_coroutine_threadsafe(router.start(), loop).result(30)
        yield routers
    finally:
        for router in routers:
            asyncio.run_coroutine_threadsafe(router.stop(), loop).result(30)
        asyncio.run_coroutine_threadsafe(_rest(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


async def _rest() -> None:
    """Let everything that is still under way in this loop end."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
