"""Writes that should work when tried again and do not: said once that lasts, in words that stay."""

from collections.abc import Mapping

from groupaccess.application.ports import Clock, PassingError
from groupaccess.domain.bindings import BindingKey
from groupaccess.domain.directory import Failure
from groupaccess.domain.reasons import Reason

LASTS = 2.0  # seconds; a race or a short overload is over before, and nobody has to read of it
WORDS = 500  # characters of the error's words that go into a status


class Failing:
    """Remembers, by GroupAccess, since when writes fail and what is said of each."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[str, float] = {}
        self._said: dict[str, Mapping[BindingKey, Failure]] = {}

    def lasting(
        self, name: str, errors: Mapping[BindingKey, PassingError]
    ) -> Mapping[BindingKey, Failure]:
        """Take in which writes failed this time; return what to say, nothing while that is new.

        What was said of a write stays until it works: the words of each further try, which may
        hold a port or a time, would be a status write each. The log has them.
        """
        if not errors:
            self.forget(name)
            return {}
        now = self._clock.monotonic()
        if now - self._since.setdefault(name, now) < LASTS:
            return {}
        before = self._said.get(name, {})
        said = {key: before.get(key) or _failure(error) for key, error in errors.items()}
        self._said[name] = said
        return said

    def forget(self, name: str) -> None:
        """Forget a GroupAccess whose writes work, or that is gone."""
        self._since.pop(name, None)
        self._said.pop(name, None)


def _failure(error: PassingError) -> Failure:
    fact = f"the write did not work yet, and is tried again by itself: {str(error)[:WORDS]}"
    return Failure(Reason.WRITE_REFUSED, fact, passing=True)
