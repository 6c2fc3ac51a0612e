"""Where a mapping grants: in the whole cluster, or in namespaces selected by name and label."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace in the cluster. Kubernetes creates no objects in a `terminating` one."""

    labels: Mapping[str, str]
    terminating: bool = False


NamespacesByName = Mapping[str, Namespace]


class LabelOperator(StrEnum):
    """How a requirement compares, as in every Kubernetes label selector."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


@dataclass(frozen=True, slots=True)
class LabelRequirement:
    """One requirement of a label selector; as in Kubernetes, a missing label satisfies NotIn."""

    key: str
    operator: LabelOperator
    values: frozenset[str] = frozenset()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether `labels` satisfy the requirement."""
        match self.operator:
            case LabelOperator.IN:
                return labels.get(self.key) in self.values
            case LabelOperator.NOT_IN:
                return labels.get(self.key) not in self.values
            case LabelOperator.EXISTS:
                return self.key in labels
            case LabelOperator.DOES_NOT_EXIST:
                return self.key not in labels


@dataclass(frozen=True, slots=True)
class NamespaceScope:
    """The namespaces of a mapping: by name, by requirements that all must match, or by both.

    No requirements means that there is no selector, never "all namespaces": the API rejects an
    empty selector.
    """

    names: frozenset[str] = frozenset()
    requirements: tuple[LabelRequirement, ...] = ()

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Tell whether the selector matches a namespace with these labels."""
        return bool(self.requirements) and all(r.matches(labels) for r in self.requirements)


@dataclass(frozen=True, slots=True)
class Placement:
    """The namespaces in which a mapping needs a binding, each tuple sorted.

    The namespace "" means cluster-wide. In `terminating` namespaces nothing is written and no
    binding counts as missing. `missing` namespaces are declared by name and do not exist.
    """

    active: tuple[str, ...]
    terminating: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


CLUSTER_WIDE = Placement(active=("",))


def resolve_scope(scope: NamespaceScope | None, namespaces: NamespacesByName) -> Placement:
    """Resolve a scope against the existing namespaces; no scope means cluster-wide."""
    if scope is None:
        return CLUSTER_WIDE
    picked = sorted({*_named(scope, namespaces), *_selected(scope, namespaces)})
    return Placement(
        active=tuple(name for name in picked if not namespaces[name].terminating),
        terminating=tuple(name for name in picked if namespaces[name].terminating),
        missing=tuple(sorted(name for name in scope.names if name not in namespaces)),
    )


def _named(scope: NamespaceScope, namespaces: NamespacesByName) -> Iterator[str]:
    return (name for name in scope.names if name in namespaces)


def _selected(scope: NamespaceScope, namespaces: NamespacesByName) -> Iterator[str]:
    if not scope.requirements:
        return iter(())
    return (name for name, namespace in namespaces.items() if scope.selects(namespace.labels))
