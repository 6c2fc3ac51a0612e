"""What the current status of an object says: the next one is computed from it."""

import hashlib
import json

from groupaccess.api.v1alpha1.conditions import Status
from groupaccess.domain.condition import PreviousStatus, StatusCondition


def fingerprint(status: Status) -> str:
    """Return a hash that is equal for statuses with the same content, whatever their times."""
    body = status.to_kubernetes()
    for condition in body.get("conditions", ()):
        del condition["lastTransitionTime"]
    for client in body.get("clients", ()):
        del client["since"]
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def previous_status(status: Status) -> PreviousStatus:
    """Return the part of a status from which the next one is computed."""
    conditions = {c.type: (c.status, c.last_transition_time) for c in status.conditions}
    ready = (
        StatusCondition(c.type, c.status, c.reason, c.message)
        for c in status.conditions
        if c.type == "Ready"
    )
    return PreviousStatus(status.observed_generation, conditions, next(ready, None))
