"""Say in the status of a GroupAccess what is: in the background when that takes long."""

from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.cluster import Note
from groupaccess.application.state.declared import DeclaredAccess
from groupaccess.application.status.rendering import access_status
from groupaccess.application.status.status_writer import Publisher
from groupaccess.application.work.background import Background
from groupaccess.domain.reasons import Reason
from groupaccess.domain.status.access_status import AccessStatus


class Speaker:
    """Writes the statuses of GroupAccesses, one at a time for each."""

    def __init__(self, publisher: Publisher, clock: Clock, background: Background) -> None:
        self._publisher = publisher
        self._clock = clock
        self._background = background

    def is_busy(self, declared: DeclaredAccess) -> bool:
        """Tell whether the last status was not answered yet; then the object is woken."""
        return self._background.is_busy(declared.access.name)

    def patience(self, declared: DeclaredAccess) -> float:
        """Return how many seconds more to wait for what may come by itself."""
        generation, changed = declared.access.generation, declared.changed
        prior = declared.observed.prior
        return prior.transient_wait_left(generation, self._clock.now(), changed).total_seconds()

    async def say(self, declared: DeclaredAccess, said: AccessStatus) -> None:
        """Write the status when it says something else than before, and post what is new in it.

        Raise PassingError when that failed soon.
        """
        await self._background.run(declared.access.name, self._say(declared, said))

    async def _say(self, declared: DeclaredAccess, said: AccessStatus) -> None:
        observed, ready = declared.observed, said.ready
        body = access_status(declared.access, said, observed.prior, self._clock.now())
        note = Note(observed.ref, ready.reason, "Judge", ready.message, ready.status != "True")
        is_news = ready != observed.prior.ready and ready.reason != Reason.PROGRESSING
        await self._publisher.publish(observed, body, note if is_news else None)
