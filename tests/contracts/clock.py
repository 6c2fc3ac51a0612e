"""What the port `Clock` promises."""

from datetime import timedelta
from typing import Protocol

import pytest

from groupaccess.application.ports.clock import Clock

MOMENT = 0.02  # seconds
LONG = 0.5  # seconds: a busy machine is late
NEARLY = 0.99  # a real event loop rounds


class Passing(Protocol):
    """A clock, and its time."""

    port: Clock

    async def let_pass(self, seconds: float) -> None:
        """Return when so much time has passed, and what fell due is called."""


class ClockContract:
    """Subclasses give the fixture `time`. What falls due in one moment has no order."""

    async def test_now_is_in_utc(self, time: Passing) -> None:
        assert time.port.now().utcoffset() == timedelta(0)

    async def test_both_clocks_go_on_together(self, time: Passing) -> None:
        begin, elapsed = time.port.now(), time.port.monotonic()
        await time.let_pass(LONG)
        elapsed = time.port.monotonic() - elapsed
        assert elapsed >= NEARLY * LONG
        assert (time.port.now() - begin).total_seconds() == pytest.approx(elapsed, abs=LONG / 2)

    async def test_a_call_is_made_once_and_not_before_it_is_due(self, time: Passing) -> None:
        made, begin = list[float](), time.port.monotonic()
        time.port.call_later(MOMENT, lambda: made.append(time.port.monotonic() - begin))
        assert made == []
        await time.let_pass(LONG)
        (after,) = made
        assert after >= NEARLY * MOMENT

    async def test_calls_are_made_in_the_order_in_which_they_fall_due(self, time: Passing) -> None:
        made = list[str]()
        time.port.call_later(2 * MOMENT, lambda: made.append("second"))
        time.port.call_later(MOMENT, lambda: made.append("first"))
        await time.let_pass(LONG)
        assert made == ["first", "second"]

    async def test_a_call_may_plan_the_next_one(self, time: Passing) -> None:
        made = list[str]()

        def first() -> None:
            time.port.call_later(MOMENT, lambda: made.append("second"))
            made.append("first")

        time.port.call_later(MOMENT, first)
        await time.let_pass(LONG)
        assert made == ["first", "second"]

    @pytest.mark.parametrize("seconds", [0, -MOMENT])
    async def test_what_is_due_already_is_called_soon_but_not_at_once(
        self, time: Passing, seconds: float
    ) -> None:
        made = list[str]()
        time.port.call_later(seconds, lambda: made.append("due"))
        assert made == []
        await time.let_pass(MOMENT)
        assert made == ["due"]

    async def test_a_cancelled_call_is_not_made_and_no_other_is_cancelled(
        self, time: Passing
    ) -> None:
        made = list[str]()
        handle = time.port.call_later(MOMENT, lambda: made.append("cancelled"))
        time.port.call_later(MOMENT, lambda: made.append("another"))
        handle.cancel()
        await time.let_pass(LONG)
        assert made == ["another"]

    async def test_a_call_that_was_made_may_be_cancelled(self, time: Passing) -> None:
        made = list[str]()
        handle = time.port.call_later(0, lambda: made.append("made"))
        await time.let_pass(MOMENT)
        handle.cancel()
        handle.cancel()
        assert made == ["made"]
