"""How a realm's own facts about a person or a group become what kube-apiserver reads."""

from collections.abc import Iterator

from groupaccess.domain.diagnosis.claim_rules import CAUSES_BY_GAP
from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.fix import Advice, Fix
from groupaccess.domain.diagnosis.login_diagnosis import REJECTING
from groupaccess.domain.diagnosis.login_facts import LoginFacts
from groupaccess.domain.diagnosis.person import Person
from groupaccess.domain.directory.group import Group
from groupaccess.domain.tokens.claim_strings import claim_strings
from groupaccess.domain.tokens.client_claims import OPENID_SCOPE

KEEPING_OUT = REJECTING | {Cause.CLIENT_NOT_FOUND, Cause.SCOPE_NOT_FOUND, Cause.USER_DISABLED}
"""With one of these nobody gets in, whatever is bound: a login fails, or its token is rejected."""
WITHOUT_GROUPS = frozenset(CAUSES_BY_GAP.values()) | {
    Cause.CLAIM_NESTED,
    Cause.GROUPS_CLAIM_MISMATCH,
}
"""Each of these explains why kube-apiserver reads no group for somebody who is in one."""
OTHER_GROUPS = WITHOUT_GROUPS | {Cause.GROUPS_PREFIX_MISMATCH}
"""Each of these explains why what it reads is not what is declared and bound."""
ECHOES = {
    Cause.NOT_IN_A_GROUP: WITHOUT_GROUPS,
    Cause.GROUPS_CLAIM_MISMATCH: WITHOUT_GROUPS,
    Cause.NO_MAPPING: OTHER_GROUPS,
    Cause.DANGLING_SUBJECT: OTHER_GROUPS,
}
"""What follows from a finding about the login where no groups are read, by what it follows from."""
ECHOES_OF_PREFIX = frozenset({Cause.NO_MAPPING, Cause.DANGLING_SUBJECT})
"""What follows from another prefix, where groups are read."""


def subjects_read(login: LoginFacts, values: frozenset[str]) -> frozenset[str]:
    """Return what kube-apiserver reads for these values of the groups claim: with its prefix.

    Nothing, if it was given no claim to read them from.
    """
    told = login.authenticator
    if told is not None and told.groups_claim == "":
        return frozenset()
    prefix = login.directory.groups_prefix if told is None else told.groups_prefix
    return frozenset(f"{prefix}{value}" for value in values)


def carried_values(login: LoginFacts) -> frozenset[str]:
    """Return what the example token carries in the groups claim.

    Keycloak makes an ID token as an example even where a login gets none.
    """
    without = login.login_client.id_token and OPENID_SCOPE not in login.login_client.scopes
    if login.token is None or without:
        return frozenset()
    return claim_strings(login.token.claims.get(login.claim_read)) or frozenset()


def person_read(login: LoginFacts, username: str, groups: tuple[Group, ...]) -> Person:
    """Return a person as kube-apiserver reads their token."""
    subjects = subjects_read(login, carried_values(login))
    return Person(username, subjects, groups, user_name_read(login))


def user_name_read(login: LoginFacts) -> str:
    """Return the user's name as kube-apiserver reads it, "" if its settings do not tell.

    Keycloak's own name would be a guess: kube-apiserver puts the issuer in front of most claims,
    and a binding for the bare name may be somebody else's.
    """
    told, token = login.authenticator, login.token
    if told is None or token is None or not told.username_claim:
        return ""
    value = token.claims.get(told.username_claim)
    return f"{told.username_prefix}{value}" if isinstance(value, str) and value else ""


def unreadable_claims(login: LoginFacts) -> Iterator[Finding]:
    """Yield claims of the example token whose kind kube-apiserver rejects (401)."""
    if login.token is None:
        return
    claim = login.claim_read
    value = login.token.claims.get(claim)
    if value is not None and claim_strings(value) is None:
        fact = f'claim "{claim}" is no text and no list of texts, so that the token is rejected'
        text = "In Keycloak, look at the mappers of this claim: each must write text."
        yield Finding(Cause.CLAIM_NESTED, fact, (), (Fix((Advice(text),)),))


def token_without_groups(login: LoginFacts, found: tuple[Finding, ...]) -> Iterator[Finding]:
    """Yield that a person's token has no groups at all, unless what was found explains it.

    Keycloak leaves the claim out for a user who is in no group.
    """
    token, claim = login.token, login.claim_read
    explained = {finding.cause for finding in found} & (KEEPING_OUT | WITHOUT_GROUPS)
    rejected = login.review is not None and login.review.error
    if token is None or token.example or explained or rejected or token.claims.get(claim):
        return
    fact = f'the token has no claim "{claim}": its user is in no group, or no mapper writes it'
    advice = Advice(
        "In Keycloak, open the user, Groups, and join one. If there are some, log in to Keycloak "
        "with this command (KEYCLOAK_USER, --device): it then looks at the client's mappers."
    )
    yield Finding(Cause.NOT_IN_A_GROUP, fact, (), (Fix((advice,)),))


def client_not_found(client_id: str, realm: str) -> Finding:
    """Return that the client does not exist."""
    fact = f'realm {realm} has no client "{client_id}"'
    text = (
        "Name a client of the realm with --client, or correct spec.tokens.clients of the "
        "KeycloakDirectory."
    )
    return Finding(Cause.CLIENT_NOT_FOUND, fact, (), (Fix((Advice(text),)),))


def disabled_user(username: str) -> Finding:
    """Return that the user cannot log in; who disabled them may have had a reason: no command."""
    fact = f"{username} is disabled in Keycloak, so they cannot log in"
    text = "In Keycloak, open the user and turn on Enabled."
    return Finding(Cause.USER_DISABLED, fact, (), (Fix((Advice(text),)),))


def without_echoes(
    login: tuple[Finding, ...], access: tuple[Finding, ...], *, reads_groups: bool
) -> Iterator[Finding]:
    """Yield the findings about the token, then those about access that do not follow from them."""
    yield from login
    causes = {finding.cause for finding in login}
    prefix = Cause.GROUPS_PREFIX_MISMATCH in causes
    for finding in access:
        follows = (
            prefix and finding.cause in ECHOES_OF_PREFIX
            if reads_groups
            else not causes.isdisjoint(ECHOES.get(finding.cause, ()))
        )
        if not follows:
            yield finding
