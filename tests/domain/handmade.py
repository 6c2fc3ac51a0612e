"""Bindings as people and other tools make them, for the tests of adoption."""

from collections.abc import Mapping

from groupaccess.domain.adoption.candidates import CandidateBinding
from groupaccess.domain.binding import Binding, BindingContent, BindingKey, RoleRef, Subject


def group(name: str) -> Subject:
    return Subject("Group", name)


def account(name: str, namespace: str = "ci") -> Subject:
    return Subject("ServiceAccount", name, namespace)


def found(
    name: str,
    *subjects: Subject | str,
    role: str = "view",
    namespace: str = "",
    kind: str = "ClusterRole",
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    owners: tuple[tuple[str, str], ...] = (),
) -> CandidateBinding:
    """Return a binding; a subject that is only a text is a group."""
    who = (one if isinstance(one, Subject) else group(one) for one in subjects or ("SRE",))
    content = BindingContent(
        RoleRef(kind, role), tuple(sorted(who)), (), (), has_managed_by_label=False
    )
    key = BindingKey(namespace, name)
    return CandidateBinding(
        Binding(key, f"uid of {key}", "1", content), labels or {}, annotations or {}, owners
    )


def granted(
    mapping: str, *subjects: str, role: str = "view", namespace: str = "", access: str = "adopted"
) -> CandidateBinding:
    """Return a binding of ours that exists."""
    name = f"groupaccess:{access}:{mapping}:{role}"
    return found(name, *subjects, role=role, namespace=namespace)
