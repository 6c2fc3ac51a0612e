"""What a KeycloakDirectory says of itself."""

from groupaccess.domain.conditions import Condition
from groupaccess.domain.directory import Reading
from groupaccess.domain.reasons import PASSING, Reason


def directory_conditions(reading: Reading, *, patient: bool) -> tuple[Condition, ...]:
    """Return Ready, Reconciling and Stalled as kstatus reads them.

    `patient` tells that what may come by itself is still waited for.
    """
    failure = reading.failure
    if failure is None:
        count = len(reading.snapshot.groups) if reading.snapshot else 0
        ready = Condition("Ready", "True", Reason.READ, f"{count} groups read.")
    else:
        ready = Condition("Ready", "False", failure.reason, failure.message)
    waiting = failure is not None and patient and failure.reason in PASSING
    return (
        ready,
        ready.echo("Reconciling", holds=waiting),
        ready.echo("Stalled", holds=failure is not None and not waiting),
    )
