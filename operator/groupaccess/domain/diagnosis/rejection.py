"""The answer of `groupaccess why` to a 401: a token that is rejected, or the words about one."""

from groupaccess.domain.diagnosis.chain import Step, token_step
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import Finding, NotChecked
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login
from groupaccess.domain.diagnosis.login_facts import LoginFacts
from groupaccess.domain.tokens.claim_strings import claim_strings

REJECTED = "No. kube-apiserver does not accept this token (401)."


def explain_rejection(login: LoginFacts) -> Explanation | None:
    """Explain why kube-apiserver rejects a token; None if it accepts it."""
    if login.review is None or not login.review.error:
        return None
    rejects = Step("kube-apiserver", "rejects the token", "TokenReview, now")
    steps = (*_token_steps(login), rejects)
    return Explanation(REJECTED, allowed=False, steps=steps, findings=diagnose_login(login))


def explain_words(findings: tuple[Finding, ...], not_read: tuple[NotChecked, ...]) -> Explanation:
    """Explain a 401 by what its words stand for."""
    step = Step("kube-apiserver", "rejected the token", "the words that you gave")
    return Explanation(
        "No. kube-apiserver did not accept the token (401).",
        allowed=False,
        steps=(step,),
        findings=findings,
        not_checked=not_read,
    )


def explain_bare() -> Explanation:
    """Answer a 401 that names no cause: only its token, or kube-apiserver's log, shows it."""
    how = (
        "kube-apiserver tells it only to its own log, and about the token: run groupaccess doctor "
        "--token FILE or groupaccess why --token FILE"
    )
    answer = "No. kube-apiserver did not accept the token (401); this text does not say why."
    cause = NotChecked("the cause of this 401", how)
    return Explanation(answer, allowed=False, not_checked=(cause,))


def _token_steps(login: LoginFacts) -> tuple[Step, ...]:
    if login.token is None:
        return ()
    values = claim_strings(login.token.claims.get(login.claim_read)) or frozenset()
    return (token_step(login.token, login.claim_read, values),)
