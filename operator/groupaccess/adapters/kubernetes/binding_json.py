"""Converts bindings between Kubernetes' JSON and the domain's values."""

import sys
from typing import Any

from groupaccess.domain.binding import (
    MANAGED_BY,
    OWN_ANNOTATIONS,
    RBAC_GROUP,
    Binding,
    BindingContent,
    BindingKey,
    DesiredBinding,
    Owner,
    RoleRef,
    Subject,
)

ACCESS_API = "groupaccess.io/v1alpha1"


def read_binding(body: dict[str, Any]) -> Binding:
    """Read a ClusterRoleBinding or RoleBinding; repeated strings are interned."""
    metadata = body["metadata"]
    labels = metadata.get("labels") or {}
    annotations = metadata.get("annotations") or {}
    content = BindingContent(
        role=RoleRef(_intern(body["roleRef"]["kind"]), _intern(body["roleRef"]["name"])),
        subjects=tuple(sorted(_subject(subject) for subject in body.get("subjects") or ())),
        owners=tuple(sorted(_owner(owner) for owner in metadata.get("ownerReferences") or ())),
        annotations=tuple(
            sorted((_intern(k), _intern(v)) for k, v in annotations.items() if _is_ours(k))
        ),
        has_managed_by_label=labels.get(MANAGED_BY[0]) == MANAGED_BY[1],
    )
    key = BindingKey(_intern(metadata.get("namespace", "")), metadata["name"])
    return Binding(key, metadata["uid"], metadata["resourceVersion"], content)


def write_binding(desired: DesiredBinding, existing: Binding | None) -> dict[str, Any]:
    """Render the body of a server-side apply.

    The uid and resourceVersion of `existing` are preconditions: the API server writes over exactly
    that version, or answers 409. Without `existing` it creates the binding. blockOwnerDeletion is
    left out: with OwnerReferencesPermissionEnforcement it would need rights on the owner's
    finalizers.
    """
    content = desired.content
    metadata: dict[str, Any] = {
        "name": desired.key.name,
        "labels": dict([MANAGED_BY]),
        "annotations": dict(content.annotations),
        "ownerReferences": [
            {"apiVersion": ACCESS_API, "kind": "GroupAccess", "name": owner.name, "uid": owner.uid}
            for owner in content.owners
        ],
    }
    if desired.key.namespace:
        metadata["namespace"] = desired.key.namespace
    if existing is not None:
        metadata |= {"uid": existing.uid, "resourceVersion": existing.resource_version}
    return {
        "apiVersion": f"{RBAC_GROUP}/v1",
        "kind": "RoleBinding" if desired.key.namespace else "ClusterRoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": RBAC_GROUP, **content.role._asdict()},
        "subjects": [
            {"apiGroup": RBAC_GROUP, "kind": subject.kind, "name": subject.name}
            for subject in content.subjects
        ],
    }


def _subject(subject: dict[str, Any]) -> Subject:
    namespace = _intern(subject.get("namespace", ""))
    return Subject(_intern(subject["kind"]), _intern(subject["name"]), namespace)


def _owner(owner: dict[str, Any]) -> Owner:
    return Owner(owner["uid"], owner["name"])


def _is_ours(annotation: str) -> bool:
    return annotation in OWN_ANNOTATIONS


def _intern(text: str) -> str:
    return sys.intern(text)
