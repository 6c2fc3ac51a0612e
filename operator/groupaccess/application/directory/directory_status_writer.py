"""Writes the statuses of directories: how the last round of questions went."""

import logging
from dataclasses import dataclass

from groupaccess.api.v1alpha1.durations import format_seconds
from groupaccess.application.directory.interval import RoundInterval
from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.cluster import Event, ObjectRef
from groupaccess.application.state.declared_objects import ObjectState
from groupaccess.application.state.store import Store
from groupaccess.application.status.event_reasons import EventReason
from groupaccess.application.status.rendering import render_directory_status
from groupaccess.application.status.status_writer import StatusWriter
from groupaccess.domain.condition import StatusCondition
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.freeze import DirectoryFreeze
from groupaccess.domain.reasons import Reason
from groupaccess.domain.status.directory_status import RoundSummary, directory_conditions

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DirectoryStatusWriter:
    """Writes the status of a directory if it has changed; raises TransientError."""

    status_writer: StatusWriter
    store: Store
    clock: Clock

    async def write(self, name: str, interval: RoundInterval, account: str | None = None) -> None:
        """Report what is known of a directory, and how often it is asked.

        `account` is the operator's new account id, if it has changed within the same realm.
        """
        if name in self.store.directories.unreadable:
            await self.write_unreadable(name)
            return
        declared = self.store.directories.declared.get(name)
        if declared is None:
            return
        observed, now = declared.state, self.clock.now()
        reading, asking = self.store.directories.reading(name), self._round_summary(name, interval)
        patient = (
            observed.previous_status.transient_wait_left(observed.generation, now).total_seconds()
            > 0
        )
        hold = self.store.hold_failure(name)
        conditions = directory_conditions(
            reading, asking, patient=patient, hold=hold, suspended=declared.directory.suspend
        )
        if check := self.store.directories.oidc_checks.get(name):
            conditions = (*conditions, check.condition())
        body = render_directory_status(
            observed.generation,
            conditions,
            reading,
            asking,
            observed.previous_status,
            now,
            hold.acknowledgement if isinstance(hold, DirectoryFreeze) else "",
        )
        account = account or self.store.new_account(name)
        notes = self._new_account(observed.ref, account), _ready_event(observed, conditions[0])
        await self.status_writer.write_if_changed(observed, body, *notes)

    async def write_unreadable(self, name: str) -> None:
        """Report what cannot be read in the spec of a directory."""
        unreadable = self.store.directories.unreadable[name]
        observed, fact = unreadable.state, unreadable.fact
        failure = Failure.of(Reason.UNREADABLE, fact)
        reading, now = Reading(failure=failure), self.clock.now()
        conditions = directory_conditions(reading, RoundSummary(), patient=False)
        body = render_directory_status(
            observed.generation, conditions, reading, RoundSummary(), observed.previous_status, now
        )
        await self.status_writer.write_if_changed(
            observed, body, _ready_event(observed, conditions[0])
        )

    def _new_account(self, ref: ObjectRef, account: str | None) -> Event | None:
        """Return the event for a new operator account in the same realm, if there is one."""
        if account is None:
            return None
        message = (
            f"the operator's account in Keycloak has a new id, {account}. Each group in use still "
            "exists with the same id, so this is the same realm: the operator trusts the new "
            "account, and stores its id in each binding that it writes"
        )
        once = f"{ref.uid}/{account}"
        return Event(ref, EventReason.ACCOUNT_CHANGED, "Read", message, dedup_key=once)

    def _round_summary(self, name: str, interval: RoundInterval) -> RoundSummary:
        memory, used = self.store.directories.memory(name), self.store.groups_in_use(name)
        ids = {pin.group_id for pin in used.pinned_ids}
        groups = memory.snapshot.in_use(used.references, ids) if memory.snapshot else ()
        failures = sorted(memory.failures.values(), key=lambda failure: failure.message)
        return RoundSummary(
            len(groups),
            len(failures),
            failures[0] if failures else None,
            format_seconds(interval.seconds) if interval.stretched else "",
        )


def _ready_event(state: ObjectState, ready: StatusCondition) -> Event | None:
    """Return the event for a changed status or reason of Ready; a changed message has none."""
    before = state.previous_status.ready
    if before is not None and (before.status, before.reason) == (ready.status, ready.reason):
        return None
    return Event(state.ref, ready.reason, "Read", ready.message, warning=ready.status != "True")
