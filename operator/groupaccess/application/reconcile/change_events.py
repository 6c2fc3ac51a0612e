"""Reports writes: a log line for each binding, and one event for all changes of one kind."""

import logging
from collections import defaultdict
from enum import StrEnum

from groupaccess.application.ports.cluster import Event, ObjectRef
from groupaccess.application.status.event_reasons import EventReason
from groupaccess.application.status.event_recorder import EventRecorder
from groupaccess.domain.binding import Binding, BindingContent, BindingKey
from groupaccess.domain.text import printable_text


class Change(StrEnum):
    """What a write did to a binding, as a log line says it."""

    CREATED = "Created"
    UPDATED = "Updated"
    REPAIRED = "Repaired"
    DELETED = "Deleted"


EVENT_REASONS = {
    Change.CREATED: EventReason.BINDING_CREATED,
    Change.UPDATED: EventReason.BINDING_UPDATED,
    Change.REPAIRED: EventReason.BINDING_REPAIRED,
    Change.DELETED: EventReason.BINDING_DELETED,
}
MAX_NAMED_BINDINGS = 3  # bindings that an event names
NO_GROUP = "no group"

logger = logging.getLogger(__name__)


class ChangeEvents:
    """Collects the changes of each GroupAccess until its writes are answered."""

    def __init__(self, recorder: EventRecorder) -> None:
        self._recorder = recorder
        self._done: dict[str, defaultdict[tuple[Change, str], list[BindingKey]]] = {}

    def add_apply(
        self,
        name: str,
        key: BindingKey,
        content: BindingContent,
        existing: Binding | None,
        last: BindingContent | None,
    ) -> Change:
        """Add an apply; return what it did. `last` is the content that was applied before."""
        change = Change.CREATED if existing is None else Change.UPDATED
        why = "declared" if existing is None else f"before: {_groups(existing.content)}"
        if last == content:
            change, why = Change.REPAIRED, "somebody else changed or deleted it"
        whom = _groups(content) if content.subjects else f"{NO_GROUP}, only to keep the group's id"
        text = f"{content.role.name} for {whom}"
        self._log(name, change, key, text, why)
        self._gather(name, change, text, key)
        return change

    def add_delete(self, name: str, binding: Binding, why: str) -> None:
        """Add a delete."""
        content = binding.content
        text = f"{content.role.name} for {_groups(content)}"
        self._log(name, Change.DELETED, binding.key, text, why)
        self._gather(name, Change.DELETED, why, binding.key)

    def log_recovery(self, name: str, key: BindingKey, failures: int) -> None:
        """Log that a write succeeded after it had failed."""
        text = "GroupAccess %s: %s was written after %d failed tries"
        logger.info(text, name, printable_text(str(key)), failures)

    def record(self, name: str, regarding: ObjectRef | None) -> None:
        """Post one event for each kind of change; none if the object is gone."""
        for (change, text), keys in sorted(self._done.pop(name, {}).items()):
            named = ", ".join(str(key) for key in sorted(keys)[:MAX_NAMED_BINDINGS])
            more = (
                f" and {len(keys) - MAX_NAMED_BINDINGS} more"
                if len(keys) > MAX_NAMED_BINDINGS
                else ""
            )
            if regarding is not None:
                message, urgent = f"{change} {named}{more}: {text}", change is Change.DELETED
                reason = EVENT_REASONS[change]
                note = Event(regarding, reason, "Reconcile", message, urgent=urgent)
                self._recorder.record(note)

    def _gather(self, name: str, change: Change, text: str, key: BindingKey) -> None:
        self._done.setdefault(name, defaultdict(list))[change, text].append(key)

    def _log(self, name: str, change: Change, key: BindingKey, text: str, why: str) -> None:
        shown = (printable_text(each) for each in (str(key), text, why))
        logger.info("GroupAccess %s: %s %s: %s (%s)", name, change, *shown)


def _groups(content: BindingContent) -> str:
    return ", ".join(content.groups) or NO_GROUP
