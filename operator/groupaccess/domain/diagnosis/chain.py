"""The links between a login and kube-apiserver's answer: what is known, and how it is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from groupaccess.domain.diagnosis.access_facts import OTHERS_REVIEW, AccessFacts, PersonFacts
from groupaccess.domain.diagnosis.authenticator import Distribution
from groupaccess.domain.diagnosis.login_facts import LoginFacts, Token
from groupaccess.domain.diagnosis.realm_facts import user_name_read
from groupaccess.domain.text import counted
from groupaccess.domain.timestamp import format_time

MAX_NAMED = 8  # groups that one step names


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain: where, what is known there, and how it is known."""

    where: str
    fact: str
    known_by: str = ""


def token_step(token: Token, claim: str, groups: Iterable[str]) -> Step:
    """Return what a person's own token carries in a claim, and when it ends."""
    kind = "ID token" if token.is_id_token else "access token"
    ends = token.time("exp")
    until = f", good until {format_time(ends)}" if ends else ""
    fact = f"{kind} of client {token.client_id or '?'} carries {claim_text(claim, groups)}{until}"
    return Step("token", fact, "this token, read without its key")


def groups_step(facts: PersonFacts) -> Step:
    """Return what kube-apiserver reads for a person."""
    person = facts.person
    read = f"groups: {listed(person.subjects)}" if person.subjects else "no groups"
    user = f"; user name: {person.user}" if person.user else ""
    return Step("kube-apiserver", f"reads {read}{user}", facts.source)


def reading_source(login: LoginFacts, agrees_since: datetime | None) -> str:
    """Return how it is known what kube-apiserver reads from the tokens of a realm.

    `agrees_since` is since when the operator's own token shows that it reads as the directory
    declares; None if it does not.
    """
    told, directory = login.authenticator, login.directory
    reads = (told.groups_claim, told.groups_prefix) if told else None
    agrees = reads in (None, (directory.groups_claim, directory.groups_prefix))
    if agrees_since is not None and agrees:
        source = f"read by kube-apiserver in the canary, since {format_time(agrees_since)}"
    elif told is None:
        source = f"assumed, as KeycloakDirectory {directory.name} says"
    elif told.distribution is Distribution.CONFIGURATION:
        source = f"from the file {told.where}"
    else:
        source = f"from the flags of {told.where}"
    hidden = "" if user_name_read(login) else "; bindings by user name were not looked at"
    return f"{source}{hidden}"


def decision_step(facts: AccessFacts) -> Step:
    """Return what kube-apiserver decides about a request, and which of its authorizers does."""
    asked, reason = f"{facts.review}, now", facts.decision.reason
    if facts.decision.by_rbac:
        return Step("RBAC", "allows it", f"{asked}; {bindings_read(facts)}: {reason}")
    if facts.decision.allowed:
        extra = " (it may read extra, which is not sent)" if facts.review == OTHERS_REVIEW else ""
        how = f": {reason}" if reason else ""
        fact = f"another one than RBAC allows it{extra}"
        return Step("authorizer", fact, f"{asked}{how}")
    fact = "does not allow it" if facts.without_bindings else "no binding gives this"
    return Step("RBAC", fact, f"{asked}; {bindings_read(facts)}")


def bindings_read(facts: PersonFacts) -> str:
    """Return how many bindings were looked at."""
    read = "no binding" if facts.without_bindings else counted(len(facts.bindings), "binding")
    return f"{read} read"


def claim_text(claim: str, values: Iterable[str]) -> str:
    """Return what a token carries in a claim."""
    known = frozenset(values)
    return f"{claim}: {listed(known)}" if known else f"no {claim}"


def listed(names: Iterable[str], most: int = MAX_NAMED) -> str:
    """Return names in their order, only the first of many."""
    known = sorted(names)
    more = len(known) - most
    return ", ".join([*known[:most], *([f"{more} more"] if more > 0 else [])])
