"""The answer of `groupaccess why WHO`: what Keycloak knows of a person, and what follows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from groupaccess.domain.diagnosis.access_facts import PersonFacts
from groupaccess.domain.diagnosis.chain import Step, claim_text, listed
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import Finding
from groupaccess.domain.diagnosis.identity_explanation import explain_facts
from groupaccess.domain.diagnosis.login_diagnosis import REJECTING, diagnose_login
from groupaccess.domain.diagnosis.login_facts import LoginFacts
from groupaccess.domain.diagnosis.person import RealmUser
from groupaccess.domain.diagnosis.realm_facts import (
    KEEPING_OUT,
    carried_values,
    disabled_user,
    unreadable_claims,
    without_echoes,
)
from groupaccess.domain.directory.group import Group
from groupaccess.domain.tokens.client_claims import token_kind


def explain_person(user: RealmUser, login: LoginFacts, access: PersonFacts) -> Explanation:
    """Explain the access of a user, or one request of theirs, from their groups to the bindings."""
    found = login_findings(login)
    if not user.enabled:
        found = (disabled_user(user.username), *found)
    where = listed(group.path for group in user.groups) or "no group"
    known = Step("Keycloak", f"{user.username} is in {where}", "read now")
    return _explain(user.username, (known, _token_step(login)), found, access)


def explain_member(
    group: Group, values: Iterable[str], login: LoginFacts, access: PersonFacts
) -> Explanation:
    """Explain the access of a member of a group, or one request, if they are in no other.

    `values` are what the client's mappers write for it.
    """
    known = Step("Keycloak", f"the group {group.path} exists", "read now")
    token = _carries(login, values, "computed from the client's mappers")
    return _explain(f"a member of {group.path}", (known, token), login_findings(login), access)


def login_findings(login: LoginFacts) -> tuple[Finding, ...]:
    """Return what is wrong before kube-apiserver decides, each cause once."""
    found = diagnose_login(login)
    known = {finding.cause for finding in found}
    return (*found, *(each for each in unreadable_claims(login) if each.cause not in known))


def _explain(
    who: str,
    before: tuple[Step, ...],
    found: Sequence[Finding],
    access: PersonFacts,
) -> Explanation:
    """Explain somebody's access by the login and the bindings.

    What keeps the login out counts more than what kube-apiserver says of the person's groups: with
    a token that it rejects nobody has any.
    """
    kept_out = sorted(found, key=lambda finding: finding.cause not in KEEPING_OUT)
    if kept_out and kept_out[0].cause in KEEPING_OUT:
        how = " (401)" if kept_out[0].cause in REJECTING else ""
        answer = f"No. {who} does not get in{how}: {kept_out[0].fact}."
        return Explanation(answer, allowed=False, steps=before, findings=tuple(kept_out))
    explained = explain_facts(access, before)
    reads = bool(access.person.subjects)
    findings = without_echoes(tuple(found), explained.findings, reads_groups=reads)
    return replace(explained, findings=tuple(findings))


def _token_step(login: LoginFacts) -> Step:
    return _carries(login, carried_values(login), "proven by an example token, now")


def _carries(login: LoginFacts, values: Iterable[str], known_by: str) -> Step:
    client, values_listed = login.login_client, claim_text(login.claim_read, values)
    fact = f"the {token_kind(client)} of client {client.client_id} carries {values_listed}"
    return Step("token", fact, known_by)
