"""Reads all that may grant somebody something, and asks kube-apiserver about a request."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from groupaccess.application.diagnosis.declared_facts import mapping_facts
from groupaccess.application.diagnosis.fact import Fact, attempt
from groupaccess.application.ports.diagnosis import DiagnosisCluster
from groupaccess.application.state.declared_objects import read_declared_directory
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.access_facts import (
    ACCESSES,
    BINDINGS,
    DIRECTORIES,
    NAMESPACES,
    OTHERS_REVIEW,
    OWN_REVIEW,
    AccessFacts,
    PersonFacts,
)
from groupaccess.domain.diagnosis.access_request import AccessRequest, Decision
from groupaccess.domain.diagnosis.finding import NotChecked

if TYPE_CHECKING:
    from groupaccess.domain.access.keycloak_directory import Directory

MAX_NAMESPACES = 10  # in which the same is asked, when all at once are denied
F = TypeVar("F", bound=PersonFacts)


@dataclass(frozen=True, slots=True)
class WhyFacts:
    """Adds to what is known of a person, with the rights of the caller.

    `read` is what kube-apiserver reads for the person, its own groups included. Without a request
    nothing is decided.
    """

    cluster: DiagnosisCluster

    async def of_own(
        self, facts: PersonFacts, read: TokenReviewResult, request: AccessRequest | None
    ) -> PersonFacts | NotChecked:
        """Return the facts of the caller."""
        if request is None:
            return await self._read(facts)
        decided = await attempt("whether you may do this", self.cluster.decide_own(request))
        if isinstance(decided, NotChecked):
            return decided
        asked = _with_request(facts, request, decided.value, OWN_REVIEW)
        return await self._complete(asked, read)

    async def of_another(
        self, facts: PersonFacts, read: TokenReviewResult, request: AccessRequest | None
    ) -> PersonFacts | NotChecked:
        """Return the facts of another person than the caller."""
        if request is None:
            return await self._read(facts)
        call = self.cluster.decide(read.user, read.groups, request)
        decided = await attempt(f"whether {facts.person.name} may do this", call)
        if isinstance(decided, NotChecked):
            return decided
        asked = _with_request(facts, request, decided.value, OTHERS_REVIEW)
        return await self._complete(asked, read)

    async def _complete(self, asked: AccessFacts, read: TokenReviewResult) -> AccessFacts:
        """Return the facts with all that may grant something, and how else it is allowed."""
        known, request = await self._read(asked), asked.request
        if known.decision.allowed:
            return await self._without_groups(known, read)
        if request.namespace or not request.namespaced:
            return known
        return replace(known, allowed_in=await self._allowed_in(known, read))

    async def _without_groups(self, known: AccessFacts, read: TokenReviewResult) -> AccessFacts:
        """Ask whether it stays allowed without the person's groups, if RBAC may do it by them."""
        if not known.decision.by_rbac or not known.groups_here():
            return known
        groups = [each for each in read.groups if each not in known.person.subjects]
        call = self.cluster.decide(read.user, groups, known.request)
        decision = await attempt("whether something else allows it", call)
        still = decision.value.allowed if isinstance(decision, Fact) else None
        return replace(known, allowed_without_groups=still)

    async def _read(self, facts: F) -> F:
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

    async def _allowed_in(self, facts: AccessFacts, read: TokenReviewResult) -> tuple[str, ...]:
        """Return in which namespaces the same is allowed, of those where something is bound."""
        bound = {binding.key.namespace for binding in facts.bindings_for_person()}
        allowed = []
        for namespace in sorted(bound - {""})[:MAX_NAMESPACES]:
            call = self._decide_in(namespace, facts, read)
            decision = await attempt(f"whether it is allowed in {namespace}", call)
            if isinstance(decision, Fact) and decision.value.allowed:
                allowed.append(namespace)
        return tuple(allowed)

    def _decide_in(
        self, namespace: str, facts: AccessFacts, read: TokenReviewResult
    ) -> Awaitable[Decision]:
        request = facts.request.in_namespace(namespace)
        if facts.review == OWN_REVIEW:
            return self.cluster.decide_own(request)
        return self.cluster.decide(read.user, read.groups, request)


def _with_request(
    facts: PersonFacts, request: AccessRequest, decision: Decision, review: str
) -> AccessFacts:
    return AccessFacts(
        facts.now,
        facts.person,
        facts.source,
        token=facts.token,
        token_groups=facts.token_groups,
        groups_claim=facts.groups_claim,
        request=request,
        decision=decision,
        review=review,
    )
