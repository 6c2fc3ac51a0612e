"""What the current status of an object says: the next one is computed from it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from groupaccess.api.v1alpha1.conditions import Status
from groupaccess.domain.condition import PreviousStatus, StatusCondition


def fingerprint(body: Mapping[str, Any]) -> str:
    """Return a hash that is equal for statuses with the same content, whatever their times.

    `body` is a status as it is written.
    """
    without_times = {
        **body,
        "conditions": _without("lastTransitionTime", body.get("conditions", ())),
        "clients": _without("since", body.get("clients", ())),
    }
    return hashlib.sha256(json.dumps(without_times, sort_keys=True).encode()).hexdigest()


def _without(field: str, items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: each for name, each in item.items() if name != field} for item in items]


def previous_status(status: Status) -> PreviousStatus:
    """Return the part of a status from which the next one is computed."""
    conditions = {c.type: (c.status, c.last_transition_time) for c in status.conditions}
    ready = (
        StatusCondition(c.type, c.status, c.reason, c.message)
        for c in status.conditions
        if c.type == "Ready"
    )
    return PreviousStatus(status.observed_generation, conditions, next(ready, None))
