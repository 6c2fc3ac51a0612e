"""What a token that kube-apiserver accepts shows of an issuer that is written elsewhere."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.issuer_rules import (
    declared_differs,
    difference,
    issuer_evidence,
    issuer_fixes,
    nearest,
)
from groupaccess.domain.diagnosis.login_facts import LoginFacts, RealmDiscovery


def accepted_issuer(login: LoginFacts) -> Iterator[Finding]:
    """Yield that kube-apiserver accepts an issuer which is the declared one but for its spelling.

    Where Keycloak says itself what its issuer is, that counts.
    """
    accepted = login.token.issuer if login.token is not None else ""
    if isinstance(login.discovery, RealmDiscovery) or accepted in ("", login.directory.issuer):
        return
    a, b = urlsplit(accepted.casefold()), urlsplit(login.directory.issuer.casefold())
    if (a.hostname, a.path.rstrip("/")) == (b.hostname, b.path.rstrip("/")):
        yield declared_differs(login, accepted)


def file_not_in_force(login: LoginFacts) -> Iterator[Finding]:
    """Yield that kube-apiserver accepts a token which the file that somebody named rules out.

    It keeps what it had when it cannot use a new file, until it is started again.
    """
    listed = login.authenticators or ()
    if not login.configuration or not listed or login.authenticator is not None:
        return
    told = nearest(listed, login.issuer)
    fact = (
        f"issuer differs {difference(told.issuer, login.issuer)}: {login.configuration} has "
        f"{told.issuer}, and kube-apiserver accepts a token of {login.issuer}: the file is not in "
        "force, and nobody gets in when it is"
    )
    fixes = issuer_fixes(login, told, told.issuer)
    yield Finding(Cause.ISSUER_MISMATCH, fact, issuer_evidence(login, told), fixes)
