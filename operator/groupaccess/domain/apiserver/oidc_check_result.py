"""The result of a check of how kube-apiserver reads a directory's tokens, and its messages."""

from dataclasses import dataclass

from groupaccess.domain.condition import ConditionStatus, StatusCondition
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason, with_advice


@dataclass(frozen=True, slots=True)
class OidcCheckResult:
    """What is known about how kube-apiserver reads tokens.

    `transient` tells that the problem may clear up by itself. `audiences` are those that the canary
    has shown; kube-apiserver accepts one of them.
    """

    status: ConditionStatus
    reason: Reason
    message: str
    transient: bool = False
    audiences: frozenset[str] = frozenset()

    @property
    def failure(self) -> Failure:
        """Return the result as an objection to a grant, or as a doubt about it."""
        return Failure(self.reason, self.message)

    @property
    def contradicts(self) -> bool:
        """Tell whether kube-apiserver reads tokens differently than declared."""
        return self.status == "False"

    def unless_contradicted(self, before: "OidcCheckResult | None") -> "OidcCheckResult":
        """Return this result, or `before` if that contradicts and this one is transient.

        A contradiction does not end because the check cannot be made.
        """
        return before if before and before.contradicts and self.transient else self

    def condition(self) -> StatusCondition:
        """Return the directory's condition ApiServer."""
        return StatusCondition("ApiServer", self.status, self.reason, self.message)


def check_matches(fact: str) -> OidcCheckResult:
    """Return the result that kube-apiserver reads tokens as declared."""
    return OidcCheckResult(
        "True", Reason.API_SERVER_AGREES, with_advice(Reason.API_SERVER_AGREES, fact)
    )


def check_mismatch(fact: str) -> OidcCheckResult:
    """Return the result that kube-apiserver reads tokens differently than declared."""
    return OidcCheckResult(
        "False", Reason.API_SERVER_MISMATCH, with_advice(Reason.API_SERVER_MISMATCH, fact)
    )


def check_inconclusive(fact: str, *, passing: bool = False) -> OidcCheckResult:
    """Return the result that nothing is known, and why; `passing` means transient."""
    message = with_advice(Reason.API_SERVER_UNKNOWN, fact)
    return OidcCheckResult("Unknown", Reason.API_SERVER_UNKNOWN, message, passing)


def flag_difference(what: str, theirs: str, ours: str) -> str:
    """Return a sentence: kube-apiserver's "claim" or "prefix" of groups differs."""
    used = f'groups {what} "{theirs}"' if theirs else f"no groups {what}"
    return (
        f"kube-apiserver uses {used} (--oidc-groups-{what}, or claimMappings.groups.{what}), but "
        f'spec.tokens.groups{what.capitalize()} is "{ours}": bindings would not match'
    )
