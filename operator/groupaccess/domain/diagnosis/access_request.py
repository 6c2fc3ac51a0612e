"""What somebody wants to do, as kube-apiserver is asked about it."""

import re
from dataclasses import dataclass, replace

from groupaccess.domain.diagnosis.api_resource import ApiResource

FORBIDDEN = re.compile(
    r'(?P<resource>[\w.-]+?)(?:/(?P<subresource>[\w-]+))?(?: "(?P<name>[^"]*)")? is forbidden: '
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\w+) resource "(?P<what>[^"]+)" in API group '
    r'"(?P<group>[^"]*)"(?: in the namespace "(?P<namespace>[^"]*)")?'
)


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A verb on a resource; `namespace` is "" for all namespaces, or for what has none.

    `group` is the API group, "" for the core one; `name` is "" for all objects.
    """

    verb: str
    resource: str
    group: str = ""
    subresource: str = ""
    name: str = ""
    namespace: str = ""

    def __str__(self) -> str:
        what = "/".join(filter(None, (self.resource, self.subresource, self.name)))
        where = f" in {self.namespace}" if self.namespace else ""
        return f"{self.verb} {what}{where}"

    def of(self, resource: ApiResource, namespace: str) -> "AccessRequest":
        """Return the same request for a resource; the namespace counts if it is in one."""
        where = namespace if resource.namespaced else ""
        return replace(self, resource=resource.plural, group=resource.group, namespace=where)

    def in_namespace(self, namespace: str) -> "AccessRequest":
        """Return the same request in one namespace."""
        return replace(self, namespace=namespace)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a SubjectAccessReview says; `reason` is the authorizer's own, never to be parsed."""

    allowed: bool
    reason: str = ""


def read_forbidden(text: str) -> tuple[str, AccessRequest] | None:
    """Return the user and the request of a pasted 403, None if there is none in it.

    The text is that of kube-apiserver, as kubectl, Headlamp and Argo CD show it.
    """
    match = FORBIDDEN.search(" ".join(text.split()))
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
