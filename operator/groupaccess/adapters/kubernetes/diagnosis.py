"""The port `DiagnosisCluster`, with the rights of the person who runs the command."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from groupaccess.adapters.kubernetes.api_discovery import read_group
from groupaccess.adapters.kubernetes.binding_json import read_binding
from groupaccess.adapters.kubernetes.client import ApiError, KubernetesClient, path
from groupaccess.adapters.kubernetes.cluster import OWN_API, PLURALS
from groupaccess.adapters.kubernetes.errors import FORBIDDEN
from groupaccess.adapters.kubernetes.reflector import METADATA
from groupaccess.api import v1alpha1 as api
from groupaccess.application.ports.errors import AnonymousError, NotAllowedError, TransientError
from groupaccess.domain.access.namespace_scope import Namespace, NamespacesByName
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.binding import RBAC_GROUP, Binding
from groupaccess.domain.diagnosis.access_request import AccessRequest, Decision
from groupaccess.domain.diagnosis.api_resource import ApiResource
from groupaccess.domain.diagnosis.authenticator import Arguments, Distribution, node_arguments
from groupaccess.domain.diagnosis.lost_token import ANONYMOUS

UNAUTHORIZED, NOT_FOUND = 401, 404
RBAC = ("apis", RBAC_GROUP, "v1")
T = TypeVar("T")
AUTHENTICATION, AUTHORIZATION = "authentication.k8s.io/v1", "authorization.k8s.io/v1"
AUTHENTICATED = "system:authenticated"
DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
CREDENTIAL_ID = "authentication.kubernetes.io/credential-id"  # Kubernetes 1.32
LISTS = METADATA.format(list="List")
# The labels of kube-apiserver's pods, by who starts them.
POD_LABELS = {
    Distribution.KUBEADM: "component=kube-apiserver",
    Distribution.KOPS: "k8s-app=kube-apiserver",
}
NODE_ANNOTATIONS = {
    Distribution.K3S: "k3s.io/node-args",
    Distribution.RKE2: "rke2.io/node-args",
}


@dataclass(frozen=True)
class KubernetesDiagnosisCluster:
    """Reads from a real API server."""

    client: KubernetesClient

    async def list_directories(self) -> Sequence[api.KeycloakDirectory]:
        """List the KeycloakDirectories; see the port."""
        bodies = await self._list("keycloakdirectories", (*OWN_API, PLURALS["KeycloakDirectory"]))
        return [_read(api.KeycloakDirectory.read, body) for body in bodies]

    async def list_accesses(self) -> Sequence[api.GroupAccess]:
        """List the GroupAccesses; see the port."""
        bodies = await self._list("groupaccesses", (*OWN_API, PLURALS["GroupAccess"]))
        return [_read(api.GroupAccess.read, body) for body in bodies]

    async def list_bindings(self) -> Sequence[Binding]:
        """List the bindings; see the port."""
        return [
            read_binding(body)
            for plural in ("clusterrolebindings", "rolebindings")
            for body in await self._list(plural, (*RBAC, plural))
        ]

    async def list_namespaces(self) -> NamespacesByName:
        """List the namespaces; see the port."""
        bodies = await self._list("namespaces", ("api", "v1", "namespaces"), accept=LISTS)
        return {body["metadata"]["name"]: _namespace(body["metadata"]) for body in bodies}

    async def list_resources(self) -> Sequence[ApiResource]:
        """List what is served; see the port."""
        return [each for root in ("api", "apis") for each in await self._discover(root)]

    async def list_arguments(self) -> Sequence[Arguments]:
        """Return kube-apiserver's arguments; see the port.

        RKE2 starts it in a pod with kubeadm's label, too: its nodes tell which one it is.
        """
        nodes = [
            each
            for body in await self._list("nodes", ("api", "v1", "nodes"), accept=LISTS)
            for each in _of_node(body["metadata"])
        ]
        return sorted(nodes or await self._list_pods(), key=lambda each: (each.where, each.argv))

    async def review_token(self, token: str) -> TokenReviewResult:
        """Send a TokenReview; see the port."""
        answer = await self._create(AUTHENTICATION, "TokenReview", {"token": token}, secret=token)
        status = answer.get("status") or {}
        if status.get("authenticated"):
            return _user(status.get("user") or {})
        error = str(status.get("error") or "not authenticated")
        return TokenReviewResult(error=error.replace(token, "***"))

    async def whoami(self) -> TokenReviewResult:
        """Send a SelfSubjectReview; see the port."""
        answer = await self._create(AUTHENTICATION, "SelfSubjectReview", None)
        return _user((answer.get("status") or {}).get("userInfo") or {})

    async def decide_own(self, request: AccessRequest) -> Decision:
        """Send a SelfSubjectAccessReview; see the port."""
        return await self._decide("SelfSubjectAccessReview", {}, request)

    async def decide(self, user: str, groups: Sequence[str], request: AccessRequest) -> Decision:
        """Send a SubjectAccessReview; see the port."""
        who = {"user": user, "groups": sorted({*groups, AUTHENTICATED})}
        return await self._decide("SubjectAccessReview", who, request)

    async def _decide(self, kind: str, who: dict[str, Any], request: AccessRequest) -> Decision:
        answer = await self._create(AUTHORIZATION, kind, {**who, **_attributes(request)})
        status = answer.get("status") or {}
        return Decision(bool(status.get("allowed")), str(status.get("reason") or ""))

    async def _discover(self, root: str) -> list[ApiResource]:
        try:
            answer = await self.client.call("GET", path(root), accept=DISCOVERY)
        except ApiError as error:
            raise port_error(error, f"get /{root}") from error
        if answer.get("kind") != "APIGroupDiscoveryList":
            raise TransientError("it has no aggregated discovery, as Kubernetes 1.30 and newer has")
        return [resource for group in answer.get("items") or () for resource in read_group(group)]

    async def _list_pods(self) -> list[Arguments]:
        where = ("api", "v1", "namespaces", "kube-system", "pods")
        return [
            _of_pod(body, distribution)
            for distribution, label in POD_LABELS.items()
            for body in await self._list(
                "pods in kube-system", where, query=[("labelSelector", label)]
            )
        ]

    async def _list(
        self,
        what: str,
        segments: tuple[str, ...],
        *,
        accept: str = "application/json",
        query: Sequence[tuple[str, str]] = (),
    ) -> list[dict[str, Any]]:
        """List a collection; it is empty when the API server does not serve the kind."""
        try:
            answer = await self.client.call("GET", path(*segments, query=query), accept=accept)
        except ApiError as error:
            if error.code == NOT_FOUND:
                return []
            raise port_error(error, f"list {what}") from error
        return answer.get("items") or []

    async def _create(
        self, version: str, kind: str, spec: dict[str, Any] | None, *, secret: str = ""
    ) -> dict[str, Any]:
        """Create a review, which is answered and not kept."""
        body = {"apiVersion": version, "kind": kind} | ({"spec": spec} if spec else {})
        plural = f"{kind.lower()}s"
        try:
            return await self.client.call("POST", path("apis", *version.split("/"), plural), body)
        except ApiError as error:
            raise port_error(error, f"create {plural}", secret) from None


def _attributes(request: AccessRequest) -> dict[str, dict[str, str]]:
    """Return what a review asks about: a resource, or a path that is none."""
    if request.path:
        return {"nonResourceAttributes": {"verb": request.verb, "path": request.path}}
    attributes = {
        "verb": request.verb,
        "group": request.group,
        "resource": request.resource,
        "subresource": request.subresource,
        "name": request.name,
        "namespace": request.namespace,
    }
    return {"resourceAttributes": {name: text for name, text in attributes.items() if text}}


def _read(read: Callable[[dict[str, Any]], T], body: dict[str, Any]) -> T:
    """Read an object; one that this version cannot read ends the list, since a part would lie."""
    try:
        return read(body)
    except ValidationError as error:
        name = f"{body.get('kind', 'object')} {body['metadata']['name']}"
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise TransientError(f"this version cannot read {name}: {field}: {first['msg']}") from error


def port_error(
    error: ApiError, request: str, secret: str = ""
) -> NotAllowedError | AnonymousError | TransientError:
    """Return the error of the port; its text names the right that is missing."""
    said = error.message.replace(secret, "***") if secret else error.message
    if error.code == UNAUTHORIZED:
        return NotAllowedError(f"kube-apiserver does not accept your credentials (401): {said}")
    if error.code == FORBIDDEN and f'User "{ANONYMOUS}"' in said:
        return AnonymousError(f"nobody may {request}")
    if error.code == FORBIDDEN:
        return NotAllowedError(f"you may not {request}")
    return TransientError(f"kube-apiserver answers {error.code}: {said}")


def _user(user: dict[str, Any]) -> TokenReviewResult:
    ids = (user.get("extra") or {}).get(CREDENTIAL_ID) or ()
    return TokenReviewResult(
        tuple(user.get("groups") or ()),
        user=str(user.get("username", "")),
        by_certificate=any(str(each).startswith("X509SHA256=") for each in ids),
    )


def _namespace(metadata: dict[str, Any]) -> Namespace:
    return Namespace(metadata.get("labels") or {}, "deletionTimestamp" in metadata)


def _of_node(metadata: dict[str, Any]) -> Iterator[Arguments]:
    for distribution, name in NODE_ANNOTATIONS.items():
        text = (metadata.get("annotations") or {}).get(name)
        passed = node_arguments(_words(text)) if text else None
        if passed is not None:
            yield Arguments(f"node {metadata['name']}", passed, distribution)


def _words(text: str) -> list[str]:
    """Read a JSON list of strings; what is anything else shows nothing."""
    try:
        read = json.loads(text)
    except (RecursionError, ValueError):
        return []
    return [word for word in read if isinstance(word, str)] if isinstance(read, list) else []


def _of_pod(body: dict[str, Any], distribution: Distribution) -> Arguments:
    containers = (body.get("spec") or {}).get("containers") or ()
    argv = [
        word
        for container in containers
        for word in (*(container.get("command") or ()), *(container.get("args") or ()))
    ]
    where = f"pod kube-system/{body['metadata']['name']}"
    return Arguments(where, tuple(argv), distribution)
