"""The one place where a test or the testbed waits: for a condition, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class HopelessError(Exception):
    """What is waited for can no longer happen; waiting ends at once."""


def eventually(
    check: Callable[[], T | None], *, within: float, every: float = 0.1, what: str = "the condition"
) -> T:
    """Call `check` until it returns something true, and return that.

    `within` and `every` are seconds. An exception of `check` means "not yet", except for
    HopelessError, which passes through. Raise TimeoutError with the last reason at the deadline;
    `check` is called at least once.
    """
    deadline = time.monotonic() + within
    while True:
        try:
            if result := check():
                return result
            reason = f"last answer: {result!r}"
        except HopelessError:
            raise
        except Exception as error:  # noqa: BLE001 -- the check may talk to anything
            reason = f"last error: {type(error).__name__}: {error}"
        if time.monotonic() >= deadline:
            message = f"{what}: not within {within:g} s; {reason}"
            raise TimeoutError(message)
        time.sleep(every)
