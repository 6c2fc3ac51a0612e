"""Bindings that somebody made by hand or by another tool, and what can be adopted of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from groupaccess.domain.adoption.managing_tools import ManagingTool, find_managing_tool
from groupaccess.domain.binding import NAME_PREFIX, SYSTEM_PREFIX, Binding, RoleRef, Subject

BOOTSTRAPPING = ("kubernetes.io/bootstrapping", "rbac-defaults")
KUBEADM = "kubeadm:"  # groups of kubeadm's client certificates
NAME_LIMIT, ROLE_LIMIT = 1024, 253  # as in the API
PRINCIPAL = re.compile(r"[a-z0-9]+(_[a-z]+)?://")  # keycloakoidc_group://SRE, local://u-abc
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class CandidateBinding:
    """A binding as it stands, with what tells who made it.

    `owners` are its owner references as kind and name.
    """

    binding: Binding
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    owners: tuple[tuple[str, str], ...] = ()

    @property
    def adoptable(self) -> bool:
        """Tell whether a person made it for a group: neither Kubernetes nor ourselves did."""
        name = self.binding.key.name
        ours = name.startswith(f"{NAME_PREFIX}:")
        kubernetes = (
            name.startswith(SYSTEM_PREFIX) or self.labels.get(BOOTSTRAPPING[0]) == BOOTSTRAPPING[1]
        )
        return not ours and not kubernetes and bool(self.binding.content.groups)

    @property
    def managing_tool(self) -> ManagingTool | None:
        """Return which tool made it and would make it again, None when nothing tells of one."""
        return find_managing_tool(self.binding.key.name, self.labels, self.annotations, self.owners)


@dataclass(frozen=True, slots=True)
class BindingFilter:
    """Which bindings are meant: those of these roles and subjects. An empty set means all."""

    roles: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()

    def matches(self, result: CandidateBinding) -> bool:
        """Tell whether a binding is meant."""
        content = result.binding.content
        return (
            result.adoptable
            and (not self.roles or content.role.name in self.roles)
            and (not self.subjects or not self.subjects.isdisjoint(content.groups))
        )

    def matches_subject(self, subject: Subject) -> bool:
        """Tell whether a subject of such a binding is meant; those of another kind always are."""
        return subject.kind != "Group" or not self.subjects or subject.name in self.subjects


def unsupported_role(role: RoleRef) -> str | None:
    """Say why a role cannot be given by a GroupAccess, None when it can."""
    if role.kind != "ClusterRole":
        return (
            f'it gives the {role.kind} "{role.name}": a GroupAccess gives ClusterRoles only; make '
            "one with the same rules, or keep this binding"
        )
    if len(role.name) > ROLE_LIMIT or CONTROL.search(role.name):
        return f'its ClusterRole "{role.name}" has a name that a GroupAccess cannot hold'
    return None


def unsupported_subject(subject: Subject, prefix: str) -> str | None:
    """Say why a GroupAccess cannot name a subject, None when it can.

    `prefix` is kube-apiserver's --oidc-groups-prefix: a group without it is none of Keycloak's.
    """
    who = f'{subject.kind} "{_full_name(subject)}"'
    if subject.kind != "Group":
        return f"{who}: a GroupAccess gives roles to groups only"
    why = next(_unsupported_group(subject.name, prefix), None)
    return None if why is None else f"{who}: {why}"


def _full_name(subject: Subject) -> str:
    return f"{subject.namespace}/{subject.name}" if subject.namespace else subject.name


def _unsupported_group(name: str, prefix: str) -> Iterator[str]:
    group = name.removeprefix(prefix)
    if name.startswith(SYSTEM_PREFIX) or group.startswith(SYSTEM_PREFIX):
        yield "Kubernetes keeps such names for itself"
    if name.startswith(KUBEADM):
        yield "it comes from kubeadm's client certificates, not from Keycloak"
    if PRINCIPAL.match(name):
        yield (
            "this is Rancher's own name for it, which only requests through Rancher carry and no "
            "token does; for those who come with a token, add a mapping that names the group as "
            "Keycloak has it"
        )
    if not name.startswith(prefix):
        yield f'without the prefix "{prefix}" it cannot come from Keycloak'
    if not 0 < len(group) <= NAME_LIMIT or CONTROL.search(group):
        yield "a GroupAccess cannot hold this as a group's name"
    if group.endswith("/") or "//" in group or re.search(r"^/(.*/)?\.\.?(/|$)", group):
        yield "this is neither the path nor the name of a group"
