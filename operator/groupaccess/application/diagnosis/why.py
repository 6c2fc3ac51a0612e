"""Why somebody may do something or not: asks kube-apiserver, and finds what grants it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from groupaccess.application.diagnosis.declared_facts import mapping_facts
from groupaccess.application.diagnosis.fact import Fact, attempt
from groupaccess.application.diagnosis.settings import ApiServerSettings, read_settings
from groupaccess.application.diagnosis.why_reading import with_reading
from groupaccess.application.ports.diagnosis import DiagnosisCluster
from groupaccess.application.state.declared_objects import read_declared_directory
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.binding import SYSTEM_PREFIX
from groupaccess.domain.diagnosis.access_facts import (
    ACCESSES,
    BINDINGS,
    DIRECTORIES,
    NAMESPACES,
    AccessFacts,
)
from groupaccess.domain.diagnosis.access_request import (
    AccessRequest,
    Decision,
    resolve_resource,
)
from groupaccess.domain.diagnosis.api_resource import find_resource
from groupaccess.domain.diagnosis.authenticator import Authenticator
from groupaccess.domain.diagnosis.explanation import (
    Explanation,
    explain_access,
    explain_rejection,
)
from groupaccess.domain.diagnosis.finding import NotChecked
from groupaccess.domain.diagnosis.jwt import read_token
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login
from groupaccess.domain.diagnosis.login_facts import LoginFacts, Token, nearest_directory
from groupaccess.domain.diagnosis.person import Person
from groupaccess.domain.diagnosis.realm_facts import without_echoes
from groupaccess.domain.tokens.claim_strings import claim_strings

SERVED = "what the API server serves"
MAX_NAMESPACES = 10  # in which the same is asked, when all at once are denied


@dataclass(frozen=True, slots=True)
class Why:
    """Answers for the caller, or for a user with these groups as kube-apiserver reads them.

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

    async def explain_own(self, request: AccessRequest) -> Explanation | NotChecked:
        """Explain whether the caller may make a request."""
        read = await attempt("who you are", self.cluster.whoami())
        if isinstance(read, NotChecked):
            return read
        decision = await attempt("whether you may do this", self.cluster.decide_own(request))
        if isinstance(decision, NotChecked):
            return decision
        answer = await self._explain(read.value, request, decision.value, own=True)
        return await self._with_reading(answer, read.value)

    async def explain(
        self, user: str, groups: Sequence[str], request: AccessRequest
    ) -> Explanation | NotChecked:
        """Explain whether a user may make a request."""
        what = f"whether {user} may do this"
        decision = await attempt(what, self.cluster.decide(user, groups, request))
        if isinstance(decision, NotChecked):
            return decision
        read = TokenReviewResult(tuple(groups), user=user)
        answer = await self._explain(read, request, decision.value)
        return await self._with_reading(answer, read)

    async def _with_reading(
        self, answer: Explanation | NotChecked, read: TokenReviewResult
    ) -> Explanation | NotChecked:
        if isinstance(answer, NotChecked) or not answer.findings:
            return answer
        settings = await self.read_settings()
        return await with_reading(answer, read, self.cluster, settings, self.now)

    async def explain_token(self, token: str, request: AccessRequest) -> Explanation | NotChecked:
        """Explain whether whoever sends this token may make a request.

        Raise NoTokenError if it is none.
        """
        review = await attempt("how kube-apiserver reads it", self.cluster.review_token(token))
        if isinstance(review, NotChecked):
            return review
        if review.value.error:
            return await self._rejected(token, review.value)
        decision = await attempt(
            "whether they may do this",
            self.cluster.decide(review.value.user, review.value.groups, request),
        )
        if isinstance(decision, NotChecked):
            return decision
        read = read_token(token)
        explained = await self._explain(review.value, request, decision.value, token=read)
        if isinstance(explained, NotChecked) or explained.allowed:
            return explained
        found = diagnose_login(await self._login(read, review.value))
        reads = any(not each.startswith(SYSTEM_PREFIX) for each in review.value.groups)
        findings = without_echoes(found, explained.findings, reads_groups=reads)
        return replace(explained, findings=tuple(findings))

    async def _rejected(self, token: str, review: TokenReviewResult) -> Explanation | NotChecked:
        """Explain a 401, by what kube-apiserver says and by what it was told."""
        login = await self._login(read_token(token), review)
        return explain_rejection(login) or NotChecked("why the token is rejected", review.error)

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

    async def _explain(
        self,
        read: TokenReviewResult,
        request: AccessRequest,
        decision: Decision,
        *,
        own: bool = False,
        token: Token | None = None,
    ) -> Explanation | NotChecked:
        subjects = frozenset(each for each in read.groups if not each.startswith(SYSTEM_PREFIX))
        facts = AccessFacts(self.now, Person(read.user, subjects), request, decision)
        known = await self.read_facts(facts, read, own=own)
        if token is not None:
            claim = nearest_directory(list(known.directories.values()), token).groups_claim
            carried = claim_strings(token.claims.get(claim)) or frozenset()
            known = replace(known, groups_claim=claim, token_groups=carried)
        return explain_access(known, token)

    async def read_facts(
        self, facts: AccessFacts, read: TokenReviewResult, *, own: bool = False
    ) -> AccessFacts:
        """Return the facts with all that may grant something, and how else it is allowed."""
        known, request = await self._read(facts), facts.request
        if facts.decision.allowed:
            return await self._without_groups(known, read)
        if request.namespace or not request.namespaced:
            return known
        return replace(known, allowed_in=await self._allowed_in(known, read, own=own))

    async def _without_groups(self, known: AccessFacts, read: TokenReviewResult) -> AccessFacts:
        """Ask whether it stays allowed when the bindings of the person's groups have ended.

        Where their user name is not known, nobody can tell what is bound to it.
        """
        if not read.user or not known.ends_of_bindings():
            return known
        groups = [each for each in read.groups if each not in known.person.subjects]
        call = self.cluster.decide(read.user, groups, known.request)
        decision = await attempt("whether something else allows it", call)
        still = decision.value.allowed if isinstance(decision, Fact) else None
        return replace(known, allowed_without_groups=still)

    async def _read(self, facts: AccessFacts) -> AccessFacts:
        """Read all that may grant something, and keep what could not be read."""
        bindings, accesses, namespaces, directories = await asyncio.gather(
            attempt(BINDINGS, self.cluster.list_bindings()),
            attempt(ACCESSES, self.cluster.list_accesses()),
            attempt(NAMESPACES, self.cluster.list_namespaces()),
            attempt(DIRECTORIES, self.cluster.list_directories()),
        )
        declared: dict[str, Directory] = {}
        if isinstance(directories, Fact):
            read = (read_declared_directory(body).directory for body in directories.value)
            declared = {directory.name: directory for directory in read}
        every = (bindings, accesses, namespaces, directories)
        return replace(
            facts,
            directories=declared,
            mappings=tuple(mapping_facts(accesses.value)) if isinstance(accesses, Fact) else (),
            bindings=tuple(bindings.value) if isinstance(bindings, Fact) else (),
            namespaces=namespaces.value if isinstance(namespaces, Fact) else {},
            not_read=tuple(each for each in every if isinstance(each, NotChecked)),
        )

    async def _allowed_in(
        self, facts: AccessFacts, read: TokenReviewResult, *, own: bool
    ) -> tuple[str, ...]:
        """Return in which namespaces the same is allowed, of those where a group is bound."""
        bound = {binding.key.namespace for binding in facts.bindings_for_person()}
        allowed = []
        for namespace in sorted(bound - {""})[:MAX_NAMESPACES]:
            request = facts.request.in_namespace(namespace)
            call = (
                self.cluster.decide_own(request)
                if own
                else self.cluster.decide(read.user, read.groups, request)
            )
            decision = await attempt(f"whether it is allowed in {namespace}", call)
            if isinstance(decision, Fact) and decision.value.allowed:
                allowed.append(namespace)
        return tuple(allowed)
