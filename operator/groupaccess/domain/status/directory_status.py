"""The conditions of a KeycloakDirectory."""

from dataclasses import dataclass

from groupaccess.domain.condition import StatusCondition
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import TRANSIENT, Reason, with_advice

SUSPENDED_MESSAGE = with_advice(
    Reason.SUSPENDED,
    "Suspended by spec.suspend: nothing new is granted and nothing is repaired; removed mappings "
    "and expired access still end",
)


@dataclass(frozen=True, slots=True)
class RoundSummary:
    """The last round of questions: how many groups are in use and exist, and what failed.

    `failed` questions had no answer in the last round, one of them because of `failure`. `interval`
    is the time between two rounds, in words, if it is longer than declared.
    """

    groups: int = 0
    failed: int = 0
    failure: Failure | None = None
    interval: str = ""


def directory_conditions(
    reading: Reading,
    asking: RoundSummary,
    *,
    patient: bool,
    hold: Failure | None = None,
    suspended: bool = False,
) -> tuple[StatusCondition, ...]:
    """Return Ready, Reconciling and Stalled as defined by kstatus.

    `patient` tells that transient failures are still waited for. `hold` says why the directory
    grants nothing new, whatever was read.
    """
    failure = hold or reading.failure
    also = f" {SUSPENDED_MESSAGE}" if suspended else ""
    if failure is None:
        reason = Reason.SUSPENDED if suspended else Reason.READ
        ready = StatusCondition("Ready", "True", reason, _describe(asking) + also)
    else:
        ready = StatusCondition("Ready", "False", failure.reason, failure.message + also)
    waiting = failure is not None and patient and failure.reason in TRANSIENT
    return (
        ready,
        ready.as_type("Reconciling", holds=waiting),
        ready.as_type("Stalled", holds=failure is not None and not waiting),
    )


def _describe(asking: RoundSummary) -> str:
    """Return how many groups are in use, and what is not as declared."""
    text = [f"{asking.groups} {'group' if asking.groups == 1 else 'groups'} in use."]
    if asking.interval:
        text.append(
            f"The operator asks about them every {asking.interval}, less often than "
            "spec.syncInterval says, to use at most 5 % of Keycloak's time."
        )
    if asking.failure is not None:
        questions = (
            "question to Keycloak has" if asking.failed == 1 else "questions to Keycloak have"
        )
        text.append(f"{asking.failed} {questions} no answer: {asking.failure.message}")
    return " ".join(text)
