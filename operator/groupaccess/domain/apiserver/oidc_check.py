"""What is known of how kube-apiserver reads a directory's tokens, and the words for it."""

from dataclasses import dataclass

from groupaccess.domain.condition import ConditionStatus, StatusCondition
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason, with_advice


@dataclass(frozen=True, slots=True)
class OidcCheck:
    """What is known of how kube-apiserver reads tokens; `transient` may clear up by itself.

    `audiences` are those that a canary has shown, of which kube-apiserver accepts one.
    """

    status: ConditionStatus
    reason: Reason
    message: str
    transient: bool = False
    audiences: frozenset[str] = frozenset()

    @property
    def failure(self) -> Failure:
        """Return it as what speaks against a grant, or is in doubt."""
        return Failure(self.reason, self.message)

    @property
    def contradicts(self) -> bool:
        """Tell whether kube-apiserver was seen to read tokens in another way."""
        return self.status == "False"

    def unless_contradicted(self, before: "OidcCheck | None") -> "OidcCheck":
        """Return what holds now: no contradiction passes because nothing can be asked."""
        return before if before and before.contradicts and self.transient else self

    def condition(self) -> StatusCondition:
        """Return the condition ApiServer of the directory."""
        return StatusCondition("ApiServer", self.status, self.reason, self.message)


def check_matches(fact: str) -> OidcCheck:
    """Say that kube-apiserver reads tokens as declared."""
    return OidcCheck("True", Reason.API_SERVER_AGREES, with_advice(Reason.API_SERVER_AGREES, fact))


def check_mismatch(fact: str) -> OidcCheck:
    """Say that kube-apiserver reads tokens in another way."""
    return OidcCheck(
        "False", Reason.API_SERVER_MISMATCH, with_advice(Reason.API_SERVER_MISMATCH, fact)
    )


def check_inconclusive(fact: str, *, passing: bool = False) -> OidcCheck:
    """Say why it is not known."""
    message = with_advice(Reason.API_SERVER_UNKNOWN, fact)
    return OidcCheck("Unknown", Reason.API_SERVER_UNKNOWN, message, passing)


def flag_difference(what: str, theirs: str, ours: str) -> str:
    """Say that kube-apiserver was told another claim or prefix of the groups."""
    flag = f"--oidc-groups-{what}"
    said = f"{flag}={theirs}" if theirs else f"no {flag}"
    mine = f'"{ours}"' if ours else "none"
    return f"kube-apiserver was told {said}, this directory says {mine}: bindings would never match"
