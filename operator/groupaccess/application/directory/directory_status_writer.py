"""The statuses of directories: how the last round of questions went."""

import logging
from dataclasses import dataclass

from groupaccess.api.v1alpha1.durations import format_seconds
from groupaccess.application.directory.interval import Pace
from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.cluster import Note, ObjectRef
from groupaccess.application.state.declared import Observed
from groupaccess.application.state.store import Store
from groupaccess.application.status.rendering import directory_status
from groupaccess.application.status.status_writer import Publisher
from groupaccess.domain.condition import StatusCondition
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason, with_advice
from groupaccess.domain.status.directory_status import RoundSummary, directory_conditions

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DirectorySpeaker:
    """Writes the status of a directory where it says something new; raises PassingError."""

    publisher: Publisher
    store: Store
    clock: Clock

    async def say(self, name: str, pace: Pace, account: str | None = None) -> None:
        """Say how a directory is known, and how often it is asked.

        `account` is the operator's where it was found to be another one in the same realm.
        """
        if name in self.store.realms.unreadable:
            await self.say_unreadable(name)
            return
        declared = self.store.realms.directories.get(name)
        if declared is None:
            return
        observed, now = declared.observed, self.clock.now()
        reading, asking = self.store.realms.reading(name), self._asking(name, pace)
        patient = observed.prior.transient_wait_left(observed.generation, now).total_seconds() > 0
        held = self.store.held(name)
        conditions = directory_conditions(
            reading, asking, patient=patient, held=held, suspended=declared.directory.suspend
        )
        if sight := self.store.realms.sights.get(name):
            conditions = (*conditions, sight.condition())
        body = directory_status(
            observed.generation, conditions, reading, asking, observed.prior, now
        )
        account = account or self.store.new_account(name)
        notes = self._new_account(observed.ref, account), _note(observed, conditions[0])
        await self.publisher.publish(observed, body, *notes)

    async def say_unreadable(self, name: str) -> None:
        """Say what of the spec of a directory cannot be read."""
        observed, words = self.store.realms.unreadable[name]
        failure = Failure(Reason.UNREADABLE, with_advice(Reason.UNREADABLE, words))
        reading, now = Reading(failure=failure), self.clock.now()
        conditions = directory_conditions(reading, RoundSummary(), patient=False)
        body = directory_status(
            observed.generation, conditions, reading, RoundSummary(), observed.prior, now
        )
        await self.publisher.publish(observed, body, _note(observed, conditions[0]))

    def _new_account(self, ref: ObjectRef, account: str | None) -> Note | None:
        """Return what is to be posted of an account that is another one in the same realm."""
        if account is None:
            return None
        message = (
            f"the operator's account in Keycloak is another one, {account}; each group in use is "
            "still there by its id, so that it is the same realm: bindings name this account now"
        )
        return Note(ref, "AccountChanged", "Read", message, once=f"{ref.uid}/{account}")

    def _asking(self, name: str, pace: Pace) -> RoundSummary:
        memory, used = self.store.realms.memory(name), self.store.in_use(name)
        ids = {pin.group_id for pin in used.pinned_ids}
        groups = memory.known.in_use(used.references, ids) if memory.known else ()
        failures = sorted(memory.failures.values(), key=lambda failure: failure.message)
        return RoundSummary(
            len(groups),
            len(failures),
            failures[0] if failures else None,
            format_seconds(pace.interval) if pace.stretched else "",
        )


def _note(observed: Observed, ready: StatusCondition) -> Note | None:
    """Return the event for another status or reason of Ready; a new message alone has none."""
    before = observed.prior.ready
    if before is not None and (before.status, before.reason) == (ready.status, ready.reason):
        return None
    return Note(observed.ref, ready.reason, "Read", ready.message, warning=ready.status != "True")
