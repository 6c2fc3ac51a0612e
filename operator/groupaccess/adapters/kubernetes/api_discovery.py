"""Reads the API server's aggregated discovery (`apidiscovery.k8s.io/v2`, since Kubernetes 1.30)."""

from collections.abc import Iterator, Mapping
from typing import Any

from groupaccess.domain.diagnosis.api_resource import ApiResource


def read_group(group: Mapping[str, Any]) -> Iterator[ApiResource]:
    """Yield the resources of an API group, each of the first version that serves it."""
    name = str((group.get("metadata") or {}).get("name") or "")
    seen = set[str]()
    for version in group.get("versions") or ():
        for body in version.get("resources") or ():
            plural = body.get("resource")
            if plural and plural not in seen:
                seen.add(plural)
                yield _read(body, name)


def _read(body: Mapping[str, Any], group: str) -> ApiResource:
    return ApiResource(
        body["resource"],
        group,
        body.get("singularResource") or "",
        (body.get("responseKind") or {}).get("kind") or "",
        body.get("scope") == "Namespaced",
        tuple(body.get("shortNames") or ()),
        frozenset(each.get("subresource") or "" for each in body.get("subresources") or ()),
    )
