"""What people declare and what is read, with as few words as a test needs."""

from typing import Any

from fakes.keycloak_realm import ADMIN_URL, membership
from groupaccess.api import v1alpha1 as api
from groupaccess.application.state.declared_objects import (
    DeclaredAccess,
    DeclaredDirectory,
    read_declared_access,
    read_declared_directory,
)
from groupaccess.domain.binding import (
    Binding,
    BindingContent,
    BindingKey,
    BindingName,
    DesiredBinding,
    Owner,
    RoleRef,
    Subject,
)
from groupaccess.domain.directory.client import Client
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

Spec = dict[str, Any]
API_VERSION = "groupaccess.io/v1alpha1"
ISSUER = f"{ADMIN_URL}realms/ADMIN"


def mapping(
    name: str = "sre",
    group: str = "SRE",
    role: str = "view",
    **more: Any,
) -> Spec:
    """Return one mapping, by default for the whole cluster."""
    place = {} if "namespaces" in more else {"clusterWide": True}
    return {"name": name, "group": group, "clusterRole": role, **place, **more}


def access_spec(*mappings: Spec, **more: Any) -> Spec:
    """Return the spec of a GroupAccess, by default with the one mapping."""
    return {"mappings": list(mappings or (mapping(),)), **more}


def directory_spec(**more: Any) -> Spec:
    """Return the spec of a KeycloakDirectory."""
    return {
        "issuer": ISSUER,
        "auth": {"clientSecret": {"secretRef": {"name": "keycloak"}}},
        "tokens": {"groupsPrefix": "", "clients": [{"clientId": "headlamp"}]},
        "allowedClusterRoles": ["*"],
        **more,
    }


def body(
    kind: str, name: str, spec: Spec, *, version: str = "1", uid: str = "", generation: int = 1
) -> Spec:
    """Return an object as the API server hands it over."""
    metadata = {
        "name": name,
        "uid": uid or f"uid-{name}",
        "resourceVersion": version,
        "generation": generation,
    }
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}


def access(
    name: str = "platform",
    *mappings: Spec,
    version: str = "1",
    uid: str = "",
    **more: Any,
) -> DeclaredAccess:
    """Return a GroupAccess as watched."""
    spec = access_spec(*mappings, **more)
    return read_declared_access(
        api.GroupAccess.read(body("GroupAccess", name, spec, version=version, uid=uid))
    )


def directory(
    name: str = "default",
    *,
    version: str = "1",
    uid: str = "",
    **more: Any,
) -> DeclaredDirectory:
    """Return a KeycloakDirectory as watched."""
    read = api.KeycloakDirectory.read(
        body("KeycloakDirectory", name, directory_spec(**more), version=version, uid=uid)
    )
    return read_declared_directory(read)


def snapshot(*paths: str, identity: str = "sub", full_path: bool = False) -> Snapshot:
    """Return a reading of a realm with these groups, and a client `headlamp`."""
    groups = sorted(Group(path, path.rpartition("/")[2], f"id-{path}") for path in paths)
    mappers = (membership(full_path=full_path),)
    headlamp = Client("headlamp", enabled=True, mappers=mappers)
    return Snapshot(identity, tuple(groups), (headlamp,))


def key(owner: str = "platform", name: str = "sre", role: str = "view") -> BindingKey:
    """Return where the ClusterRoleBinding of a mapping is."""
    return BindingKey("", str(BindingName(owner, name, role)))


def content(
    role: str = "view", *groups: str, owner: Owner | None = None, **annotations: str
) -> BindingContent:
    """Return what a binding says, by default for the group SRE."""
    return BindingContent(
        RoleRef("ClusterRole", role),
        tuple(sorted(Subject("Group", name) for name in groups or ("SRE",))),
        (owner or Owner("uid-platform", "platform"),),
        tuple(sorted((f"groupaccess.io/{name}", value) for name, value in annotations.items())),
    )


def binding(where: BindingKey, *, uid: str = "u1", version: str = "1", **of: Any) -> Binding:
    """Return an existing binding; `of` goes to `content`."""
    name = BindingName.parse(where.name)
    of.setdefault("role", name.cluster_role if name else "view")
    return Binding(where, uid, version, content(of.pop("role"), **of))


def desired(
    owner: Owner, name: str = "sre", role: str = "view", *groups: str, **annotations: str
) -> DesiredBinding:
    """Return what should stand for a mapping."""
    where = key(owner.name, name, role)
    return DesiredBinding(where, name, content(role, *groups, owner=owner, **annotations))


def failure(reason: Reason, fact: str = "something") -> Failure:
    """Return a failure as the adapters make it."""
    return Failure.of(reason, fact)
