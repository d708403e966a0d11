"""One device that sends what takes long to redact does not hold up the logins of the others."""

import asyncio
import time
from dataclasses import replace

from auditor.capture import Capture
from auditor.collect.gate import Gate
from auditor.collect.session import Output
from auditor.collect.target import Target
from auditor.credentials import Agent
from tests.fakes.collecting import RECIPE, run

SLOW = 0.4


class _Session:
    """Answers everything with one line."""

    async def run(self, command: str, timeout: float) -> Output:
        return Output("config system\n")

    async def close(self) -> None:
        pass


def test_the_others_go_on() -> None:
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - before)

    async def connect(target: Target, gate: Gate) -> _Session:
        return _Session()

    def redact(path: str, text: str) -> str:
        if path == "/etc/openwrt_release":
            time.sleep(SLOW)
        return text

    async def go() -> Capture:
        watching = asyncio.create_task(watch())
        try:
            target = Target("gw", "openwrt", "192.0.2.1", Agent())
            result = (await run([target], connect, recipe=replace(RECIPE, redact=redact, extract=lambda *_: ())))["gw"]
        finally:
            watching.cancel()
        assert isinstance(result, Capture)
        return result

    assert asyncio.run(go()).file("/etc/openwrt_release") is not None
    assert longest < SLOW / 2
