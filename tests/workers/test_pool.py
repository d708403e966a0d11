"""A pool of worker processes: nothing is lost, whatever happens to a worker."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import UsageError
from auditor.workers import Answered, Broken, Done, Pool
from auditor.workers.pool import WorkersError
from tests.workers.work import PRELOAD, Stillborn, do

MakePool = Callable[..., Pool[str, Any]]


@pytest.fixture
def pool_of() -> Iterator[MakePool]:
    made: list[Pool[str, Any]] = []

    def make(number: int = 2, work: Callable[[str], Any] = do, **more: Any) -> Pool[str, Any]:
        made.append(Pool(work, number, preload=PRELOAD, **more))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


async def listed(tasks: list[str], taken: list[str] | None = None) -> AsyncIterator[str]:
    for task in tasks:
        if taken is not None:
            taken.append(task)
        yield task


def all_of(pool: Pool[str, Any], tasks: list[str]) -> dict[str, Done[str, Any]]:
    async def everything() -> list[Done[str, Any]]:
        return [done async for done in pool.map(listed(tasks))]

    done = asyncio.run(everything())
    assert sorted(each.task for each in done) == sorted(tasks), "each task is answered once"
    return {each.task: each for each in done}


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def wait_until(condition: Callable[[], bool], what: str) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail(what)


def test_all_tasks_are_done_by_other_processes(pool_of: MakePool) -> None:
    tasks = [f"sleep 0.01{number}" for number in range(60)]
    done = all_of(pool_of(2), tasks)
    pids = {each.value[1] for each in done.values() if isinstance(each, Answered)}
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_no_tasks_start_no_process(pool_of: MakePool) -> None:
    pool = pool_of(2)
    assert all_of(pool, []) == {}
    assert pool.pids == ()


def test_workers_are_used_again(pool_of: MakePool) -> None:
    pool = pool_of(1)
    first, second = all_of(pool, ["a"]), all_of(pool, ["b"])
    assert [each.value[1] for done in (first, second) for each in done.values() if isinstance(each, Answered)] == [
        pool.pids[0]
    ] * 2


@pytest.mark.parametrize(
    ("task", "why"),
    [
        (f"die {signal.SIGKILL.value}", "the process that worked on it was ended by SIGKILL, 2 times"),
        (f"die {signal.SIGSEGV.value}", "the process that worked on it was ended by SIGSEGV, 2 times"),
        ("leave 3", "the process that worked on it ended with code 3, 2 times"),
        ("raise anything", "ValueError"),
    ],
)
def test_a_poisonous_task_costs_itself_only(pool_of: MakePool, task: str, why: str) -> None:
    done = all_of(pool_of(2), [*(f"a{n}" for n in range(20)), task, *(f"b{n}" for n in range(20))])
    assert done.pop(task) == Broken(task, why)
    assert all(isinstance(each, Answered) for each in done.values())


@pytest.mark.parametrize("task", ["unpicklable", "unreadable"])
def test_what_cannot_be_sent_back_costs_itself_only(pool_of: MakePool, task: str) -> None:
    done = all_of(pool_of(1), ["a", task, "b"])
    assert isinstance(done.pop(task), Broken)
    assert all(isinstance(each, Answered) for each in done.values())


def test_what_a_dead_worker_leaves_is_done_again(pool_of: MakePool, tmp_path: Path) -> None:
    tasks = [f"die-once {tmp_path / str(number)}" for number in range(5)]
    assert all(isinstance(each, Answered) for each in all_of(pool_of(2), tasks).values())


def test_a_worker_that_is_killed_from_outside(pool_of: MakePool, tmp_path: Path) -> None:
    pool = pool_of(2)
    tasks = [f"touch {tmp_path / 'begun'}", *(f"sleep 0.05{n}" for n in range(30))]

    async def everything() -> list[Done[str, Any]]:
        done = []
        async for each in pool.map(listed(tasks)):
            done.append(each)
            if len(done) == 5:
                os.kill(pool.pids[0], signal.SIGKILL)
        return done

    done = asyncio.run(everything())
    assert sorted(each.task for each in done) == sorted(tasks)
    assert all(isinstance(each, Answered) for each in done)


def test_what_the_person_must_see_ends_the_run(pool_of: MakePool) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        all_of(pool_of(2), ["a", "usage it cannot be written", "b"])


def test_workers_that_cannot_start_end_the_run(pool_of: MakePool) -> None:
    with pytest.raises(WorkersError, match="--workers 1"):
        all_of(pool_of(2, Stillborn()), ["a"])


def test_an_error_of_who_gives_tasks_ends_the_run(pool_of: MakePool) -> None:
    async def broken() -> AsyncIterator[str]:
        yield "a"
        raise UsageError("no more")

    async def everything() -> None:
        async for _ in pool_of(2).map(broken()):
            pass

    with pytest.raises(UsageError, match="no more"):
        asyncio.run(everything())


def test_no_more_is_taken_than_is_needed_soon(pool_of: MakePool) -> None:
    """Whoever reads answers slowly slows down the workers, and these who gives tasks."""
    pool, taken = pool_of(2), list[str]()

    async def everything() -> None:
        answers = pool.map(listed([f"sleep 0.00{n}" for n in range(1000)], taken))
        async for _ in answers:
            for _ in range(300):
                before = len(taken)
                await asyncio.sleep(0.02)
                if len(taken) == before:
                    break
            break

    asyncio.run(everything())
    assert 0 < len(taken) < 120


def test_what_a_worker_logs_is_heard_as_text(pool_of: MakePool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    all_of(pool_of(1), ["log \x1b[31mred"])
    (record,) = (each for each in caplog.records if each.name == "tests.workers")
    assert record.getMessage() == "it says \x1b[31mred"
    assert record.exc_info is None
    assert record.exc_text is not None
    assert r"ValueError: \x1b[31mred" in record.exc_text


def test_closing_ends_workers_in_the_middle_of_their_work(pool_of: MakePool, tmp_path: Path) -> None:
    pool, begun = pool_of(2), tmp_path / "begun"

    async def everything() -> None:
        async for done in pool.map(listed([f"touch {begun}", "sleep 60", "sleep 61"])):
            assert done.task == f"touch {begun}"
            break

    asyncio.run(everything())
    pids = pool.pids
    pool.close()
    assert pids
    assert all(map(gone, pids))


_PARENT = """
import asyncio, sys
from auditor.workers import Pool
from tests.workers.work import PRELOAD, do

async def tasks():
    for number in range(4):
        yield f"sleep 60.{number}"

async def everything(pool):
    running = asyncio.create_task(anext(pool.map(tasks())))
    while len(pool.pids) < 2:
        await asyncio.sleep(0.05)
    print(*pool.pids, flush=True)
    await running

if __name__ == "__main__":
    with Pool(do, 2, preload=PRELOAD) as pool:
        asyncio.run(everything(pool))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_worker_outlives_its_parent(number: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.send_signal(number)
        parent.communicate()
    for pid in pids:
        wait_until(lambda pid=pid: gone(pid), f"worker {pid} outlives its parent")  # type: ignore[misc]


def test_the_interrupt_key_speaks_to_the_parent_only(pool_of: MakePool) -> None:
    pool = pool_of(1)
    all_of(pool, ["a"])
    (pid,) = pool.pids
    os.kill(pid, signal.SIGINT)
    assert isinstance(all_of(pool, ["b"])["b"], Answered)
    assert pool.pids == (pid,)


def test_a_task_that_hangs_is_given_up_and_costs_itself_only(pool_of: MakePool) -> None:
    done = all_of(pool_of(2, patience=3.0), ["a", "sleep 3600", "b"])
    assert done.pop("sleep 3600") == Broken(
        "sleep 3600", "the process that worked on it gave no answer for 3 s, 2 times"
    )
    assert all(isinstance(each, Answered) for each in done.values())
