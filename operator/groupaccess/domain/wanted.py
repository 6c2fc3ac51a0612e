"""What should stand of one GroupAccess, and how one of its bindings is rendered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from functools import cached_property

from groupaccess.domain import model
from groupaccess.domain.bindings import (
    ANNOTATION_DOMAIN,
    BindingKey,
    Content,
    Desired,
    Owner,
    RoleRef,
    Subject,
)
from groupaccess.domain.namespaces import Places


@dataclass(frozen=True)
class Wanted:
    """What should stand: `bindings` exactly so, those in `kept` as they are.

    A binding of the object that is in neither is no longer declared. `places` says for each
    mapping by name where it is to stand.
    """

    bindings: tuple[Desired, ...] = ()
    kept: frozenset[BindingKey] = frozenset()
    places: Mapping[str, Places] = field(default_factory=dict)

    @cached_property
    def contents(self) -> dict[BindingKey, Content]:
        """Return what each of `bindings` is to say."""
        return {want.key: want.content for want in self.bindings}


def render(
    access: model.Access,
    mapping: model.Mapping,
    role: RoleRef,
    subjects: Iterable[Subject],
    annotations: Mapping[str, str],
) -> Content:
    """Return what a binding of the mapping says, with when it ends.

    The names of annotations are without a domain.
    """
    said = dict(annotations)
    if mapping.expires_at is not None:
        end = mapping.expires_at.astimezone(UTC)
        said["expires-at"] = end.isoformat().replace("+00:00", "Z")
    return Content(
        role=role,
        subjects=tuple(sorted(subjects)),
        owners=(Owner(access.uid, access.name),),
        annotations=tuple(sorted((ANNOTATION_DOMAIN + k, v) for k, v in said.items())),
    )
