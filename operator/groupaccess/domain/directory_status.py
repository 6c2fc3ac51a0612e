"""What a KeycloakDirectory says of itself."""

from groupaccess.domain.conditions import Condition
from groupaccess.domain.directory import Failure, Reading, Snapshot
from groupaccess.domain.reasons import PASSING, Reason, advise

SUSPENDED = advise(
    Reason.SUSPENDED,
    "Suspended by spec.suspend: nothing new is granted and nothing is repaired, removal and expiry "
    "still act",
)


def directory_conditions(
    reading: Reading, *, patient: bool, held: Failure | None = None, suspended: bool = False
) -> tuple[Condition, ...]:
    """Return Ready, Reconciling and Stalled as kstatus reads them.

    `patient` tells that what may come by itself is still waited for, `held` why it grants nothing
    new whatever was read.
    """
    failure = held or reading.failure
    also = f" {SUSPENDED}" if suspended else ""
    if failure is None:
        reason = Reason.SUSPENDED if suspended else Reason.READ
        ready = Condition("Ready", "True", reason, _read(reading.snapshot) + also)
    else:
        ready = Condition("Ready", "False", failure.reason, failure.message + also)
    waiting = failure is not None and patient and failure.reason in PASSING
    return (
        ready,
        ready.echo("Reconciling", holds=waiting),
        ready.echo("Stalled", holds=failure is not None and not waiting),
    )


def _read(snapshot: Snapshot | None) -> str:
    """Say what was read, and in which way: the cheaper one."""
    if snapshot is None or snapshot.looked_up is None:
        return f"{snapshot.size if snapshot else 0} groups read."
    used = len(snapshot.looked_up.references)
    return f"{used} in use looked up among {snapshot.size} groups, cheaper than to read them all."
