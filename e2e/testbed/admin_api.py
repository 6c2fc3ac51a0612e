"""The admin's own requests to the API server: what kubectl would do, without a process for each."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kubernetes.config import new_client_from_config
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import DynamicApiError
from kubernetes.dynamic.resource import Resource

RBAC = "rbac.authorization.k8s.io/v1"
ADMISSION = "admissionregistration.k8s.io/v1"
KINDS = {
    "ga": ("groupaccess.io/v1alpha1", "GroupAccess"),
    "kcd": ("groupaccess.io/v1alpha1", "KeycloakDirectory"),
    "clusterrolebinding": (RBAC, "ClusterRoleBinding"),
    "rolebinding": (RBAC, "RoleBinding"),
    "event": ("v1", "Event"),
    "namespace": ("v1", "Namespace"),
    "validatingadmissionpolicy": (ADMISSION, "ValidatingAdmissionPolicy"),
    "validatingwebhookconfiguration": (ADMISSION, "ValidatingWebhookConfiguration"),
}
"""What a test calls a kind that it reads: its apiVersion and its name."""
NOT_FOUND = 404
TOKEN_SECONDS = 24 * 3600
Body = Mapping[str, Any]


class RefusedError(Exception):
    """A request was refused, in these words; the HTTP status is None when a tool says so."""

    def __init__(self, words: str, status: int | None = None) -> None:
        """Say the words."""
        super().__init__(words)
        self.status = status


class AdminApi:
    """One connection to an API server, with all rights; each request may raise RefusedError.

    kubectl takes a fifth of a second of processor time for each request; this takes milliseconds.
    As with kubectl, a field that nobody knows is refused.
    """

    def __init__(self, kubeconfig: Path) -> None:
        """Connect as the kubeconfig says; what the server offers is kept beside it, in a file."""
        self._client = new_client_from_config(config_file=str(kubeconfig))
        kinds = kubeconfig.with_name("discovery.json")
        self._dynamic = DynamicClient(self._client, cache_file=str(kinds))

    def get(self, what: str, namespace: str | None = None) -> dict[str, Any]:
        """Return an object such as `ga/platform`."""
        kind, _, name = what.partition("/")
        return self._ask("get", self._path(*KINDS[kind], name, namespace))

    def list(self, kind: str, **selectors: str) -> list[dict[str, Any]]:
        """Return all objects of a kind, of all namespaces, or those that `selectors` choose."""
        items: list[dict[str, Any]]
        items = self._ask("get", self._resource(*KINDS[kind]).path(), **selectors)["items"]
        return items

    def create(self, body: Body, **options: str) -> dict[str, Any]:
        """Create an object; return what is stored."""
        namespace = body["metadata"].get("namespace")
        path = self._resource(body["apiVersion"], body["kind"]).path(namespace=namespace)
        return self._ask("post", path, dict(body), **options)

    def create_token(self, namespace: str, account: str, *audiences: str) -> str:
        """Return a token of an existing ServiceAccount, for whom say `audiences`."""
        spec = {"audiences": list(audiences), "expirationSeconds": TOKEN_SECONDS}
        request = {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": spec}
        path = f"{self._path('v1', 'ServiceAccount', account, namespace)}/token"
        return str(self._ask("post", path, request)["status"]["token"])

    def replace(self, body: Body) -> dict[str, Any]:
        """Replace an object as a whole, whatever it is now; return what is stored."""
        path = self._path_of(body)
        version = self._ask("get", path)["metadata"]["resourceVersion"]
        metadata = {**body["metadata"], "resourceVersion": version}
        return self._ask("put", path, {**body, "metadata": metadata})

    def apply(self, body: Body) -> dict[str, Any]:
        """Create an object or change it, by server-side apply; return what is stored."""
        # As text: YAML has no pair of escapes for one character, as the client would write it.
        change = json.dumps(body, ensure_ascii=False).encode()
        return self._patch(body, "apply-patch+yaml", change, force_conflicts=True)

    def merge(self, body: Body) -> dict[str, Any]:
        """Change the spec of an object by a JSON merge patch; return what is stored."""
        return self._patch(body, "merge-patch+json", {"spec": body["spec"]})

    def patch(self, body: Body) -> dict[str, Any]:
        """Replace the spec of an object by a JSON patch; return what is stored."""
        change = [{"op": "replace", "path": "/spec", "value": body["spec"]}]
        return self._patch(body, "json-patch+json", change)

    def annotate(self, what: str, key: str, value: str) -> None:
        """Set an annotation of an object such as `kcd/default`."""
        kind, _, name = what.partition("/")
        path = self._path(*KINDS[kind], name)
        change = {"metadata": {"annotations": {key: value}}}
        self._ask("patch", path, change, content_type="application/merge-patch+json")

    def delete(self, what: str, namespace: str | None = None) -> None:
        """Delete an object such as `ga/platform`, if it is there; do not wait for what it owns."""
        kind, _, name = what.partition("/")
        self.remove(*KINDS[kind], name, namespace)

    def remove(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> None:
        """Delete an object of any kind, if it is there."""
        try:
            self._ask("delete", self._path(api_version, kind, name, namespace))
        except RefusedError as error:
            if error.status != NOT_FOUND:
                raise

    def close(self) -> None:
        """End the connection."""
        self._client.rest_client.pool_manager.clear()

    def _patch(self, body: Body, format_: str, change: object, **options: bool) -> dict[str, Any]:
        content_type = f"application/{format_}"
        path = self._path_of(body)
        return self._ask("patch", path, change, content_type=content_type, **options)

    def _ask(
        self, method: str, path: str, body: object = None, **options: object
    ) -> dict[str, Any]:
        if method in ("post", "put", "patch"):
            options |= {"field_manager": "kubectl", "query_params": [("fieldValidation", "Strict")]}
        with _in_words():
            answer = self._dynamic.request(method, path, body, serialize=False, **options)
        said: dict[str, Any] = json.loads(answer.data)
        return said

    def _path_of(self, body: Body) -> str:
        metadata = body["metadata"]
        kind = body["apiVersion"], body["kind"]
        return self._path(*kind, metadata["name"], metadata.get("namespace"))

    def _path(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> str:
        """Return an object's path; names of RBAC may hold what an address reads otherwise."""
        resource = self._resource(api_version, kind)
        path: str = resource.path(name=quote(name, safe=""), namespace=namespace)
        return path

    def _resource(self, api_version: str, kind: str) -> Resource:
        resource: Resource = self._dynamic.resources.get(api_version=api_version, kind=kind)
        return resource


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except DynamicApiError as error:
        words = json.loads(error.body or "{}").get("message", "")
        raise RefusedError(words, error.status) from None
