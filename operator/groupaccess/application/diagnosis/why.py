"""Why somebody may do something or not: asks kube-apiserver, and finds what grants it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from groupaccess.application.diagnosis.fact import Fact, attempt
from groupaccess.application.diagnosis.settings import ApiServerSettings, read_settings
from groupaccess.application.diagnosis.why_facts import WhyFacts
from groupaccess.application.diagnosis.why_reading import with_reading
from groupaccess.application.ports.diagnosis import DiagnosisCluster
from groupaccess.application.state.declared_objects import read_declared_directory
from groupaccess.domain.access.keycloak_directory import LoginClient
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.binding import SYSTEM_PREFIX
from groupaccess.domain.diagnosis.access_facts import DIRECTORIES, PersonFacts
from groupaccess.domain.diagnosis.access_request import AccessRequest, resolve_resource
from groupaccess.domain.diagnosis.api_resource import find_resource
from groupaccess.domain.diagnosis.authenticator import Authenticator
from groupaccess.domain.diagnosis.chain import token_step
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import NotChecked
from groupaccess.domain.diagnosis.identity_explanation import explain_facts
from groupaccess.domain.diagnosis.jwt import read_token
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login
from groupaccess.domain.diagnosis.login_facts import LoginFacts, Token, nearest_directory
from groupaccess.domain.diagnosis.person import Person
from groupaccess.domain.diagnosis.realm_facts import without_echoes
from groupaccess.domain.diagnosis.rejection import explain_rejection
from groupaccess.domain.tokens.claim_strings import claim_strings

SERVED = "what the API server serves"


@dataclass(frozen=True, slots=True)
class Why:
    """Answers for the caller, or for a user with these groups as kube-apiserver reads them.

    Without a request the answer is who somebody is, and what is bound for them.

    `told` is what a person knows of kube-apiserver's settings, from the file that `configuration`
    names; else the cluster may show them.
    """

    cluster: DiagnosisCluster
    now: datetime
    told: tuple[Authenticator, ...] | None = None
    configuration: str = ""

    async def read_settings(self) -> ApiServerSettings:
        """Return what kube-apiserver was told of tokens."""
        return (await read_settings(self.cluster)).with_file(self.told)

    async def resolve(self, request: AccessRequest, namespace: str) -> AccessRequest | NotChecked:
        """Return a request for the resource that kubectl takes for its word, in this namespace."""
        if request.path:
            return request
        served = await attempt(SERVED, self.cluster.list_resources())
        if isinstance(served, NotChecked):
            return served
        return resolve_resource(request, namespace, served.value)

    async def with_scope(self, request: AccessRequest) -> AccessRequest:
        """Return the request of an error, and whether its resource is in namespaces at all."""
        served = await attempt(SERVED, self.cluster.list_resources())
        listed = served.value if isinstance(served, Fact) else ()
        resource = find_resource(request.resource, request.group, listed)
        return replace(request, namespaced=resource is not None and resource.namespaced)

    async def explain_own(self, request: AccessRequest | None) -> Explanation | NotChecked:
        """Explain whether the caller may make a request."""
        read = await attempt("who you are", self.cluster.whoami())
        if isinstance(read, NotChecked):
            return read
        person = self._person(read.value, "SelfSubjectReview, now")
        facts = await self.facts.of_own(person, read.value, request)
        return await self._explain(facts, read.value)

    async def explain(
        self, user: str, groups: Sequence[str], request: AccessRequest | None
    ) -> Explanation | NotChecked:
        """Explain whether a user may make a request."""
        read = TokenReviewResult(tuple(groups), user=user)
        facts = await self.facts.of_another(self._person(read, "as you say"), read, request)
        return await self._explain(facts, read)

    async def _explain(
        self, facts: PersonFacts | NotChecked, read: TokenReviewResult
    ) -> Explanation | NotChecked:
        """Explain the access of a person whose token nobody has."""
        if isinstance(facts, NotChecked):
            return facts
        answer = explain_facts(facts)
        if not answer.findings:
            return answer
        settings = await self.read_settings()
        return await with_reading(answer, read, self.cluster, settings, self.now)

    async def explain_token(
        self, token: str, request: AccessRequest | None
    ) -> Explanation | NotChecked:
        """Explain whether whoever sends this token may make a request.

        Raise NoTokenError if it is none.
        """
        review = await attempt("how kube-apiserver reads it", self.cluster.review_token(token))
        if isinstance(review, NotChecked):
            return review
        read = read_token(token)
        if review.value.error:
            login = await self._login(read, review.value)
            why = NotChecked("why the token is rejected", review.value.error)
            return explain_rejection(login) or why
        person = replace(self._person(review.value, "TokenReview, now"), token=read)
        facts = await self.facts.of_another(person, review.value, request)
        if isinstance(facts, NotChecked):
            return facts
        return await self._explain_token(_with_claim(facts, read), read, review.value)

    async def _explain_token(
        self, facts: PersonFacts, read: Token, review: TokenReviewResult
    ) -> Explanation:
        carried = token_step(read, facts.groups_claim, facts.token_groups)
        explained = explain_facts(facts, (carried,))
        if explained.allowed:
            return explained
        found = diagnose_login(await self._login(read, review))
        reads = bool(facts.person.subjects)
        findings = without_echoes(found, explained.findings, reads_groups=reads)
        return replace(explained, findings=tuple(findings))

    async def _login(self, read: Token, review: TokenReviewResult) -> LoginFacts:
        """Return what is known of the login that a token comes from."""
        directories = await attempt(DIRECTORIES, self.cluster.list_directories())
        declared = directories.value if isinstance(directories, Fact) else ()
        known = [read_declared_directory(body).directory for body in declared]
        settings = await self.read_settings()
        return LoginFacts(
            self.now,
            nearest_directory(known, read),
            LoginClient(read.client_id, id_token=read.is_id_token, scopes=()),
            token=read,
            authenticators=settings.authenticators,
            differences=settings.differences,
            configuration=self.configuration,
            review=review,
        )

    @property
    def facts(self) -> WhyFacts:
        """Return what reads all that may grant something."""
        return WhyFacts(self.cluster)

    def _person(self, read: TokenReviewResult, source: str) -> PersonFacts:
        subjects = frozenset(each for each in read.groups if not each.startswith(SYSTEM_PREFIX))
        return PersonFacts(self.now, Person(read.user, subjects, user=read.user), source)


def _with_claim(facts: PersonFacts, token: Token) -> PersonFacts:
    """Return the facts with what the token carries where its directory says."""
    claim = nearest_directory(list(facts.directories.values()), token).groups_claim
    carried = claim_strings(token.claims.get(claim)) or frozenset()
    return replace(facts, groups_claim=claim, token_groups=carried)
