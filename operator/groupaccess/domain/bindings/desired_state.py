"""The desired state of one GroupAccess, and how the content of a binding is rendered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from functools import cached_property

from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.access.namespace_scope import Placement
from groupaccess.domain.binding import (
    ANNOTATION_DOMAIN,
    Annotation,
    BindingContent,
    BindingKey,
    BindingName,
    DesiredBinding,
    Owner,
    RoleRef,
    Subject,
)


@dataclass(frozen=True)
class DesiredState:
    """The desired state: exactly these `bindings`, and those in `preserved` unchanged.

    A binding of the object that is in neither is no longer declared. `placements` says for each
    mapping, by name, where it needs a binding.
    """

    bindings: tuple[DesiredBinding, ...] = ()
    preserved: frozenset[BindingKey] = frozenset()
    placements: Mapping[str, Placement] = field(default_factory=dict)

    @cached_property
    def contents(self) -> dict[BindingKey, BindingContent]:
        """Return the desired content of each of `bindings`."""
        return {want.key: want.content for want in self.bindings}


def render_content(
    access: Access,
    role: RoleRef,
    subjects: Iterable[Subject],
    annotations: Mapping[str, str | None],
) -> BindingContent:
    """Return the content of a binding of the object.

    The names of `annotations` are without a domain; those with the value None are left out.
    """
    named = ((ANNOTATION_DOMAIN + name, text) for name, text in annotations.items())
    return BindingContent(
        role=role,
        subjects=tuple(sorted(subjects)),
        owners=(Owner(access.uid, access.name),),
        annotations=tuple(sorted((name, text) for name, text in named if text is not None)),
    )


def declared_annotations(mapping: AccessMapping) -> dict[str, str | None]:
    """Return `DECLARED_ANNOTATIONS` of a mapping by their names, None for what is not declared."""
    end = mapping.expires_at
    text = end.astimezone(UTC).isoformat().replace("+00:00", "Z") if end else None
    return {Annotation.EXPIRES_AT: text}


def role_in_name(key: BindingKey) -> RoleRef:
    """Return the ClusterRole that a reserved name contains."""
    name = BindingName.parse(key.name)
    return RoleRef("ClusterRole", name.cluster_role if name else "")
