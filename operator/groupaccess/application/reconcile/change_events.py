"""Reports writes: a log line for each binding, and one event for all changes of one kind."""

import logging
from collections import defaultdict

from groupaccess.application.ports.cluster import Event, ObjectRef
from groupaccess.application.status.event_recorder import EventRecorder
from groupaccess.domain.binding import Binding, BindingContent, BindingKey
from groupaccess.domain.text import printable_text

MAX_NAMED_BINDINGS = 3  # bindings that an event names
NO_GROUP = "no group"

logger = logging.getLogger(__name__)


class ChangeEvents:
    """Collects the changes of each GroupAccess until its writes are answered."""

    def __init__(self, recorder: EventRecorder) -> None:
        self._recorder = recorder
        self._done: dict[str, defaultdict[tuple[str, str], list[BindingKey]]] = {}

    def add_apply(
        self,
        name: str,
        key: BindingKey,
        content: BindingContent,
        existing: Binding | None,
        last: BindingContent | None,
    ) -> str:
        """Add an apply; return its verb. `last` is the content that was applied before."""
        verb = "Created" if existing is None else "Updated"
        why = "declared" if existing is None else f"before: {_groups(existing.content)}"
        if last == content:
            verb, why = "Repaired", "somebody else changed or deleted it"
        whom = _groups(content) if content.subjects else f"{NO_GROUP}, only to keep the group's id"
        self._note(name, verb, key, f"{content.role.name} for {whom}", why)
        return verb

    def add_delete(self, name: str, binding: Binding, why: str) -> None:
        """Add a delete."""
        content = binding.content
        self._log(name, "Deleted", binding.key, f"{content.role.name} for {_groups(content)}", why)
        self._gather(name, "Deleted", why, binding.key)

    def log_recovery(self, name: str, key: BindingKey, failures: int) -> None:
        """Log that a write succeeded after it had failed."""
        text = "GroupAccess %s: %s was written after %d failed tries"
        logger.info(text, name, printable_text(str(key)), failures)

    def record(self, name: str, regarding: ObjectRef | None) -> None:
        """Post one event for each kind of change; none if the object is gone."""
        for (verb, change), keys in sorted(self._done.pop(name, {}).items()):
            named = ", ".join(str(key) for key in sorted(keys)[:MAX_NAMED_BINDINGS])
            more = (
                f" and {len(keys) - MAX_NAMED_BINDINGS} more"
                if len(keys) > MAX_NAMED_BINDINGS
                else ""
            )
            if regarding is not None:
                message = f"{verb} {named}{more}: {change}"
                urgent = verb == "Deleted"
                note = Event(regarding, f"Binding{verb}", "Reconcile", message, urgent=urgent)
                self._recorder.record(note)

    def _note(self, name: str, verb: str, key: BindingKey, change: str, why: str) -> None:
        self._log(name, verb, key, change, why)
        self._gather(name, verb, change, key)

    def _gather(self, name: str, verb: str, change: str, key: BindingKey) -> None:
        self._done.setdefault(name, defaultdict(list))[verb, change].append(key)

    def _log(self, name: str, verb: str, key: BindingKey, change: str, why: str) -> None:
        text = "GroupAccess %s: %s %s: %s (%s)"
        logger.info(text, name, verb, *(printable_text(each) for each in (str(key), change, why)))


def _groups(content: BindingContent) -> str:
    return ", ".join(content.groups) or NO_GROUP
