"""Bindings made by hand or by another tool, and what of them a GroupAccess can adopt."""

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
    """An existing binding, with the metadata that shows who made it.

    `owners` are its owner references as (kind, name) pairs.
    """

    binding: Binding
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    owners: tuple[tuple[str, str], ...] = ()

    @property
    def adoptable(self) -> bool:
        """Tell whether it binds a group, and neither Kubernetes nor this operator made it."""
        name = self.binding.key.name
        ours = name.startswith(f"{NAME_PREFIX}:")
        kubernetes = (
            name.startswith(SYSTEM_PREFIX) or self.labels.get(BOOTSTRAPPING[0]) == BOOTSTRAPPING[1]
        )
        return not ours and not kubernetes and bool(self.binding.content.groups)

    @property
    def managing_tool(self) -> ManagingTool | None:
        """Return the tool that made it and would re-create it, None if nothing shows one."""
        return find_managing_tool(self.binding.key.name, self.labels, self.annotations, self.owners)


@dataclass(frozen=True, slots=True)
class BindingFilter:
    """A filter for bindings by role name and by Group subject. An empty set selects all."""

    roles: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()

    def matches(self, candidate: CandidateBinding) -> bool:
        """Tell whether the filter selects a binding; only an adoptable one counts."""
        content = candidate.binding.content
        return (
            candidate.adoptable
            and (not self.roles or content.role.name in self.roles)
            and (not self.subjects or not self.subjects.isdisjoint(content.groups))
        )

    def matches_subject(self, subject: Subject) -> bool:
        """Tell whether the filter selects a subject of a binding; every other kind matches."""
        return subject.kind != "Group" or not self.subjects or subject.name in self.subjects


def unsupported_role(role: RoleRef) -> str | None:
    """Return why a GroupAccess cannot give a role, None if it can."""
    if role.kind != "ClusterRole":
        return (
            f'it gives the {role.kind} "{role.name}": a GroupAccess gives ClusterRoles only. '
            "Create a ClusterRole with the same rules, or keep this binding"
        )
    if len(role.name) > ROLE_LIMIT or CONTROL.search(role.name):
        return f'a GroupAccess does not allow the name of its ClusterRole "{role.name}"'
    return None


def unsupported_subject(subject: Subject, prefix: str) -> str | None:
    """Return why a GroupAccess cannot name a subject, None if it can.

    `prefix` is kube-apiserver's --oidc-groups-prefix: a group without it does not come from
    Keycloak.
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
        yield "Kubernetes reserves such names"
    if name.startswith(KUBEADM):
        yield "it comes from kubeadm's client certificates, not from Keycloak"
    if PRINCIPAL.match(name):
        yield (
            "this is Rancher's own name for a group. Only requests through Rancher have it, and no "
            "token of Keycloak. For people who use such a token, add a mapping with the group's "
            "name in Keycloak"
        )
    if not name.startswith(prefix):
        yield f'without the prefix "{prefix}" it cannot come from Keycloak'
    if not 0 < len(group) <= NAME_LIMIT or CONTROL.search(group):
        yield "a GroupAccess does not allow this as a group's name"
    if group.endswith("/") or "//" in group or re.search(r"^/(.*/)?\.\.?(/|$)", group):
        yield "this is neither the path nor the name of a group"
