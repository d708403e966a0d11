"""An account is never locked by this program: at most three refusals in a row, however many devices there are."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collect.lockout import LockoutGuard
from auditor.errors import LoginRefused, NotTried, Unreachable


async def _run(outcomes: list[str], delays: list[int]) -> tuple[list[str], list[str], int]:
    """Let all devices log in at once; return what each got, the outcomes in the order of their end, and the worst.

    The worst is how many refusals there could have been in a row, had all logins under way been refused.
    """
    guard = LockoutGuard()
    ended: list[str] = []
    under_way = 0
    worst = 0

    def in_a_row() -> int:
        row = 0
        for outcome in reversed(ended):
            if outcome == "success":
                break
            row += outcome == "refused"
        return row

    async def device(outcome: str, delay: int) -> str:
        nonlocal under_way, worst
        try:
            async with guard.login("user audit"):
                under_way += 1
                worst = max(worst, in_a_row() + under_way)
                for _ in range(delay):
                    await asyncio.sleep(0)
                under_way -= 1
                ended.append(outcome)
                match outcome:
                    case "refused":
                        raise LoginRefused("no")
                    case "unreachable":
                        raise Unreachable("no")
                    case _:
                        pass
        except LoginRefused:
            return "refused"
        except Unreachable:
            return "unreachable"
        except NotTried:
            return "not tried"
        return "success"

    results = await asyncio.gather(*map(device, outcomes, delays))
    return results, ended, worst


@given(st.lists(st.tuples(st.sampled_from(["refused", "success", "unreachable"]), st.integers(0, 5)), max_size=40))
def test_never_more_than_three_refusals_in_a_row(plan: list[tuple[str, int]]) -> None:
    outcomes = [outcome for outcome, _ in plan]
    results, ended, worst = asyncio.run(_run(outcomes, [delay for _, delay in plan]))
    assert worst <= 3
    for outcome, result in zip(outcomes, results, strict=True):
        assert result in (outcome, "not tried")
    logins = [outcome for outcome in ended if outcome != "unreachable"]
    rows = [len(row) for row in "".join("r" if o == "refused" else " " for o in logins).split()]
    assert max(rows, default=0) <= 3
    if "not tried" in results:
        assert logins[-3:] == ["refused"] * 3
    else:
        assert len(ended) == len(outcomes)


def test_a_success_resets_the_count() -> None:
    outcomes = ["refused", "refused", "success"] * 5
    results, _, _ = asyncio.run(_run(outcomes, list(range(0, 45, 3))))
    assert "not tried" not in results


def test_credentials_do_not_share_their_refusals() -> None:
    async def run() -> None:
        guard = LockoutGuard()
        for _ in range(3):
            with pytest.raises(LoginRefused):
                async with guard.login("a"):
                    raise LoginRefused("no")
        with pytest.raises(NotTried, match="refused a"):
            async with guard.login("a"):
                pytest.fail("something was sent")
        async with guard.login("b"):
            pass

    asyncio.run(run())


def test_a_cancelled_login_gives_its_place_back() -> None:
    async def run() -> None:
        guard = LockoutGuard(limit=1)
        started = asyncio.Event()

        async def hang() -> None:
            async with guard.login("a"):
                started.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(hang())
        await started.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(1), guard.login("a"):
            pass

    asyncio.run(run())
