"""Nobody waits for a slow call: whoever made it goes on after a second, and is woken at its end."""

import asyncio
import logging

import pytest

from fakes.clock import FakeClock
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.workqueue.background import (
    CALL_TIMEOUT_SECONDS,
    RETRY_SECONDS,
    WAIT_SECONDS,
    BackgroundCalls,
)

Woken = list[tuple[str, float]]


@pytest.fixture
def woken() -> Woken:
    return []


@pytest.fixture
async def background(woken: Woken) -> BackgroundCalls:
    return BackgroundCalls(lambda name, seconds: woken.append((name, seconds)))


async def call(seconds: float, error: Exception | None = None) -> None:
    await asyncio.sleep(seconds)
    if error is not None:
        raise error


async def test_a_call_that_ends_soon_is_waited_for_and_wakes_nobody(
    background: BackgroundCalls, woken: Woken, clock: FakeClock
) -> None:
    await background.run("a", call(0.5))
    assert clock.monotonic() == pytest.approx(0.5)
    assert not background.is_busy("a")
    assert woken == []


async def test_a_call_that_fails_soon_raises(background: BackgroundCalls, woken: Woken) -> None:
    with pytest.raises(TransientError, match="503"):
        await background.run("a", call(0.5, TransientError("503")))
    assert not background.is_busy("a")
    assert woken == []


async def test_a_slow_call_goes_on_and_its_end_wakes_the_object(
    background: BackgroundCalls, woken: Woken, clock: FakeClock
) -> None:
    await background.run("a", call(3))
    assert clock.monotonic() == pytest.approx(WAIT_SECONDS)
    assert background.is_busy("a")
    assert not background.is_busy("b")
    await asyncio.sleep(2.1)
    assert not background.is_busy("a")
    assert woken == [("a", 0.0)]


@pytest.mark.parametrize("error", [TransientError("503"), ValueError("unexpected")])
async def test_a_slow_call_that_fails_is_logged_and_made_anew_a_second_later(
    background: BackgroundCalls, woken: Woken, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await background.run("a", call(3, error))
    await asyncio.sleep(2.1)
    assert not background.is_busy("a")
    assert woken == [("a", RETRY_SECONDS)]
    assert "GroupAccess a" in caplog.text
    assert ("Traceback" in caplog.text) is not isinstance(error, TransientError)


async def test_a_call_without_an_answer_is_broken_off(
    background: BackgroundCalls, woken: Woken, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await background.run("a", call(1000))
    await asyncio.sleep(CALL_TIMEOUT_SECONDS)
    assert not background.is_busy("a")
    assert woken == [("a", RETRY_SECONDS)]
    assert "did not answer in 5 s" in caplog.text


async def test_at_its_end_slow_calls_are_broken_off_and_wake_nobody(
    background: BackgroundCalls, woken: Woken
) -> None:
    await background.run("a", call(3))
    await background.close()
    assert not background.is_busy("a")
    assert woken == []


async def test_who_is_cancelled_while_waiting_breaks_the_call_off(
    background: BackgroundCalls,
) -> None:
    ended = list[str]()

    async def slow() -> None:
        try:
            await asyncio.sleep(0.9)
            ended.append("whole")
        finally:
            ended.append("end")

    waiting = asyncio.create_task(background.run("a", slow()))
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.sleep(1)
    assert ended == ["end"]
    assert not background.is_busy("a")
