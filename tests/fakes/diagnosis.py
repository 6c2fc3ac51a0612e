"""A cluster and a realm as `groupaccess doctor` sees them; what is missing is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from groupaccess.api import v1alpha1 as api
from groupaccess.api.crd.generate import KINDS, crd_schema
from groupaccess.application.ports.diagnosis import ServerFacts
from groupaccess.application.ports.errors import AnonymousError, NotAllowedError, RejectedError
from groupaccess.domain.access.namespace_scope import NamespacesByName
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.binding import Binding
from groupaccess.domain.diagnosis.access_request import AccessRequest, Decision
from groupaccess.domain.diagnosis.api_resource import ApiResource
from groupaccess.domain.diagnosis.authenticator import Arguments
from groupaccess.domain.diagnosis.installation_rules import LeaseFacts, PolicyFacts
from groupaccess.domain.diagnosis.login_facts import RealmDiscovery
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason


@dataclass
class FakeDiagnosisCluster:
    """Answers from its fields.

    `forbidden` are the names of the methods that lack a right, `rights` what each of them needs.
    To an `anonymous` caller all is refused. `allowed` holds for everybody, or only for
    `allowed_groups`; `reason` is why. Any token is read as `review`, or only `tokens` are.
    """

    directories: Sequence[api.KeycloakDirectory] = ()
    accesses: Sequence[api.GroupAccess] = ()
    bindings: Sequence[Binding] = ()
    namespaces: NamespacesByName = field(default_factory=dict)
    resources: Sequence[ApiResource] = (
        ApiResource("pods", "", "pod", "Pod", short_names=("po",), subresources=frozenset({"log"})),
        ApiResource("nodes", "", "node", "Node", namespaced=False, short_names=("no",)),
        ApiResource("deployments", "apps", "deployment", "Deployment", short_names=("deploy",)),
    )
    arguments: Sequence[Arguments] = ()
    review: TokenReviewResult = field(default_factory=TokenReviewResult)
    user: TokenReviewResult = field(default_factory=TokenReviewResult)
    allowed: frozenset[AccessRequest] = frozenset()
    forbidden: frozenset[str] = frozenset()
    asked: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    allowed_groups: frozenset[str] | None = None
    reason: str = "RBAC: allowed by a binding"
    tokens: dict[str, TokenReviewResult] | None = None
    rights: dict[str, str] = field(default_factory=dict)
    anonymous: bool = False

    async def list_directories(self) -> Sequence[api.KeycloakDirectory]:
        self._check("list_directories")
        return self.directories

    async def list_accesses(self) -> Sequence[api.GroupAccess]:
        self._check("list_accesses")
        return self.accesses

    async def list_bindings(self) -> Sequence[Binding]:
        self._check("list_bindings")
        return self.bindings

    async def list_namespaces(self) -> NamespacesByName:
        self._check("list_namespaces")
        return self.namespaces

    async def list_resources(self) -> Sequence[ApiResource]:
        self._check("list_resources")
        return self.resources

    async def list_arguments(self) -> Sequence[Arguments]:
        self._check("list_arguments")
        return self.arguments

    async def review_token(self, token: str) -> TokenReviewResult:
        self._check("review_token")
        assert token
        if self.tokens is None:
            return self.review
        return self.tokens.get(token, TokenReviewResult(error="not authenticated"))

    async def whoami(self) -> TokenReviewResult:
        self._check("whoami")
        return self.user

    async def decide_own(self, request: AccessRequest) -> Decision:
        self._check("decide_own")
        return self._decision(allowed=request in self.allowed)

    async def decide(self, user: str, groups: Sequence[str], request: AccessRequest) -> Decision:
        self._check("decide")
        self.asked.append((user, frozenset(groups)))
        bound = self.allowed_groups is None or self.allowed_groups.intersection(groups)
        return self._decision(allowed=bool(bound) and request in self.allowed)

    def _decision(self, *, allowed: bool) -> Decision:
        return Decision(allowed, self.reason if allowed else "")

    def _check(self, method: str) -> None:
        if self.anonymous:
            raise AnonymousError(f"nobody may {method}")
        if method in self.forbidden:
            raise NotAllowedError(f"you may not {self.rights.get(method, method)}")


@dataclass
class FakeDiscovery:
    """Answers for each issuer in `realms`; a Failure, or any other issuer, is refused."""

    realms: dict[str, RealmDiscovery | Failure] = field(default_factory=dict)

    async def discover(self, issuer: str) -> RealmDiscovery:
        away = Failure(Reason.KEYCLOAK_UNAVAILABLE, "nobody answers")
        found = self.realms.get(issuer, away)
        if isinstance(found, Failure):
            raise RejectedError(found)
        return found


@dataclass
class FakeInstallation:
    """An installation; `forbidden` are the methods that lack a right, and what each needs."""

    server: ServerFacts
    schemas: Mapping[str, Mapping[str, Any]]
    leases: Sequence[LeaseFacts] = ()
    policies: Sequence[PolicyFacts] = ()
    forbidden: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def sound(cls, now: datetime, **changes: Any) -> Self:
        """Return one at which nothing is wrong at this time."""
        minute = timedelta(minutes=1)
        sound: dict[str, Any] = {
            "server": ServerFacts("v1.37.2", timedelta()),
            "schemas": {kind.name: crd_schema(kind) for kind in KINDS},
            "leases": [LeaseFacts("groupaccess", "groupaccess-1", now + minute)],
            "policies": [PolicyFacts("groupaccess-bind-guard")],
        }
        return cls(**(sound | changes))

    async def read_server(self) -> ServerFacts:
        self._check("read_server")
        return self.server

    async def read_schemas(self) -> Mapping[str, Mapping[str, Any]]:
        self._check("read_schemas")
        return self.schemas

    async def list_leases(self) -> Sequence[LeaseFacts]:
        self._check("list_leases")
        return self.leases

    async def list_policies(self) -> Sequence[PolicyFacts]:
        self._check("list_policies")
        return self.policies

    def _check(self, method: str) -> None:
        if method in self.forbidden:
            raise NotAllowedError(f"you may not list {self.forbidden[method]}")
