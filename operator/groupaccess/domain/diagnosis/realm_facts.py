"""How a realm's own facts about a person or a group become what kube-apiserver reads."""

from collections.abc import Iterator

from groupaccess.domain.diagnosis.claim_rules import claim_read
from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.fix import Advice, Fix
from groupaccess.domain.diagnosis.login_facts import LoginFacts, Token
from groupaccess.domain.diagnosis.person import Person
from groupaccess.domain.directory.client import Client
from groupaccess.domain.directory.group import Group
from groupaccess.domain.tokens.claim_strings import claim_strings
from groupaccess.domain.tokens.client_claims import effective_mappers, group_values


def subjects_read(login: LoginFacts, values: frozenset[str]) -> frozenset[str]:
    """Return what kube-apiserver reads for these values of the groups claim: with its prefix."""
    told = login.authenticator
    prefix = login.directory.groups_prefix if told is None else told.groups_prefix
    return frozenset(f"{prefix}{value}" for value in values)


def person_read(login: LoginFacts, username: str, groups: tuple[Group, ...]) -> Person:
    """Return a person as kube-apiserver reads their token.

    The name is Keycloak's where the settings do not tell which claim becomes the user's name:
    bindings by user name are then not found.
    """
    token = login.token
    carried = claim_strings(token.claims.get(claim_read(login))) if token else None
    name = _name_read(login, token) or username
    return Person(name, subjects_read(login, carried or frozenset()), groups)


def group_read(login: LoginFacts, client: Client, group: Group) -> Person:
    """Return a member of a group that is in no other, by the client's mappers."""
    mappers = effective_mappers(client, login.login_client, claim_read(login))
    values = group_values(group, mappers)
    return Person(f"a member of {group.path}", subjects_read(login, values), (group,))


def client_not_found(client_id: str, realm: str) -> Finding:
    """Return that the client does not exist."""
    fact = f'realm {realm} has no client "{client_id}"'
    text = (
        "Name a client of the realm with --client, or correct spec.tokens.clients of the "
        "KeycloakDirectory."
    )
    return Finding(Cause.CLIENT_NOT_FOUND, fact, (), (Fix((Advice(text),)),))


def disabled_user(username: str) -> Finding:
    """Return that the user cannot log in."""
    fact = f"{username} is disabled in Keycloak, so they cannot log in"
    text = "In Keycloak, open the user and turn on Enabled."
    return Finding(Cause.USER_DISABLED, fact, (), (Fix((Advice(text),)),))


def without_echoes(login: tuple[Finding, ...], access: tuple[Finding, ...]) -> Iterator[Finding]:
    """Yield the findings about the token, then those about access that do not follow from them."""
    yield from login
    if login:
        access = tuple(each for each in access if each.cause is not Cause.NOT_IN_A_GROUP)
    yield from access


def _name_read(login: LoginFacts, token: Token | None) -> str:
    """Return the user's name as kube-apiserver reads it, "" if the settings do not tell."""
    told = login.authenticator
    if told is None or token is None or not told.username_claim:
        return ""
    value = token.claims.get(told.username_claim)
    return f"{told.username_prefix}{value}" if isinstance(value, str) and value else ""
