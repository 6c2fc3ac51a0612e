"""What somebody wants to do, as kube-apiserver is asked about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from groupaccess.domain.diagnosis.api_resource import (
    UNSERVED,
    ApiResource,
    find_resource,
    similar_resources,
)
from groupaccess.domain.diagnosis.finding import NotChecked

# The verbs of RBAC's rules in Kubernetes' documentation; an API of somebody else may have more.
RESOURCE_VERBS = (
    *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"),
    *("use", "bind", "escalate", "impersonate", "approve", "sign", "attest", "*"),
)
RBAC_WORD = "RBAC:"  # in the reason of Kubernetes' RBAC authorizer
PATH_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "*")

FORBIDDEN = re.compile(
    r'(?<![\w.-])(?P<resource>[\w.-]+?)(?:/(?P<subresource>[\w-]+))?(?: "(?P<name>[^"]*)")? '
    r'is forbidden: User "(?P<user>[^"]*)" cannot (?P<verb>\w+) resource "(?P<what>[^"]+)" in API '
    r'group "(?P<group>[^"]*)"(?: in the namespace "(?P<namespace>[^"]*)")?'
)

FORBIDDEN_PATH = re.compile(
    r'forbidden: User "(?P<user>[^"]*)" cannot (?P<verb>\w+) path "(?P<path>[^"]*)"'
)


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A verb on a resource; `namespace` is "" for all namespaces, or for what has none.

    `group` is the API group, "" for the core one; `name` is "" for all objects. `path` takes the
    place of the resource where there is none, as in `get /metrics`. `namespaced` is False for what
    is in no namespace.
    """

    verb: str
    resource: str
    group: str = ""
    subresource: str = ""
    name: str = ""
    namespace: str = ""
    path: str = ""
    namespaced: bool = True

    @classmethod
    def for_path(cls, verb: str, path: str) -> "AccessRequest":
        """Return a request for a path that is no resource."""
        return cls(verb, "", path=path, namespaced=False)

    def __str__(self) -> str:
        what = self.path or "/".join(filter(None, (self.resource, self.subresource)))
        what += f' "{self.name}"' if self.name else ""
        where = f" in {self.namespace}" if self.namespace else ""
        return f"{self.verb} {what}{where}"

    @property
    def similar_verb(self) -> str | None:
        """Return the verb of which this one is a misspelling, None if it is none."""
        verbs = PATH_VERBS if self.path else RESOURCE_VERBS
        if self.verb in verbs:
            return None
        return next(iter(get_close_matches(self.verb.lower(), verbs, n=1, cutoff=0.65)), None)

    def of(self, resource: ApiResource, namespace: str) -> "AccessRequest":
        """Return the same request for a resource; the namespace counts if it is in one.

        A namespace is in itself: kube-apiserver asks so, and a RoleBinding there gives it. A name
        that is a subresource means that, as in `pods/log`.
        """
        meant = self
        if not self.subresource and self.name in resource.subresources:
            meant = replace(self, subresource=self.name, name="")
        own = resource.is_namespace and meant.name
        return replace(
            meant,
            resource=resource.plural,
            group=resource.group,
            namespace=namespace if resource.namespaced else own or "",
            namespaced=resource.namespaced,
        )

    def in_namespace(self, namespace: str) -> "AccessRequest":
        """Return the same request in one namespace."""
        return replace(self, namespace=namespace)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a SubjectAccessReview says; `reason` is the authorizer's own, never to be parsed."""

    allowed: bool
    reason: str = ""

    @property
    def by_rbac(self) -> bool:
        """Tell whether RBAC allows it: each of its reasons says so. Others may be empty."""
        return self.allowed and RBAC_WORD in self.reason


def resolve_resource(
    request: AccessRequest, namespace: str, served: Sequence[ApiResource]
) -> AccessRequest | NotChecked:
    """Return a request for the resource that kubectl takes for its word, or why there is none."""
    resource = find_resource(request.resource, request.group, served)
    if resource is None and request.resource in UNSERVED:
        return request.in_namespace(namespace)
    if resource is None:
        word = ".".join(filter(None, (request.resource, request.group)))
        similar = similar_resources(request.resource, served)
        hint = f": did you mean {' or '.join(similar)}?" if similar else ""
        return NotChecked(f'resource "{word}"', f"the API server lists none{hint}")
    known = resource.has_other_subresources or request.subresource in resource.subresources
    if request.subresource and not known:
        names = ", ".join(sorted(resource.subresources)) or "none"
        return NotChecked(f'subresource "{request.subresource}"', f"{resource.plural} has {names}")
    return request.of(resource, namespace)


def read_forbidden(text: str) -> tuple[str, AccessRequest] | None:
    """Return the user and the request of a pasted 403, None if there is none in it.

    The text is that of kube-apiserver, as kubectl, Headlamp and Argo CD show it, or the JSON of its
    Status.
    """
    line = " ".join(text.split()).replace('\\"', '"')
    path, match = FORBIDDEN_PATH.search(line), FORBIDDEN.search(line)
    if path is not None and (match is None or path.start() < match.start()):
        return path["user"], AccessRequest.for_path(path["verb"], path["path"])
    if match is None:
        return None
    resource, _, subresource = match["what"].partition("/")
    return match["user"], AccessRequest(
        match["verb"],
        resource,
        match["group"],
        subresource,
        match["name"] or "",
        match["namespace"] or "",
    )
