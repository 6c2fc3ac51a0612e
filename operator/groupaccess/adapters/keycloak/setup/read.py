"""Reads what exists in a realm, of what the operator needs."""

from typing import Any

from groupaccess.adapters.keycloak.setup.errors import missing_role
from groupaccess.adapters.keycloak.setup.permissions import PermissionReader
from groupaccess.adapters.keycloak.setup.requests import RealmRequests
from groupaccess.application.ports.keycloak_setup import SetupUnknownError
from groupaccess.domain.keycloak_setup.calls import (
    ACCOUNT,
    CANARY,
    CLI_CLIENT,
    CLIENT,
    MANAGEMENT,
    PERMISSIONS,
    Json,
    group_path,
    path_segment,
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
    AdminPermissions,
    RoleMapping,
    ScopeMapping,
    ScopePermission,
    UserPolicy,
)
from groupaccess.domain.keycloak_setup.state import ExistingResource, RealmState

VIEW_CLIENTS, VIEW_USERS, VIEW_REALM = "view-clients", "view-users", "view-realm"
FEDERATED = ("federated-jwt", "ALTERNATIVE")


class RealmReading:
    """One reading: asks for what a setup needs, in an order in which ids are known in time."""

    def __init__(self, requests: RealmRequests, options: SetupOptions) -> None:
        self._requests, self._options = requests, options
        self._ids: dict[str, str] = {}
        self._realm: Json = {}
        self._mappers: Json = ()
        self._members: tuple[str, ...] = ()

    async def read(self, issuer: str) -> RealmState:
        """Return what exists. `issuer` is the realm's."""
        self._realm = await self._requests.get("", VIEW_REALM)
        if "id" not in self._realm:  # without the right, Keycloak shows only a few fields
            raise SetupUnknownError(missing_role("GET the realm", self._requests.realm, VIEW_REALM))
        required = desired_resources(self._options)
        await self._read_clients()
        there = {(each.kind, each.name): await self._existing(each) for each in required}
        own = [each for each in required if isinstance(each, ScopePermission)]
        permissions = self._permissions()
        account = self._ids.get(ACCOUNT)
        return RealmState(
            issuer=issuer,
            ids=dict(self._ids),
            resources={key: each for key, each in there.items() if each is not None},
            mappers=self._mappers,
            has_permissions="adminPermissionsEnabled" in self._realm,
            canary_members=self._members,
            shared=await permissions.shared(own, account) if permissions else (),
            client_ids=await self._existing_audiences(),
            trusts_pods=await self._trusts_pods(),
        )

    async def _read_clients(self) -> None:
        known = {MANAGEMENT: self._options.management_client, PERMISSIONS: "admin-permissions"}
        for placeholder, client_id in known.items():
            found = await self._client(client_id)
            if found is not None:
                self._ids[placeholder] = str(found["id"])

    async def _client(self, client_id: str) -> Any:  # noqa: ANN401 -- JSON
        return await self._requests.named("/clients", VIEW_CLIENTS, clientId=client_id)

    async def _existing(self, resource: SetupResource) -> ExistingResource | None:
        match resource:
            case ClientResource():
                return await self._existing_client(resource)
            case IdentityProvider(alias=alias):
                path = f"/identity-provider/instances/{path_segment(alias)}"
                found = await self._requests.find(path, "view-identity-providers")
                return ExistingResource(alias, found) if found else None
            case CanaryGroup(path=path):
                return await self._existing_group(path)
            case GroupMembership():
                return await self._membership()
        return await self._existing_right(resource)

    async def _existing_right(self, resource: SetupResource) -> ExistingResource | None:
        permissions = self._permissions()
        match resource:
            case AdminPermissions():
                return ExistingResource("", self._realm)
            case RoleMapping(roles=roles):
                return await self._roles(f"/users/{ACCOUNT}/role-mappings/clients", roles, ACCOUNT)
            case ScopeMapping(roles=roles):
                path = f"/clients/{CLI_CLIENT}/scope-mappings/clients"
                return await self._roles(path, roles, CLI_CLIENT)
            case UserPolicy() if permissions is not None:
                return await permissions.policy(resource)
            case ScopePermission() if permissions is not None:
                return await permissions.permission(resource)
        return None  # a mapper: it came with its client

    async def _existing_client(self, resource: ClientResource) -> ExistingResource | None:
        found = await self._client(resource.name)
        if found is None:
            return None
        found = {key: value for key, value in found.items() if key != "secret"}
        self._ids[resource.placeholder] = internal = str(found["id"])
        if resource.placeholder == CLIENT:
            self._mappers = found.get("protocolMappers") or ()
            if found.get("serviceAccountsEnabled"):
                path = f"/clients/{internal}/service-account-user"
                self._ids[ACCOUNT] = str((await self._requests.get(path, VIEW_CLIENTS))["id"])
        return ExistingResource(internal, found)

    async def _existing_group(self, path: str) -> ExistingResource | None:
        found = await self._requests.find(f"/group-by-path/{group_path(path)}", VIEW_USERS)
        if found is None:
            return None
        self._ids[CANARY] = internal = str(found["id"])
        members = await self._requests.get(f"/groups/{internal}/members", VIEW_USERS, max=2)
        self._members = tuple(str(each["id"]) for each in members)
        body = await self._requests.get(f"/groups/{internal}", VIEW_USERS)
        return ExistingResource(internal, body)

    async def _membership(self) -> ExistingResource | None:
        if ACCOUNT not in self._ids or CANARY not in self._ids:
            return None
        path = f"/users/{self._ids[ACCOUNT]}/groups"
        ids = {each["id"] for each in await self._requests.get(path, VIEW_USERS)}
        canary = self._ids[CANARY]
        return ExistingResource(canary, {}) if canary in ids else None

    async def _roles(
        self, path: str, roles: tuple[str, ...], holder: str
    ) -> ExistingResource | None:
        """Return which roles of the management client somebody has; keep the ids of `roles`."""
        management = self._ids[MANAGEMENT]
        for role in roles:
            found = await self._requests.get(f"/clients/{management}/roles/{role}", VIEW_CLIENTS)
            self._ids[role_placeholder(role)] = str(found["id"])
        if holder not in self._ids:
            return None
        below = f"{path.replace(holder, self._ids[holder])}/{management}"
        held = await self._requests.get(below, VIEW_USERS)
        return ExistingResource("", {each["name"]: True for each in held}) if held else None

    def _permissions(self) -> PermissionReader | None:
        known = self._ids.get(PERMISSIONS)
        return PermissionReader(self._requests, known) if known else None

    async def _existing_audiences(self) -> frozenset[str]:
        if self._options.canary is None:
            return frozenset()
        audiences = self._options.audiences
        return frozenset([each for each in audiences if await self._client(each) is not None])

    async def _trusts_pods(self) -> bool:
        if self._options.cluster is None:
            return True
        flow = path_segment(str(self._realm.get("clientAuthenticationFlow") or "clients"))
        rows = await self._requests.get(f"/authentication/flows/{flow}/executions", VIEW_REALM)
        return FEDERATED in {(row.get("providerId"), row.get("requirement")) for row in rows}
