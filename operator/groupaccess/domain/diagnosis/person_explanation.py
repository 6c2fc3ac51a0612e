"""The answer of `groupaccess why USER`: what Keycloak knows of a person, and what follows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from groupaccess.domain.diagnosis.access_facts import AccessFacts
from groupaccess.domain.diagnosis.explanation import Explanation, Step, explain_access
from groupaccess.domain.diagnosis.finding import Finding
from groupaccess.domain.diagnosis.login_diagnosis import REJECTING, diagnose_login
from groupaccess.domain.diagnosis.login_facts import LoginFacts
from groupaccess.domain.diagnosis.person import RealmUser
from groupaccess.domain.diagnosis.realm_facts import (
    KEEPING_OUT,
    carried_values,
    disabled_user,
    unreadable_claims,
    user_name_read,
    without_echoes,
)
from groupaccess.domain.directory.group import Group
from groupaccess.domain.tokens.client_claims import token_kind

MAX_NAMED = 8  # groups that one step names


def explain_person(user: RealmUser, login: LoginFacts, access: AccessFacts) -> Explanation:
    """Explain whether a user may make a request, from their groups to the bindings."""
    found = login_findings(login)
    if not user.enabled:
        found = (disabled_user(user.username), *found)
    paths = sorted(group.path for group in user.groups)
    where = _named(paths) if paths else "no group"
    known = Step("Keycloak", f"{user.username} is in {where}", "read now")
    return _explain(user.username, (known, _token_step(login)), found, login, access)


def explain_member(
    group: Group, values: Iterable[str], login: LoginFacts, access: AccessFacts
) -> Explanation:
    """Explain whether a member of a group may make a request, if they are in no other.

    `values` are what the client's mappers write for it.
    """
    known = Step("Keycloak", f"the group {group.path} exists", "read now")
    token = _carries(login, values, "computed from the client's mappers")
    return _explain(
        f"a member of {group.path}", (known, token), login_findings(login), login, access
    )


def login_findings(login: LoginFacts) -> tuple[Finding, ...]:
    """Return what is wrong before kube-apiserver decides, each cause once."""
    found = diagnose_login(login)
    known = {finding.cause for finding in found}
    return (*found, *(each for each in unreadable_claims(login) if each.cause not in known))


def _explain(
    who: str,
    before: tuple[Step, ...],
    found: Sequence[Finding],
    login: LoginFacts,
    access: AccessFacts,
) -> Explanation:
    """Explain a request by its login and its bindings.

    What keeps the login out counts more than what kube-apiserver says of the person's groups: with
    a token that it rejects nobody has any.
    """
    kept_out = sorted(found, key=lambda finding: finding.cause not in KEEPING_OUT)
    if kept_out and kept_out[0].cause in KEEPING_OUT:
        how = " (401)" if kept_out[0].cause in REJECTING else ""
        answer = f"No. {who} does not get in{how}: {kept_out[0].fact}."
        return Explanation(answer, allowed=False, steps=before, findings=tuple(kept_out))
    explained = explain_access(access, before=(*before, _reading_step(login, access)))
    reads = bool(access.person.subjects)
    findings = without_echoes(tuple(found), explained.findings, reads_groups=reads)
    return replace(explained, findings=tuple(findings))


def _token_step(login: LoginFacts) -> Step:
    return _carries(login, carried_values(login), "proven by an example token, now")


def _carries(login: LoginFacts, values: Iterable[str], known_by: str) -> Step:
    claim, client = login.claim_read, login.login_client
    listed = sorted(values)
    carried = f"{claim}: {_named(listed)}" if listed else f"no {claim}"
    fact = f"the {token_kind(client)} of client {client.client_id} carries {carried}"
    return Step("token", fact, known_by)


def _reading_step(login: LoginFacts, access: AccessFacts) -> Step:
    """Return what kube-apiserver reads, and how that is known."""
    told, subjects = login.authenticator, sorted(access.person.subjects)
    fact = f"reads groups: {_named(subjects)}" if subjects else "reads no groups"
    if told is not None:
        known_by = f"as {told.where} was told"
    else:
        known_by = f"as KeycloakDirectory {login.directory.name} says"
    if not user_name_read(login):
        known_by += "; bindings by user name were not looked at"
    return Step("kube-apiserver", fact, known_by)


def _named(names: list[str]) -> str:
    more = len(names) - MAX_NAMED
    return ", ".join([*names[:MAX_NAMED], *([f"{more} more"] if more > 0 else [])])
