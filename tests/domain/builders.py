"""Values of the domain with a default for all that a test does not care about.

Everything fits together: `mapping()` of `access()` is granted under `make_context(realm())`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.access.keycloak_directory import ANY_ROLE, Directory, LoginClient
from groupaccess.domain.access.namespace_scope import (
    LabelOperator,
    LabelRequirement,
    Namespace,
    NamespacesByName,
    NamespaceScope,
)
from groupaccess.domain.binding import (
    Binding,
    BindingContent,
    BindingKey,
    BindingName,
    Owner,
    RoleRef,
    Subject,
)
from groupaccess.domain.directory.client import (
    ClaimMapper,
    Client,
    MapperKind,
    ProofResult,
    TokenProof,
)
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import EvaluationContext

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNAVAILABLE = Failure(Reason.KEYCLOAK_UNAVAILABLE, "no answer. It is tried again.")
ROLES = frozenset({"view", "edit", "admin", "cluster-admin"})


def group(path: str, name: str | None = None, uid: str | None = None) -> Group:
    return Group(path, name or path.rpartition("/")[2], uid or f"id of {path}")


def mapper(
    name: str = "groups",
    kind: MapperKind = MapperKind.MEMBERSHIP,
    *,
    claim: str = "groups",
    full_path: bool = True,
    tokens: str = "ID Access",
    scope: str = "",
    adds: Iterable[str] | None = (),
) -> ClaimMapper:
    known = None if adds is None else frozenset(adds)
    return ClaimMapper(
        name,
        kind,
        claim,
        full_path,
        "ID" in tokens,
        "Access" in tokens,
        scope,
        known,
        owner=f"client-scopes/{scope}-id" if scope else "clients/client-id",
        id=f"{name}-id",
        of_groups=kind in {MapperKind.MEMBERSHIP, MapperKind.NESTED},
    )


def leaf(name: str = "leaf") -> ClaimMapper:
    return mapper(name, full_path=False)


def client(
    client_id: str = "headlamp",
    *mappers: ClaimMapper,
    enabled: bool = True,
    optional: Iterable[ClaimMapper] = (),
    unknown: tuple[str, ...] = (),
    lightweight: bool = False,
    proof: TokenProof | None = None,
) -> Client:
    return Client(
        client_id,
        enabled,
        mappers,
        tuple(optional),
        unknown,
        lightweight,
        proof,
        path="clients/client-id",
    )


def proof(result: ProofResult = ProofResult.PROVEN, fact: str = "as computed") -> TokenProof:
    return TokenProof(result, fact, NOW, 300)


def realm(
    *groups: Group | str, clients: Iterable[Client] | None = None, identity: str = "realm-1"
) -> Snapshot:
    """Return a snapshot; by default its one client's tokens carry the full path."""
    known = tuple(g if isinstance(g, Group) else group(g) for g in groups or ("/SRE",))
    brought = (client("headlamp", mapper()),) if clients is None else tuple(clients)
    return Snapshot(identity, known, brought)


def directory(
    *clients: str,
    prefix: str = "",
    claim: str = "groups",
    allowed: Iterable[str] = (ANY_ROLE,),
    token: str = "ID",  # noqa: S107 -- which token, not a secret
    scopes: tuple[str, ...] = ("openid",),
    **more: Any,
) -> Directory:
    brought = tuple(LoginClient(c, token == "ID", scopes) for c in clients or ("headlamp",))  # noqa: S105 -- as above
    issuer = "https://auth.example.com/realms/ADMIN"
    roles = frozenset(allowed)
    return Directory("default", issuer, claim, prefix, brought, roles, **more)


def make_context(
    snapshot: Snapshot | None = None,
    *,
    of: Directory | None = None,
    failure: Failure | None = None,
    roles: Iterable[str] = ROLES,
    namespaces: NamespacesByName | None = None,
    now: datetime = NOW,
    suspend: bool = False,
) -> EvaluationContext:
    return EvaluationContext(
        "default",
        of or directory(),
        Reading(snapshot, failure),
        frozenset(roles),
        now,
        namespaces or {},
        suspend,
    )


def there(*names: str, **labelled: str) -> dict[str, Namespace]:
    """Return namespaces: those of `labelled` have a label `team`."""
    bare = {name: Namespace({}) for name in names}
    return bare | {name: Namespace({"team": team}) for name, team in labelled.items()}


def terminating(*names: str) -> dict[str, Namespace]:
    return {name: Namespace({}, terminating=True) for name in names}


def team(*values: str) -> LabelRequirement:
    return LabelRequirement("team", LabelOperator.IN, frozenset(values))


def scope(*names: str, of: Iterable[LabelRequirement] = ()) -> NamespaceScope:
    return NamespaceScope(frozenset(names), tuple(of))


def mapping(
    name: str = "sre",
    group: str = "SRE",
    role: str = "edit",
    *,
    within: NamespaceScope | None = None,
    until: datetime | None = None,
    group_id: str | None = None,
) -> AccessMapping:
    return AccessMapping(name, group, role, within, until, group_id=group_id)


def access(
    *mappings: AccessMapping,
    name: str = "platform",
    directory: str = "default",
    generation: int = 1,
) -> Access:
    return Access(name, f"uid of {name}", generation, directory, mappings or (mapping(),))


def key(
    mapping: str = "sre", role: str = "edit", *, owner: str = "platform", namespace: str = ""
) -> BindingKey:
    return BindingKey(namespace, str(BindingName(owner, mapping, role)))


def groups(*names: str) -> tuple[Subject, ...]:
    return tuple(Subject("Group", name) for name in names)


def content(
    *subjects: str, role: str = "edit", has_managed_by_label: bool = True, **annotations: str
) -> BindingContent:
    """Return what is granted to group SRE; an annotation of "" is left out."""
    said = {
        "directory": "default",
        "directory_id": "realm-1",
        "group": "SRE",
        "group_id": "id of /SRE",
        "group_path": "/SRE",
    } | annotations
    said.setdefault("group_name", said["group_path"].rpartition("/")[2])
    return BindingContent(
        role=RoleRef("ClusterRole", role),
        subjects=groups(*(subjects or ("/SRE",))),
        owners=(Owner("uid of platform", "platform"),),
        annotations=tuple(
            sorted((f"groupaccess.io/{k.replace('_', '-')}", v) for k, v in said.items() if v)
        ),
        has_managed_by_label=has_managed_by_label,
    )


def binding(where: BindingKey | None = None, what: BindingContent | None = None) -> Binding:
    at = where or key()
    return Binding(at, f"uid of {at}", "1", what or content())


def by_key(*bindings: Binding) -> dict[BindingKey, Binding]:
    return {binding.key: binding for binding in bindings}
