"""A realm in memory, as `groupaccess keycloak-setup` sees it."""

import itertools
from typing import Any

from groupaccess.domain.keycloak_setup.calls import (
    ACCOUNT,
    CANARY,
    CLI_CLIENT,
    CLIENT,
    MANAGEMENT,
    PERMISSIONS,
    AdminCall,
    Ids,
    fill,
    placeholders,
    role_of,
    role_placeholder,
)
from groupaccess.domain.keycloak_setup.desired_resources import desired_resources
from groupaccess.domain.keycloak_setup.options import SetupOptions
from groupaccess.domain.keycloak_setup.resources import (
    CanaryGroup,
    ClientResource,
    GroupMembership,
    IdentityProvider,
    SetupResource,
)
from groupaccess.domain.keycloak_setup.rights import (
    READER_ROLES,
    AdminPermissions,
    RoleMapping,
    ScopeMapping,
    ScopePermission,
    UserPolicy,
)
from groupaccess.domain.keycloak_setup.state import (
    ExistingResource,
    RealmState,
    SharedPermission,
)

SECRET = "s3cret"  # noqa: S105 -- of a test
ISSUER = "https://auth.example.com/realms/ADMIN"
PLACES = {"policy": "policies", "permission": "permissions"}


class FakeRealmAdmin:
    """The port `RealmAdmin`. Each kind of thing is a dict by id; tests may put things there.

    `fail` gets each call before it is made, and may raise.
    """

    def __init__(self, *clients: str) -> None:
        self._numbers = itertools.count(1)
        self.clients: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.policies: dict[str, dict[str, Any]] = {}
        self.permissions: dict[str, dict[str, Any]] = {}
        self.providers: dict[str, dict[str, Any]] = {}
        self.members: set[tuple[str, str]] = set()  # of a user and a group
        self.roles: dict[str, set[str]] = {}  # by the user's or the client's id
        self.enabled, self.knows_permissions, self.trusts_pods = False, True, True
        self.shared: tuple[SharedPermission, ...] = ()
        self.calls: list[AdminCall] = []
        self.fail = _nothing
        for client in clients:
            self.add_client(clientId=client)

    def add_client(self, **body: Any) -> str:
        """Add a client of others; return its id."""
        return self._add(self.clients, body)

    def add_group(self, name: str, **body: Any) -> str:
        """Add a group of others; return its id."""
        return self._add(self.groups, {"name": name, **body})

    async def read(self, options: SetupOptions) -> RealmState:
        ids = self._ids(options)
        found = {
            (each.kind, each.name): self._existing(each, ids) for each in desired_resources(options)
        }
        own = self.clients.get(ids.get(CLIENT, ""), {})
        return RealmState(
            issuer=ISSUER,
            ids=ids,
            resources={key: each for key, each in found.items() if each is not None},
            mappers=tuple(own.get("protocolMappers", {}).values()),
            has_permissions=self.knows_permissions,
            canary_members=[user for user, group in self.members if group == ids.get(CANARY)],
            shared=self.shared,
            client_ids=frozenset(str(each["clientId"]) for each in self.clients.values()),
            trusts_pods=self.trusts_pods,
        )

    async def make(self, call: AdminCall, ids: Ids) -> Ids:
        known = dict(ids)
        if CLIENT in known:
            known.setdefault(ACCOUNT, f"account-of-{known[CLIENT]}")
        if self.enabled:
            known[PERMISSIONS] = "ap"
        known |= {each: f"id-{role_of(each)}" for each in placeholders(call) if role_of(each)}
        whole = fill(call, known)
        assert not placeholders(whole), whole
        self.fail(whole)
        self.calls.append(whole)
        made = self._write(whole.method, whole.path.strip("/").split("/"), whole.body)
        return {**known, call.creates: made} if call.creates else known

    async def client_secret(self, client: str) -> str:
        assert client in self.clients
        return SECRET

    def _ids(self, options: SetupOptions) -> dict[str, str]:
        ids = {MANAGEMENT: "management"}
        ids |= {role_placeholder(role): f"id-{role}" for role in READER_ROLES}
        if self.enabled:
            ids[PERMISSIONS] = "ap"
        for placeholder, name in ((CLIENT, options.client_id), (CLI_CLIENT, options.cli_client)):
            for key, body in self.clients.items():
                if body["clientId"] == name:
                    ids[placeholder] = key
        if CLIENT in ids and self.clients[ids[CLIENT]].get("serviceAccountsEnabled"):
            ids[ACCOUNT] = f"account-of-{ids[CLIENT]}"
        for key, body in self.groups.items():
            if f"/{body['name']}" == options.canary:
                ids[CANARY] = key
        return ids

    def _existing(self, resource: SetupResource, ids: Ids) -> ExistingResource | None:
        places: dict[type, tuple[dict[str, dict[str, Any]], str]] = {
            ClientResource: (self.clients, "clientId"),
            IdentityProvider: (self.providers, "alias"),
            UserPolicy: (self.policies, "name"),
            ScopePermission: (self.permissions, "name"),
        }
        if type(resource) in places:
            place, field = places[type(resource)]
            alike = [key for key, body in place.items() if body[field] == resource.name]
            return ExistingResource(alike[0], place[alike[0]]) if alike else None
        existing = None
        match resource:
            case CanaryGroup() if CANARY in ids:
                existing = ExistingResource(ids[CANARY], self.groups[ids[CANARY]])
            case GroupMembership() if (ids.get(ACCOUNT), ids.get(CANARY)) in self.members:
                existing = ExistingResource(ids[CANARY], {})
            case AdminPermissions():
                existing = ExistingResource("", {"adminPermissionsEnabled": self.enabled})
            case RoleMapping():
                existing = self._held(ids.get(ACCOUNT, ""))
            case ScopeMapping():
                existing = self._held(ids.get(CLI_CLIENT, ""))
        return existing

    def _held(self, holder: str) -> ExistingResource | None:
        held = self.roles.get(holder)
        return ExistingResource("", dict.fromkeys(held, True)) if held else None

    def _write(self, method: str, path: list[str], body: Any) -> str:
        match method, path:
            case "PUT", [""]:
                self.enabled = body["adminPermissionsEnabled"]
            case _, ["clients", client, "protocol-mappers", "models", *_]:
                mappers = self.clients[client].setdefault("protocolMappers", {})
                self._change(mappers, method, path[4:], body)
            case _, ["clients", "ap", "authz", "resource-server", kind, _, *key]:
                return self._change(getattr(self, PLACES[kind]), method, key, _whole(body))
            case "POST", ["clients" | "users", holder, *_, "clients", "management"]:
                self.roles.setdefault(holder, set()).update(each["name"] for each in body)
            case _, ["clients", *key]:
                return self._change(self.clients, method, key, body)
            case _, ["groups", *key]:
                return self._change(self.groups, method, key, body)
            case _, ["users", user, "groups", group]:
                (self.members.add if method == "PUT" else self.members.discard)((user, group))
            case _, ["identity-provider", "instances", *key]:
                return self._change(self.providers, method, key, body)
            case _:
                raise AssertionError((method, path))
        return ""

    def _change(
        self, place: dict[str, dict[str, Any]], method: str, key: list[str], body: Any
    ) -> str:
        if method == "POST":
            return self._add(place, body)
        if method == "PUT":
            kept = place[key[0]]
            merged = {**kept.get("attributes", {}), **(body.get("attributes") or {})}
            place[key[0]] = {**kept, **body, "attributes": merged}
        else:
            del place[key[0]]
        return key[0]

    def _add(self, place: dict[str, dict[str, Any]], body: dict[str, Any]) -> str:
        key = body["alias"] if "alias" in body else f"id-{next(self._numbers)}"
        place[key] = {**body, "id": key}
        return str(key)


def _nothing(call: AdminCall) -> None:
    del call


def _whole(body: Any) -> Any:
    """Return a permission as Keycloak reads it back: without resources it is for all."""
    if body and "resourceType" in body:
        return {"resources": [body["resourceType"]], **body}
    return body
