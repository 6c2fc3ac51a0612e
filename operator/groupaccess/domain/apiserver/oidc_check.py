"""What is known of how kube-apiserver reads a directory's tokens, and the words for it."""

from dataclasses import dataclass

from groupaccess.domain.condition import Condition, Truth
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason, advise


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of how kube-apiserver reads tokens; `passing` may clear up by itself.

    `audiences` are those that a canary has shown, of which kube-apiserver accepts one.
    """

    truth: Truth
    reason: Reason
    message: str
    passing: bool = False
    audiences: frozenset[str] = frozenset()

    @property
    def failure(self) -> Failure:
        """Return it as what speaks against a grant, or is in doubt."""
        return Failure(self.reason, self.message)

    @property
    def contradicts(self) -> bool:
        """Tell whether kube-apiserver was seen to read tokens in another way."""
        return self.truth == "False"

    def after(self, before: "Sight | None") -> "Sight":
        """Return what holds now: no contradiction passes because nothing can be asked."""
        return before if before and before.contradicts and self.passing else self

    def condition(self) -> Condition:
        """Return the condition ApiServer of the directory."""
        return Condition("ApiServer", self.truth, self.reason, self.message)


def agrees(fact: str) -> Sight:
    """Say that kube-apiserver reads tokens as declared."""
    return Sight("True", Reason.API_SERVER_AGREES, advise(Reason.API_SERVER_AGREES, fact))


def mismatch(fact: str) -> Sight:
    """Say that kube-apiserver reads tokens in another way."""
    return Sight("False", Reason.API_SERVER_MISMATCH, advise(Reason.API_SERVER_MISMATCH, fact))


def unknown(fact: str, *, passing: bool = False) -> Sight:
    """Say why it is not known."""
    message = advise(Reason.API_SERVER_UNKNOWN, fact)
    return Sight("Unknown", Reason.API_SERVER_UNKNOWN, message, passing)


def told(what: str, theirs: str, ours: str) -> str:
    """Say that kube-apiserver was told another claim or prefix of the groups."""
    flag = f"--oidc-groups-{what}"
    said = f"{flag}={theirs}" if theirs else f"no {flag}"
    mine = f'"{ours}"' if ours else "none"
    return f"kube-apiserver was told {said}, this directory says {mine}: bindings would never match"
