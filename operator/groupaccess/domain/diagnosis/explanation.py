"""The answer of `groupaccess why`: one sentence, the chain behind it, and the findings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from groupaccess.domain.binding import Binding, BindingName
from groupaccess.domain.diagnosis.access_facts import BINDINGS, AccessFacts, MappingFacts
from groupaccess.domain.diagnosis.access_request import AccessRequest
from groupaccess.domain.diagnosis.access_rules import close_mappings, denied
from groupaccess.domain.diagnosis.finding import Finding, NotChecked
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login
from groupaccess.domain.diagnosis.login_facts import LoginFacts, Token
from groupaccess.domain.diagnosis.lost_token import without_token
from groupaccess.domain.text import counted
from groupaccess.domain.timestamp import format_time

MAX_GRANTS = 5  # bindings that an answer names
MAX_CLOSE = 3  # mappings that give something else


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain: where, what is known there, and how it is known."""

    where: str
    fact: str
    known_by: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether somebody may do something, and why.

    `allowed` is None when nothing was asked but who somebody is. `grants` are the bindings that may
    give it, `close` mappings of the person's groups that give something else, or elsewhere.
    `not_checked` is what could not be read: then nothing is said to be missing.
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


def explain_rejection(login: LoginFacts) -> Explanation | None:
    """Explain why kube-apiserver rejects a token; None if it accepts it."""
    if login.review is None or not login.review.error:
        return None
    steps = (
        _token_step(login.token),
        Step("kube-apiserver", "rejects the token", "TokenReview, now"),
    )
    answer = "No. kube-apiserver does not accept this token (401)."
    return Explanation(answer, allowed=False, steps=steps, findings=diagnose_login(login))


def explain_access(
    facts: AccessFacts, token: Token | None = None, before: tuple[Step, ...] = ()
) -> Explanation:
    """Explain whether a person may make a request: kube-apiserver decides, bindings grant it.

    `before` are the links up to what kube-apiserver reads, where more is known than a token.
    """
    person, request = facts.person, facts.request
    own = [_token_step(token)] if token is not None else []
    steps = [*before] or [*own, _groups_step(facts)]
    grants = tuple(_named_grants(facts))
    unread = BINDINGS in {each.what for each in facts.not_read}
    read = f"{'no binding' if unread else counted(len(facts.bindings), 'binding')} read"
    if facts.decision.allowed:
        how = f": {facts.decision.reason}" if facts.decision.reason else ""
        steps.append(Step("RBAC", "allows it", f"SubjectAccessReview, now; {read}{how}"))
        answer = f"Yes. {person.name} may {request}{_until(facts)}."
        return Explanation(
            answer, allowed=True, steps=tuple(steps), grants=grants, not_checked=facts.not_read
        )
    denial = "does not allow it" if unread else "no binding gives this"
    steps.append(Step("RBAC", denial, f"SubjectAccessReview, now; {read}"))
    return Explanation(
        f"No. {person.name} may not {request}.{_verb_hint(request)}",
        allowed=False,
        steps=tuple(steps),
        findings=() if facts.not_read else tuple(denied(facts)),
        grants=grants,
        close=tuple(_close(close_mappings(facts))),
        not_checked=facts.not_read,
    )


def _verb_hint(request: AccessRequest) -> str:
    similar = request.similar_verb
    return f' Kubernetes has no verb "{request.verb}": did you mean {similar}?' if similar else ""


def _token_step(token: Token | None) -> Step:
    if token is None:
        return Step("token", "none was given")
    kind = "ID token" if token.is_id_token else "access token"
    ends = token.time("exp")
    until = f", good until {format_time(ends)}" if ends and not token.example else ""
    return Step(
        "token", f"{kind} of client {token.client_id or '?'}{until}", "read without its key"
    )


def _groups_step(facts: AccessFacts) -> Step:
    subjects = sorted(facts.person.subjects)
    fact = f"reads groups: {', '.join(subjects)}" if subjects else "reads no groups"
    return Step("kube-apiserver", f"{fact} for {facts.person.name}", "asked now")


def _named_grants(facts: AccessFacts) -> Iterator[str]:
    """Yield the bindings of the person's groups for this place; which one gives it is RBAC's."""
    here = sorted(
        facts.bindings_here(),
        key=lambda binding: (BindingName.parse(binding.key.name) is None, binding.key),
    )
    for binding in here[:MAX_GRANTS]:
        yield _grant(binding, facts)
    if len(here) > MAX_GRANTS:
        yield f"and {len(here) - MAX_GRANTS} more bindings"


def _grant(binding: Binding, facts: AccessFacts) -> str:
    subject = min(facts.person.subjects.intersection(binding.content.groups))
    name = BindingName.parse(binding.key.name)
    by = f"GroupAccess {name.owner}, mapping {name.mapping}" if name else "by hand"
    return f'"{subject}" → {binding.key} → {binding.content.role.name} ({by})'


def _until(facts: AccessFacts) -> str:
    """Say until when, where nothing but bindings that end gives it.

    Which of them gives it is RBAC's: of several ends only the last one is certain.
    """
    ends = facts.ends_of_bindings()
    if not ends or facts.allowed_without_groups is not False:
        return ""
    return f", until {format_time(max(ends))}{' at the latest' if len(ends) > 1 else ''}"


def _close(mappings: Iterable[MappingFacts]) -> Iterator[str]:
    for each in list(mappings)[:MAX_CLOSE]:
        scope = each.mapping.scope
        where = "everywhere" if scope is None else "in some namespaces"
        yield f"{each.title}: {each.mapping.cluster_role} {where}"
