"""The answer of `groupaccess why USER`: what Keycloak knows of a person, and what follows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from groupaccess.domain.diagnosis.access_facts import AccessFacts
from groupaccess.domain.diagnosis.claim_rules import claim_read
from groupaccess.domain.diagnosis.explanation import Explanation, Step, explain_access
from groupaccess.domain.diagnosis.finding import Finding
from groupaccess.domain.diagnosis.login_diagnosis import REJECTING, diagnose_login
from groupaccess.domain.diagnosis.login_facts import LoginFacts
from groupaccess.domain.diagnosis.realm_facts import disabled_user, without_echoes
from groupaccess.domain.directory.group import Group
from groupaccess.domain.tokens.claim_strings import claim_strings
from groupaccess.domain.tokens.client_claims import token_kind

MAX_NAMED = 8  # groups that one step names


@dataclass(frozen=True, slots=True)
class RealmPerson:
    """A user as the realm knows them."""

    username: str
    enabled: bool
    groups: tuple[Group, ...]


def explain_person(user: RealmPerson, login: LoginFacts, access: AccessFacts) -> Explanation:
    """Explain whether a user may make a request, from their groups to the bindings.

    What keeps the login out counts more than what kube-apiserver says of the person's groups: with
    a token that it rejects nobody has any.
    """
    explained = explain_access(access, before=(_keycloak_step(user), _token_step(login)))
    found = diagnose_login(login)
    if not user.enabled:
        return _kept_out(
            explained, f"{user.username} cannot log in.", [disabled_user(user.username)]
        )
    if any(finding.cause in REJECTING for finding in found):
        answer = f"kube-apiserver does not accept the token of {user.username} (401)."
        return _kept_out(explained, answer, found)
    findings = tuple(without_echoes(found, explained.findings))
    return replace(explained, findings=findings)


def explain_member(group: Group, login: LoginFacts, access: AccessFacts) -> Explanation:
    """Explain whether a member of a group may make a request, if they are in no other."""
    steps = (Step("Keycloak", f"the group {group.path} exists", "read now"), _mapper_step(login))
    explained = explain_access(access, before=steps)
    findings = tuple(without_echoes(diagnose_login(login), explained.findings))
    return replace(explained, findings=findings)


def _kept_out(explained: Explanation, answer: str, found: Iterable[Finding]) -> Explanation:
    steps = explained.steps[:2]  # what kube-apiserver would allow is not reached
    return Explanation(f"No. {answer}", allowed=False, steps=steps, findings=tuple(found))


def _keycloak_step(user: RealmPerson) -> Step:
    paths = sorted(group.path for group in user.groups)
    where = _named(paths) if paths else "no group"
    return Step("Keycloak", f"{user.username} is in {where}", "read now")


def _token_step(login: LoginFacts) -> Step:
    claim, client = claim_read(login), login.login_client
    values = claim_strings(login.token.claims.get(claim)) if login.token else None
    carried = f"{claim}: {_named(sorted(values))}" if values else f"no {claim}"
    fact = f"the {token_kind(client)} of client {client.client_id} carries {carried}"
    return Step("token", fact, "proven by an example token, now")


def _mapper_step(login: LoginFacts) -> Step:
    client = login.login_client
    fact = f"the {token_kind(client)} of client {client.client_id}"
    return Step("token", fact, "computed from the client's mappers")


def _named(names: Iterable[str]) -> str:
    return ", ".join(_limited(list(names)))


def _limited(names: list[str]) -> Iterator[str]:
    yield from names[:MAX_NAMED]
    if len(names) > MAX_NAMED:
        yield f"{len(names) - MAX_NAMED} more"
