"""Why kube-apiserver rejects a token, by what it was told: before any group counts.

The checks are those of its OIDC authenticator, in its order: times, algorithm, audience, user name,
required claims. The issuer comes first (`issuer_rules.py`).
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from datetime import timedelta

from groupaccess.domain.diagnosis.authenticator import (
    ALL_ALGORITHMS,
    EMAIL_CLAIM,
    Authenticator,
)
from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.fix import Advice, Fix, Setting, accept_audience, change_setting
from groupaccess.domain.diagnosis.login_facts import LoginFacts, Token
from groupaccess.domain.timestamp import format_time

CLOCK_TOLERANCE = timedelta(minutes=1)  # that kube-apiserver's library (go-oidc) allows for `nbf`


def token_findings(login: LoginFacts) -> Iterator[Finding]:
    """Yield what is wrong with the token, by what kube-apiserver was told of its issuer."""
    token, told = login.token, login.authenticator
    if token is None:
        yield from _declared_client(login)
        if told is not None:
            yield from _signing(login, "people's tokens are", login.algorithm, told)
        return
    yield from _times(login, token)
    if told is None:
        return
    for rule in TOKEN_RULES:
        yield from rule(login, token, told)


def _algorithm(login: LoginFacts, token: Token, told: Authenticator) -> Iterator[Finding]:
    yield from _signing(login, "the token is", token.algorithm, told)


def _signing(
    login: LoginFacts, tokens_are: str, algorithm: str, told: Authenticator
) -> Iterator[Finding]:
    if not algorithm or algorithm in told.algorithms:
        return
    accepted = ", ".join(sorted(told.algorithms))
    fact = f"{tokens_are} signed with {algorithm}, and kube-apiserver accepts only {accepted}"
    fixes: tuple[Fix, ...] = ()
    if algorithm in ALL_ALGORITHMS:  # else kube-apiserver would not start
        wanted = ",".join(sorted(told.algorithms | {algorithm}))
        before = ",".join(sorted(told.algorithms))
        fixes = change_setting(told, Setting.ALGORITHMS, before, wanted)
    client = login.login_client.client_id
    advice = Advice(
        f'Let Keycloak sign with one of those: client "{client}", Advanced, Fine grain OpenID '
        "Connect configuration, signature algorithm; or Realm settings, Tokens."
    )
    yield Finding(Cause.ALGORITHM_NOT_ACCEPTED, fact, (), (*fixes, Fix((advice,))))


def _audience(login: LoginFacts, token: Token, told: Authenticator) -> Iterator[Finding]:
    if not token.audiences & told.audiences:
        yield wrong_audience(login, token, told.audiences, told)


def wrong_audience(
    login: LoginFacts, token: Token, accepted: AbstractSet[str], told: Authenticator | None = None
) -> Finding:
    """Return why a token has none of the audiences that kube-apiserver accepts."""
    wanted = " or ".join(f'"{each}"' for each in sorted(accepted))
    carries = " and ".join(f'"{each}"' for each in sorted(token.audiences)) or "nobody"
    evidence = (
        f"the token: aud {carries}, issued to client {token.client_id or '?'}",
        f"kube-apiserver{f' ({told.where})' if told else ''}: {wanted}",
    )
    fact = f"the token is for {carries} (aud), and kube-apiserver accepts only tokens for {wanted}"
    if token.client_id in accepted and not token.is_id_token:
        return _access_token(token, fact, evidence)
    if token.client_id not in {each.client_id for each in login.directory.clients}:
        return _other_client(login, token, accepted, evidence)
    if told is None:
        before = min(accepted, default=None)
        fixes = change_setting(None, Setting.AUDIENCE, before, token.client_id)
    else:
        fixes = accept_audience(told, token.client_id)
    return Finding(Cause.AUDIENCE_MISMATCH, fact, evidence, fixes)


def _declared_client(login: LoginFacts) -> Iterator[Finding]:
    """Compare the client's own id, which is the audience of its ID tokens, without any token."""
    told, client = login.authenticator, login.login_client.client_id
    declared = {each.client_id for each in login.directory.clients}
    if told is None or declared & told.audiences or not login.login_client.id_token:
        return  # a mapper may add the audience for the other clients
    wanted = " or ".join(f'"{each}"' for each in sorted(told.audiences))
    fact = (
        f'people log in with client "{client}", and kube-apiserver accepts only tokens for '
        f"{wanted}: "
        "it rejects theirs, unless a mapper adds that audience"
    )
    yield Finding(Cause.AUDIENCE_MISMATCH, fact, (), accept_audience(told, client))


def _access_token(token: Token, fact: str, evidence: tuple[str, ...]) -> Finding:
    client = token.client_id
    send = Advice(
        "Send the ID token: for Headlamp remove -oidc-use-access-token, for kubelogin remove "
        "--oidc-use-access-token."
    )
    add = Advice(
        f'Give client "{client}" an Audience mapper for "{client}", so that its access tokens '
        "are for kube-apiserver, too."
    )
    fact = f"this is an access token, and {fact.removeprefix('the token ')}"
    return Finding(Cause.WRONG_TOKEN_KIND, f"{fact}", evidence, (Fix((send,)), Fix((add,))))


def _other_client(
    login: LoginFacts, token: Token, accepted: AbstractSet[str], evidence: tuple[str, ...]
) -> Finding:
    names = ", ".join(sorted(accepted))
    fact = (
        f'the token was issued to client "{token.client_id}", and kube-apiserver accepts only '
        f"tokens for {names}"
    )
    log_in = Advice(f"Log in with client {names}: give it to the program that logs you in.")
    name = login.directory.name
    also = Advice(
        f'Give client "{token.client_id}" an Audience mapper for {names}, and add it to '
        f"spec.tokens.clients of KeycloakDirectory {name}."
    )
    return Finding(Cause.OTHER_CLIENT, fact, evidence, (Fix((log_in,)), Fix((also,))))


def _times(login: LoginFacts, token: Token) -> Iterator[Finding]:
    """Compare with the clock of whoever asks; an example token has no times of its own."""
    if token.example:
        return
    ends, begins = token.time("exp"), token.time("nbf")
    if ends is not None and ends <= login.now:
        fact = f"the token ended at {format_time(ends)}"
        advice = Advice("Log in again. A program that keeps a token must renew it before its end.")
        yield Finding(Cause.TOKEN_EXPIRED, fact, (), (Fix((advice,)),))
    if begins is not None and begins > login.now + CLOCK_TOLERANCE:
        fact = (
            f"the token is valid only from {format_time(begins)} on, and now it is "
            f"{format_time(login.now)}"
        )
        advice = Advice(
            "Set the clocks of Keycloak and of the control plane by NTP, then log in again."
        )
        yield Finding(Cause.TOKEN_NOT_YET_VALID, fact, (), (Fix((advice,)),))


def _required(login: LoginFacts, token: Token, told: Authenticator) -> Iterator[Finding]:
    for claim, value in (told.required_claims or {}).items():
        carried = token.claims.get(claim)
        if carried == value:
            continue
        has = "no such claim" if carried is None else f'"{carried}"'
        fact = f'kube-apiserver requires claim "{claim}" to be "{value}", and the token has {has}'
        advice = Advice(
            f'Give client "{login.login_client.client_id}" a mapper that writes claim "{claim}" '
            f'with the value "{value}" into its tokens, or take the requirement away.'
        )
        yield Finding(Cause.REQUIRED_CLAIM_MISSING, fact, (), (Fix((advice,)),))


def _username(login: LoginFacts, token: Token, told: Authenticator) -> Iterator[Finding]:
    claim = told.username_claim
    if claim is None:
        return
    if claim not in token.claims:
        fact = f'kube-apiserver takes the user name from claim "{claim}", and the token has none'
        advice = Advice(
            f'Let the login request the scope "{_scope_of(claim)}", or give client '
            f'"{login.login_client.client_id}" a mapper that writes claim "{claim}".'
        )
        fixes = change_setting(told, Setting.USERNAME_CLAIM, claim, "sub")
        yield Finding(Cause.USERNAME_CLAIM_MISSING, fact, (), (Fix((advice,)), *fixes))
    elif claim == EMAIL_CLAIM and token.claims.get("email_verified", True) is not True:
        fact = (
            f"the e-mail address {token.claims[claim]} is not verified (email_verified), and "
            "kube-apiserver takes the user name from it"
        )
        verify = Advice("In Keycloak, open the user and turn on 'Email verified'.")
        yield Finding(Cause.EMAIL_NOT_VERIFIED, fact, (), (Fix((verify,)),))


def _scope_of(claim: str) -> str:
    return EMAIL_CLAIM if claim == EMAIL_CLAIM else "profile"


TOKEN_RULES: tuple[Callable[[LoginFacts, Token, Authenticator], Iterator[Finding]], ...] = (
    _algorithm,
    _audience,
    _username,
    _required,
)
"""In the order in which kube-apiserver checks; all that apply are found."""
