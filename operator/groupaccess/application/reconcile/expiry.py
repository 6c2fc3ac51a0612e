"""Wakes a GroupAccess when a grant, a grace or a former subject ends.

An event warns an hour before the end of a grant, and reports the beginning of a former subject.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from groupaccess.application.ports.cluster import Event
from groupaccess.application.state.declared_objects import DeclaredAccess
from groupaccess.application.state.object_memory import ObjectMemory
from groupaccess.application.status.event_reasons import EventReason
from groupaccess.application.status.event_recorder import EventRecorder
from groupaccess.application.workqueue.wall_clock_timers import WallClockTimers
from groupaccess.domain.binding import BindingContent, BindingKey
from groupaccess.domain.identity.former_subjects import describe_former, former_by_mapping
from groupaccess.domain.timestamp import format_time
from groupaccess.domain.verdict.verdict import Outcome, Verdict

WARN_BEFORE = timedelta(hours=1)


class ExpiryWatch:
    """Sets the timer of each GroupAccess, and warns once before a grant ends."""

    def __init__(self, recorder: EventRecorder, timers: WallClockTimers) -> None:
        self._recorder = recorder
        self._timers = timers

    def set_timer(
        self,
        declared: DeclaredAccess,
        memory: ObjectMemory,
        verdicts: Collection[Verdict],
        contents: Mapping[BindingKey, BindingContent],
        now: datetime,
    ) -> None:
        """Set the timer for what ends next, or for the hour before it.

        `contents` is the content of the bindings that are desired or preserved.
        """
        name, ahead = declared.access.name, list[datetime]()
        ends = [(each, each.mapping.expires_at) for each in verdicts if each.mapping.expires_at]
        warned, memory.announced = memory.announced, set()
        for verdict, end in ends:
            ahead += (moment for moment in (end - WARN_BEFORE, end) if moment > now)
            soon = end - WARN_BEFORE <= now and not verdict.mapping.has_ended(now)
            if soon and verdict.outcome is Outcome.GRANT:
                once = f"{declared.access.uid}/{verdict.mapping.name}/{end.isoformat()}"
                memory.announced.add(once)
                if once not in warned:
                    self._warn(declared, verdict, end, once)
        others = [each.grace_ends for each in verdicts if each.grace_ends is not None]
        others += self._formers(declared, memory, warned, contents)
        ahead += (moment for moment in others if moment > now)
        if ends or others:
            self._timers.set(name, min(ahead, default=None))
        else:
            self._timers.forget(name)

    def _formers(
        self,
        declared: DeclaredAccess,
        memory: ObjectMemory,
        warned: Collection[str],
        contents: Mapping[BindingKey, BindingContent],
    ) -> Iterator[datetime]:
        """Yield the ends of the former subjects; post one event for each."""
        for mapping, formers in sorted(former_by_mapping(contents).items()):
            for subject, former in sorted(formers.items()):
                end = former.until.isoformat()
                once = f"{declared.access.uid}/{mapping}/{subject}/{end}"
                memory.announced.add(once)
                if once not in warned:
                    text = f"{mapping}: {describe_former(subject, former)}"
                    ref = declared.state.ref
                    self._recorder.record(
                        Event(ref, EventReason.FORMER_SUBJECT, "Reconcile", text, dedup_key=once)
                    )
                yield former.until

    def forget(self, name: str) -> None:
        """Remove the timer of a GroupAccess that is gone."""
        self._timers.forget(name)

    def _warn(self, declared: DeclaredAccess, verdict: Verdict, end: datetime, once: str) -> None:
        mapping = verdict.mapping
        message = f"{mapping.name}: {mapping.cluster_role} for {mapping.group} ends at"
        text = f"{message} {format_time(end)}"
        ref = declared.state.ref
        note = Event(ref, EventReason.EXPIRING, "Watch", text, warning=True, dedup_key=once)
        self._recorder.record(note)
