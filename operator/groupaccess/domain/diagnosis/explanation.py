"""The answer of `groupaccess why`: one sentence, the chain behind it, and the findings."""

from dataclasses import dataclass

from groupaccess.domain.diagnosis.access_facts import AccessFacts
from groupaccess.domain.diagnosis.access_request import AccessRequest
from groupaccess.domain.diagnosis.access_rules import denied
from groupaccess.domain.diagnosis.chain import Step, decision_step, groups_step
from groupaccess.domain.diagnosis.finding import Finding, NotChecked
from groupaccess.domain.diagnosis.grant_lines import close_lines, grant_lines
from groupaccess.domain.diagnosis.lost_token import without_token
from groupaccess.domain.timestamp import format_time


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether somebody may do something, and why.

    `allowed` is None when nothing was asked but who somebody is. `grants` are the bindings that may
    give it, or all that are for that person; `close` what is bound for them for something else, or
    elsewhere. `not_checked` is what could not be read: then nothing is said to be missing.
    """

    answer: str
    allowed: bool | None
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    grants: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()


def no_token(request: AccessRequest | None) -> Explanation:
    """Explain a request that arrived without a token; None if it is not known which."""
    what = f" to {request}" if request else ""
    answer = f"No. Nobody who is not logged in may {request or 'do this'}."
    findings = (without_token(f"the request{what}"),)
    return Explanation(answer, allowed=False, findings=findings)


def explain_access(facts: AccessFacts, before: tuple[Step, ...] = ()) -> Explanation:
    """Explain whether a person may make a request: kube-apiserver decides, bindings grant it.

    `before` are the links up to what kube-apiserver reads.
    """
    person, request = facts.person, facts.request
    steps = (*before, groups_step(facts), decision_step(facts))
    if facts.decision.allowed:
        return Explanation(
            f"Yes. {person.name} may {request}{_until(facts)}.",
            allowed=True,
            steps=steps,
            grants=tuple(grant_lines(facts)) if facts.decision.by_rbac else (),
            not_checked=facts.not_read,
        )
    return Explanation(
        f"No. {person.name} may not {request}.{_verb_hint(request)}",
        allowed=False,
        steps=steps,
        findings=() if facts.not_read else tuple(denied(facts)),
        close=tuple(close_lines(facts)),
        not_checked=facts.not_read,
    )


def _verb_hint(request: AccessRequest) -> str:
    similar = request.similar_verb
    return f' Kubernetes has no verb "{request.verb}": did you mean {similar}?' if similar else ""


def _until(facts: AccessFacts) -> str:
    """Say until when, where nothing but bindings that end gives it.

    Which of them gives it is RBAC's: of several ends only the last one is certain. Where the user
    name is not known, nobody can tell what is bound to it.
    """
    ends = facts.ends_of_bindings()
    if not ends or not facts.person.user or facts.allowed_without_groups is not False:
        return ""
    return f", until {format_time(max(ends))}{' at the latest' if len(ends) > 1 else ''}"
