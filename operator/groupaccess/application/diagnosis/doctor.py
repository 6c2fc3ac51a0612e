"""Looks at everything between a login and an answer of kube-apiserver, with a person's rights."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from groupaccess.api import v1alpha1 as api
from groupaccess.application.diagnosis.declared_facts import directory_facts, mapping_facts
from groupaccess.application.diagnosis.fact import Fact, attempt
from groupaccess.application.diagnosis.settings import ApiServerSettings, read_settings
from groupaccess.application.ports.diagnosis import DiagnosisCluster, DiscoveryReader
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.state.declared_objects import read_declared_directory
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.access_facts import DIRECTORIES
from groupaccess.domain.diagnosis.authenticator import Authenticator
from groupaccess.domain.diagnosis.declared_rules import directory_checks, mapping_checks
from groupaccess.domain.diagnosis.finding import Category, Finding, NotChecked, PassedCheck
from groupaccess.domain.diagnosis.jwt import read_token
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login, differing_servers
from groupaccess.domain.diagnosis.login_facts import (
    TYPED,
    UNDECLARED,
    LoginFacts,
    RealmDiscovery,
    Token,
    nearest_directory,
)
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

Check = Finding | PassedCheck | NotChecked


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorOptions:
    """What was typed. `directory` takes the place of KeycloakDirectories, before there are any.

    `authenticators` is what a person knows of kube-apiserver's settings, from the file that
    `configuration` names; it takes the place of what the cluster shows. `token` is a token of a
    person.
    """

    directory: Directory | None = None
    authenticators: tuple[Authenticator, ...] | None = None
    configuration: str = ""
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Doctor:
    """Makes all checks, in the order of a login."""

    cluster: DiagnosisCluster
    realm: DiscoveryReader
    now: datetime

    async def examine(self, options: DoctorOptions) -> AsyncIterator[Check]:
        """Yield each check as soon as it is made; one that cannot be made does not end the rest."""
        settings = (await read_settings(self.cluster)).with_file(options.authenticators)
        for check in _settings_checks(settings):
            yield check
        settings_known = replace(options, authenticators=settings.authenticators)
        bodies = await attempt(DIRECTORIES, self.cluster.list_directories())
        if isinstance(bodies, NotChecked):
            yield bodies
        declared = bodies.value if isinstance(bodies, Fact) else ()
        directories = [read_declared_directory(body).directory for body in declared]
        directories = [options.directory] if options.directory else directories
        if not directories and isinstance(bodies, Fact):
            how = "there is no KeycloakDirectory: give --issuer and --client-id"
            yield NotChecked("the login", how)
        review = await self._review(options.token)
        if isinstance(review, NotChecked):
            yield review
        known = review.value if isinstance(review, Fact) else None
        token = read_token(options.token) if options.token else None
        meant = nearest_directory(directories, token) if token else None
        for directory in directories or ([meant] if meant else []):
            shown = (token, known) if directory is meant else (None, None)
            async for each in self._logins(directory, settings_known, *shown):
                yield each
        async for each in self._declared(declared):
            yield each

    async def _review(self, token: str | None) -> Fact[TokenReviewResult] | NotChecked | None:
        if token is None:
            return None
        what = "what kube-apiserver reads from the token"
        return await attempt(what, self.cluster.review_token(token))

    async def _logins(
        self,
        directory: Directory,
        options: DoctorOptions,
        token: Token | None,
        review: TokenReviewResult | None,
    ) -> AsyncIterator[Check]:
        """Check the login with each client of a directory; what they share is said once.

        `token` and its `review` are given for the directory that the token is meant for.
        """
        discovery: RealmDiscovery | Failure | None = await self._discover(directory.issuer)
        if isinstance(discovery, RealmDiscovery):
            yield PassedCheck(Category.KEYCLOAK, f"{directory.issuer} answers")
        elif discovery is not None and _only_from_here(discovery, directory):
            yield NotChecked(f"what {directory.issuer} says of itself", discovery.message)
            discovery = None
        seen = set[Finding]()
        for client in directory.clients:
            login = LoginFacts(
                self.now,
                directory,
                client,
                discovery,
                token=token,
                authenticators=options.authenticators,
                configuration=options.configuration,
                review=review,
            )
            for finding in diagnose_login(login):
                if finding not in seen:
                    yield finding
                seen.add(finding)

    async def _discover(self, issuer: str) -> RealmDiscovery | Failure:
        try:
            return await self.realm.discover(issuer)
        except RejectedError as refused:
            return refused.failure

    async def _declared(self, directories: Sequence[api.KeycloakDirectory]) -> AsyncIterator[Check]:
        for body in directories:
            for check in directory_checks(directory_facts(body)):
                yield check
        accesses = await attempt("GroupAccesses", self.cluster.list_accesses())
        if isinstance(accesses, NotChecked):
            yield accesses
            return
        for check in mapping_checks(mapping_facts(accesses.value)):
            yield check


def _settings_checks(settings: ApiServerSettings) -> Iterator[Check]:
    if isinstance(settings.accepted, NotChecked):
        yield settings.accepted
    yield from differing_servers(settings.differences)
    for each in settings.authenticators or ():
        fact = f"kube-apiserver ({each.where}) accepts {each.issuer}"
        yield PassedCheck(Category.CLUSTER, fact)


def _only_from_here(failure: Failure, directory: Directory) -> bool:
    """Tell whether a failure says only whom this command trusts, or what it reaches.

    The operator says itself whether it reaches a declared realm; for a typed one nobody else does.
    """
    declared = directory.name not in {TYPED, UNDECLARED}
    unreachable = declared and failure.reason is Reason.KEYCLOAK_UNAVAILABLE
    return unreachable or failure.reason is Reason.CERTIFICATE_NOT_TRUSTED


def in_order(checks: Iterable[Check]) -> Iterator[tuple[Category, list[Finding | PassedCheck]]]:
    """Yield the checks that were made, by category in the order of a login."""
    made = [check for check in checks if not isinstance(check, NotChecked)]
    for category in Category:
        if chosen := [check for check in made if check.category is category]:
            yield category, chosen
