"""Monitors the bind guard: the admission policy that checks which roles an author may bind.

Without it, authors of GroupAccesses can grant roles that they may not bind. The operator revokes
nothing for that: a metric, an event and a log line report it to a person.
"""

import asyncio
import logging

from groupaccess.application.ports.admission_policies import BindGuardPolicies
from groupaccess.application.ports.cluster import Event, ObjectRef
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.ports.metrics import Metrics
from groupaccess.application.status.event_reasons import EventReason
from groupaccess.application.status.event_recorder import EventRecorder

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 10.0  # between two reads
RISK = "authors of GroupAccesses can grant roles that they may not bind"


class BindGuardMonitor:
    """Monitors the policy `name`; with an empty name no policy is expected."""

    def __init__(
        self, guards: BindGuardPolicies, recorder: EventRecorder, metrics: Metrics, name: str
    ) -> None:
        self._guards = guards
        self._recorder = recorder
        self._metrics = metrics
        self._name = name
        self._missing = ""

    async def run(self) -> None:
        """Read the policy at intervals, and report changes, until cancelled."""
        if not self._name:
            logger.info("no bind guard is configured: %s", RISK)
        while self._name:
            try:
                self._report(await self._guards.inactive_reason(self._name))
            except TransientError as error:
                logger.warning("admission policy %s was not read: %s", self._name, error)
            await asyncio.sleep(INTERVAL_SECONDS)

    def _report(self, missing: str) -> None:
        before, self._missing = self._missing, missing
        self._metrics.bind_guard_in_force(self._name, yes=not missing)
        if missing == before:
            return
        if not missing:
            logger.warning("admission policy %s is in force again", self._name)
            return
        text = (
            f"admission policy {self._name}: {missing}. While it is not in force, {RISK}. Upgrade "
            "the chart's release to restore the policy and the operator's right to read it, and "
            "look in the API server's audit log for GroupAccesses that were written meanwhile."
        )
        logger.warning("%s", text)
        regarding = ObjectRef("ValidatingAdmissionPolicy", self._name, "")
        note = Event(regarding, EventReason.NOT_IN_FORCE, "Check", text, warning=True)
        self._recorder.record(note)
