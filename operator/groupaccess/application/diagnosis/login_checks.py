"""The checks of a login, from Keycloak to kube-apiserver."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from groupaccess.application.diagnosis.doctor_facts import LOG_IN, DoctorFacts
from groupaccess.application.diagnosis.fact import Fact, attempt
from groupaccess.application.ports.people import RealmClient
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.cluster_rules import certificate_checks
from groupaccess.domain.diagnosis.finding import (
    Category,
    Check,
    NotChecked,
    PassedCheck,
    SkippedCheck,
)
from groupaccess.domain.diagnosis.jwt import read_token
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login
from groupaccess.domain.diagnosis.login_facts import (
    TYPED,
    UNDECLARED,
    LoginFacts,
    RealmDiscovery,
    Token,
    nearest_directory,
)
from groupaccess.domain.diagnosis.program_rules import redirect_checks
from groupaccess.domain.diagnosis.realm_facts import client_not_found, token_without_groups
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason


async def check_certificate(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Tell how long the certificate at each issuer's address is good."""
    for issuer in sorted({directory.issuer for directory in await facts.directories()}):
        discovery = await facts.discovery(issuer)
        if isinstance(discovery, RealmDiscovery) and discovery.certificate_ends is not None:
            for check in certificate_checks(issuer, discovery.certificate_ends, facts.now):
                yield check


async def check_login(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Check the login with each client of each directory, and a person's token if there is one."""
    directories = await facts.directories()
    bodies = await facts.bodies()
    if not directories and isinstance(bodies, NotChecked):
        yield bodies
    elif not directories:
        how = "there is no KeycloakDirectory: give --issuer and --client-id"
        yield NotChecked("the login", how)
    shown = await _shown(facts)
    if isinstance(shown, NotChecked):
        yield shown
    token = read_token(facts.options.token) if facts.options.token else None
    review = shown if isinstance(shown, TokenReviewResult) else None
    meant = nearest_directory(directories, token) if token else None
    for directory in directories or ([meant] if meant else []):
        login = _Login(facts, directory, *((token, review) if directory is meant else ()))
        async for check in login.checks():
            yield check


async def _shown(facts: DoctorFacts) -> TokenReviewResult | NotChecked | None:
    if facts.options.token is None:
        return None
    what = "what kube-apiserver reads from the token"
    read = await attempt(what, facts.servers.cluster.review_token(facts.options.token))
    return read.value if isinstance(read, Fact) else read


@dataclass(frozen=True, slots=True)
class _Login:
    """The logins of one directory; `token` and its `review` are those of a person there."""

    facts: DoctorFacts
    directory: Directory
    token: Token | None = None
    review: TokenReviewResult | None = None

    async def checks(self) -> AsyncIterator[Check]:
        """Yield the checks of each client; what clients share is said once."""
        discovery: RealmDiscovery | Failure | None = await self.facts.discovery(
            self.directory.issuer
        )
        if isinstance(discovery, RealmDiscovery):
            yield PassedCheck(Category.KEYCLOAK, f"{self.directory.issuer} answers")
        elif discovery is not None and _only_from_here(discovery, self.directory):
            yield NotChecked(f"what {self.directory.issuer} says of itself", discovery.message)
            discovery = None
        seen = set[Check]()
        for client in self.directory.clients:
            async for check in self._client(client, discovery):
                if check not in seen:
                    yield check
                seen.add(check)
        if self.review is not None and not self.review.error:
            groups = ", ".join(self.review.groups) or "no group"
            user = f"kube-apiserver reads user {self.review.user} with {groups} from the token"
            yield PassedCheck(Category.API_SERVER, user)

    async def _client(
        self, client: LoginClient, discovery: RealmDiscovery | Failure | None
    ) -> AsyncIterator[Check]:
        settings = await self.facts.settings()
        read = await self.facts.client(self.directory, client)
        async for check in self._read_client(client, read):
            yield check
        login = LoginFacts(
            self.facts.now,
            self.directory,
            client,
            discovery,
            client=read.client if isinstance(read, RealmClient) else None,
            token=self.token,
            authenticators=settings.authenticators,
            configuration=self.facts.options.configuration,
            review=self.review,
            algorithm=read.algorithm if isinstance(read, RealmClient) else "",
        )
        found = diagnose_login(login)
        for finding in found:
            yield finding
        for finding in token_without_groups(login, found):
            yield finding

    async def _read_client(
        self, client: LoginClient, read: RealmClient | NotChecked | None
    ) -> AsyncIterator[Check]:
        """Tell what Keycloak itself says of a client, as far as somebody logged in to ask it."""
        name = client.client_id
        if isinstance(read, NotChecked):
            yield read
        elif read is not None:
            yield PassedCheck(Category.CLIENT, f'realm {self.directory.realm} has client "{name}"')
            if read.redirect_uris is not None:
                program = self.facts.options.program
                for check in redirect_checks(name, read.redirect_uris, program):
                    yield check
        elif self.facts.servers.log_in is None:
            if self.directory.name in {TYPED, UNDECLARED}:  # else the operator reads it
                yield SkippedCheck(f'client "{name}" in Keycloak', LOG_IN)
        else:
            yield client_not_found(name, self.directory.realm)


def _only_from_here(failure: Failure, directory: Directory) -> bool:
    """Tell whether a failure says only whom this command trusts, or what it reaches.

    The operator says itself whether it reaches a declared realm; for a typed one nobody else does.
    """
    declared = directory.name not in {TYPED, UNDECLARED}
    unreachable = declared and failure.reason is Reason.KEYCLOAK_UNAVAILABLE
    return unreachable or failure.reason is Reason.CERTIFICATE_NOT_TRUSTED
