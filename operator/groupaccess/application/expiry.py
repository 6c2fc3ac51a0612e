"""Ends in time: wake a GroupAccess when a grant or a grace ends; of a grant warn an hour before."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from groupaccess.application.alarms import Alarms
from groupaccess.application.declared import DeclaredAccess
from groupaccess.application.memory import ObjectMemory
from groupaccess.application.ports import Note
from groupaccess.application.recorder import Recorder
from groupaccess.domain.verdict import Outcome, Verdict

WARNING = timedelta(hours=1)


class Expiry:
    """Keeps the alarm of each GroupAccess, and tells once that a grant is about to end."""

    def __init__(self, recorder: Recorder, alarms: Alarms) -> None:
        self._recorder = recorder
        self._alarms = alarms

    def watch(
        self,
        declared: DeclaredAccess,
        memory: ObjectMemory,
        verdicts: Collection[Verdict],
        now: datetime,
    ) -> None:
        """Set the alarm for what ends next, or for the hour before it."""
        name, ahead = declared.access.name, list[datetime]()
        ends = [(each, each.mapping.expires_at) for each in verdicts if each.mapping.expires_at]
        warned, memory.warned = memory.warned, set()
        for verdict, end in ends:
            ahead += (moment for moment in (end - WARNING, end) if moment > now)
            if end - WARNING <= now < end and verdict.outcome is Outcome.GRANT:
                once = f"{declared.access.uid}/{verdict.mapping.name}/{end.isoformat()}"
                memory.warned.add(once)
                if once not in warned:
                    self._warn(declared, verdict, end, once)
        graces = [each.until for each in verdicts if each.until is not None]
        ahead += graces
        if ends or graces:
            self._alarms.set(name, min(ahead, default=None))
        else:
            self._alarms.forget(name)

    def forget(self, name: str) -> None:
        """Forget a GroupAccess that is gone."""
        self._alarms.forget(name)

    def _warn(self, declared: DeclaredAccess, verdict: Verdict, end: datetime, once: str) -> None:
        mapping = verdict.mapping
        message = f"{mapping.name}: {mapping.cluster_role} for {mapping.group} ends at"
        text = f"{message} {end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        ref = declared.observed.ref
        self._recorder.post(Note(ref, "Expiring", "Watch", text, warning=True, once=once))
