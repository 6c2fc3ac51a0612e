"""What somebody wants to do, as kube-apiserver is asked about it."""

import re
from dataclasses import dataclass, replace

from groupaccess.domain.diagnosis.api_resource import ApiResource

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
