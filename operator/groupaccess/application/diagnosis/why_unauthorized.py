"""Explains a pasted 401 by its words, and by what the cluster shows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from groupaccess.application.diagnosis.fact import Fact, attempt
from groupaccess.application.diagnosis.settings import ApiServerSettings
from groupaccess.application.diagnosis.why import Why
from groupaccess.application.state.declared_objects import read_declared_directory
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.access_facts import DIRECTORIES
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import NotChecked
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login
from groupaccess.domain.diagnosis.login_facts import UNDECLARED, LoginFacts
from groupaccess.domain.diagnosis.rejection import explain_words

NO_CLIENT = LoginClient("", id_token=True, scopes=())


async def explain_unauthorized(why: Why, words: str) -> Explanation:
    """Explain what kube-apiserver said of a token that nobody has here.

    Which realm it is of is not known: each that is declared is compared, and what is the same is
    said once.
    """
    bodies = await attempt(DIRECTORIES, why.cluster.list_directories())
    listed = bodies.value if isinstance(bodies, Fact) else ()
    declared = [read_declared_directory(body).directory for body in listed]
    settings = await why.read_settings()
    logins = _logins(why, words, declared or [_undeclared(settings)], settings)
    findings = dict.fromkeys(finding for login in logins for finding in diagnose_login(login))
    not_read = (bodies,) if isinstance(bodies, NotChecked) else ()
    return explain_words(tuple(findings), not_read)


def _logins(
    why: Why, words: str, directories: Sequence[Directory], settings: ApiServerSettings
) -> Iterator[LoginFacts]:
    for directory in directories:
        yield LoginFacts(
            why.now,
            directory,
            directory.clients[0],
            authenticators=settings.authenticators,
            differences=settings.differences,
            review=TokenReviewResult(error=words),
            configuration=why.configuration,
        )


def _undeclared(settings: ApiServerSettings) -> Directory:
    """Return a directory that nobody declared, of the first issuer that kube-apiserver accepts."""
    told = next(iter(settings.authenticators or ()), None)
    if told is None:
        return Directory(UNDECLARED, "", "groups", "", (NO_CLIENT,))
    claim, prefix = told.groups_claim or "groups", told.groups_prefix
    client = replace(NO_CLIENT, client_id=min(told.audiences, default=""))
    return Directory(UNDECLARED, told.issuer, claim, prefix, (client,))
