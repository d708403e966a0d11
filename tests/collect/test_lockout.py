"""An account is never locked by this program: at most three refusals in a row, however many devices there are.

Where a credential was just accepted, five answers may be out at the same time.
"""

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collect.lockout import REFUSALS_IN_A_ROW, UNANSWERED, LockoutGuard
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
    assert worst <= (UNANSWERED if "success" in ended else REFUSALS_IN_A_ROW)
    for outcome, result in zip(outcomes, results, strict=True):
        assert result in (outcome, "not tried")
    logins = [outcome for outcome in ended if outcome != "unreachable"]
    rows = [len(row) for row in "".join("r" if o == "refused" else " " for o in logins).split()]
    assert max(rows, default=0) <= UNANSWERED
    if "not tried" in results:
        assert max(rows) >= REFUSALS_IN_A_ROW
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


class _Account:
    """An account server that counts bad tries over all devices; the password is right until it is changed."""

    def __init__(self) -> None:
        self.right = False
        self.refused = 0
        self.open = 0
        self.most_open = 0

    async def answer(self) -> None:
        right = self.right
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        await asyncio.sleep(0.002)
        self.open -= 1
        if not right:
            self.refused += 1
            raise LoginRefused("no")


async def _device(guard: LockoutGuard, account: _Account, *, is_key: bool = False) -> str:
    try:
        async with guard.login("user audit", announces=True, is_key=is_key) as attempt:
            await asyncio.sleep(0.005)  # the key exchange
            if not is_key:
                await attempt.sending()
            await account.answer()
    except LoginRefused:
        return "refused"
    except NotTried:
        return "not tried"
    return "success"


def test_a_fresh_password_that_is_wrong_reaches_three_devices_of_hundreds() -> None:
    async def run() -> None:
        guard, account = LockoutGuard(), _Account()
        results = await asyncio.gather(*(_device(guard, account) for _ in range(500)))
        assert account.refused == results.count("refused") == REFUSALS_IN_A_ROW
        assert results.count("not tried") == 497

    asyncio.run(run())


def test_a_password_that_is_changed_in_the_middle_reaches_five_devices_of_hundreds() -> None:
    async def run() -> None:
        guard, account = LockoutGuard(), _Account()
        account.right = True
        devices = [asyncio.create_task(_device(guard, account)) for _ in range(500)]
        await asyncio.wait(devices, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0.02)
        account.right = False
        results = await asyncio.gather(*devices)
        assert account.most_open == UNANSWERED
        assert "success" in results
        assert REFUSALS_IN_A_ROW <= account.refused <= UNANSWERED
        assert results.count("not tried") > 300

    asyncio.run(run())


def test_keys_are_not_held_back_once_one_was_accepted() -> None:
    async def run() -> None:
        guard, account = LockoutGuard(), _Account()
        account.right = True
        assert await _device(guard, account, is_key=True) == "success"
        assert set(await asyncio.gather(*(_device(guard, account, is_key=True) for _ in range(100)))) == {"success"}
        assert account.most_open > UNANSWERED

    asyncio.run(run())


def test_a_login_that_needed_no_secret_proves_nothing_about_it() -> None:
    async def run() -> None:
        guard = LockoutGuard(limit=2)

        async def refused() -> None:
            async with guard.login("enable", announces=True) as attempt:
                await attempt.sending()
                raise LoginRefused("no")

        with pytest.raises(LoginRefused):
            await refused()
        async with guard.login("enable", announces=True):
            pass
        with pytest.raises(LoginRefused):
            await refused()
        with pytest.raises(NotTried):
            await refused()

    asyncio.run(run())


def test_a_login_that_ends_while_it_waits_takes_no_turn() -> None:
    async def run() -> None:
        guard = LockoutGuard(limit=2, unanswered=2)
        async with guard.login("a"):
            pass
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(2):
                await stack.enter_async_context(guard.login("a"))
            async with guard.login("a", announces=True) as attempt:
                waiting = asyncio.create_task(attempt.sending())
                await asyncio.sleep(0)
        with pytest.raises(NotTried, match="had ended"):
            await waiting
        async with asyncio.timeout(1), guard.login("a"), guard.login("a"):
            pass

    asyncio.run(run())


_OUTCOMES = st.sampled_from(["refused", "success", "unreachable"])


async def _one_by_one(guard: LockoutGuard, outcomes: list[str]) -> list[str]:
    return [(await _one(guard, outcome)) for outcome in outcomes]


async def _one(guard: LockoutGuard, outcome: str) -> str:
    try:
        async with guard.login("user audit"):
            if outcome != "success":
                raise LoginRefused("no") if outcome == "refused" else Unreachable("no")
    except (LoginRefused, Unreachable):
        return outcome
    except NotTried:
        return "not tried"
    return "success"


@given(st.lists(st.lists(_OUTCOMES, max_size=6), max_size=6))
def test_a_run_in_parts_counts_as_one_run_does(parts: list[list[str]]) -> None:
    refusals: dict[str, int] = {}

    def tell(credential: str, accepted: bool) -> None:
        refusals[credential] = 0 if accepted else refusals.get(credential, 0) + 1

    in_parts = [asyncio.run(_one_by_one(LockoutGuard(refusals=dict(refusals), tell=tell), part)) for part in parts]
    whole = asyncio.run(_one_by_one(LockoutGuard(), [outcome for part in parts for outcome in part]))
    assert [result for part in in_parts for result in part] == whole
