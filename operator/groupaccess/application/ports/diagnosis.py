"""What `groupaccess why` and `groupaccess doctor` need from Kubernetes and from Keycloak."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from groupaccess.api import v1alpha1 as api
from groupaccess.domain.access.namespace_scope import NamespacesByName
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.binding import Binding
from groupaccess.domain.diagnosis.access_request import AccessRequest, Decision
from groupaccess.domain.diagnosis.api_resource import ApiResource
from groupaccess.domain.diagnosis.authenticator import Arguments
from groupaccess.domain.diagnosis.installation_rules import LeaseFacts, PolicyFacts
from groupaccess.domain.diagnosis.login_facts import RealmDiscovery


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """kube-apiserver's version, and how far its clock is ahead of this machine's."""

    version: str
    ahead: timedelta | None = None


class DiagnosisCluster(Protocol):
    """Kubernetes, with the rights of the person who runs the command; nothing is written.

    Every method raises NotAllowedError, whose text names the right that is missing, and
    TransientError when the API server is not reached or cannot answer now. AnonymousError tells
    that it was refused to nobody: something in between took the credentials away.
    """

    async def list_directories(self) -> Sequence[api.KeycloakDirectory]:
        """List the KeycloakDirectories; none when the API server does not serve the kind."""

    async def list_accesses(self) -> Sequence[api.GroupAccess]:
        """List the GroupAccesses; none when the API server does not serve the kind."""

    async def list_bindings(self) -> Sequence[Binding]:
        """List the bindings of both kinds in the whole cluster."""

    async def list_namespaces(self) -> NamespacesByName:
        """List the namespaces with their labels."""

    async def list_resources(self) -> Sequence[ApiResource]:
        """List what the API server serves, in its own order: the core group comes first."""

    async def list_arguments(self) -> Sequence[Arguments]:
        """Return the arguments of each kube-apiserver that a pod or a node shows, sorted."""

    async def review_token(self, token: str) -> TokenReviewResult:
        """Return what kube-apiserver reads from a token; no error contains the token."""

    async def whoami(self) -> TokenReviewResult:
        """Return what kube-apiserver reads from the caller's own credentials."""

    async def decide_own(self, request: AccessRequest) -> Decision:
        """Return whether kube-apiserver lets the caller make a request."""

    async def decide(self, user: str, groups: Sequence[str], request: AccessRequest) -> Decision:
        """Return whether kube-apiserver lets a user with these groups make a request.

        `groups` are as kube-apiserver reads them; `system:authenticated` is added, as it does. An
        empty `user` is one whose name is not known: nothing is bound to it.
        """


class InstallationReader(Protocol):
    """What `groupaccess doctor` needs of kube-apiserver beside the objects and reviews.

    Every method raises NotAllowedError and TransientError as DiagnosisCluster does.
    """

    async def read_server(self) -> ServerFacts:
        """Return what kube-apiserver says of itself."""

    async def read_schemas(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the OpenAPI schema of each kind of groupaccess.io, by its name."""

    async def list_leases(self) -> Sequence[LeaseFacts]:
        """List the Leases of operators in all namespaces."""

    async def list_policies(self) -> Sequence[PolicyFacts]:
        """List the chart's ValidatingAdmissionPolicies, sorted by name."""


class DiscoveryReader(Protocol):
    """Reads a realm's OpenID configuration, which needs no login."""

    async def discover(self, issuer: str) -> RealmDiscovery:
        """Return what the realm at this issuer says of itself.

        Raise RejectedError with the reason: not reached, certificate, no such realm, not Keycloak.
        """
