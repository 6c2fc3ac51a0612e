"""Reads fine-grained admin permissions and their policies."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from groupaccess.adapters.keycloak.setup.requests import ALL, RealmRequests
from groupaccess.domain.keycloak_setup.rights import ScopePermission, UserPolicy
from groupaccess.domain.keycloak_setup.state import ExistingResource, SharedPermission

RIGHT = "view-realm"


class PermissionReader:
    """Reads the permissions of a realm, below its client admin-permissions (by its id)."""

    def __init__(self, requests: RealmRequests, admin_permissions: str) -> None:
        self._requests = requests
        self._server = f"/clients/{admin_permissions}/authz/resource-server"

    async def policy(self, resource: UserPolicy) -> ExistingResource | None:
        """Return a user policy with the ids of its users."""
        path = f"{self._server}/policy/user"
        found = await self._requests.named(path, RIGHT, name=resource.name, max=ALL)
        return ExistingResource(str(found["id"]), found) if found else None

    async def permission(self, resource: ScopePermission) -> ExistingResource | None:
        """Return a permission with the names of its resources, scopes and policies."""
        path = f"{self._server}/permission/scope"
        found = await self._requests.named(path, RIGHT, name=resource.name, max=ALL)
        if not found:
            return None
        below = f"{self._server}/policy/{found['id']}"
        body = {
            **found,
            "resources": await self._names(f"{below}/resources"),
            "scopes": await self._names(f"{below}/scopes"),
            "policies": await self._names(f"{below}/associatedPolicies"),
        }
        return ExistingResource(str(found["id"]), body)

    async def shared(
        self, own: Sequence[ScopePermission], account: str | None
    ) -> tuple[SharedPermission, ...]:
        """Return the permissions of others to view all that `own` ones are for."""
        return tuple(
            [
                each
                for resource in own
                if resource.is_for_all
                async for each in self._shared(resource, account)
            ]
        )

    async def _shared(
        self, own: ScopePermission, account: str | None
    ) -> AsyncIterator[SharedPermission]:
        kind = own.resource_type
        path = f"{self._server}/permission/scope"
        rows = await self._requests.get(path, RIGHT, fields="*", resourceType=kind, max=ALL)
        for row in rows:
            resources = {each["name"] for each in row.get("resourcesData", ())}
            scopes = {each["name"] for each in row.get("scopesData", ())}
            if row["name"] != own.name and kind in resources and own.scope in scopes:
                policy = await self._without(str(row["id"]), account)
                yield SharedPermission(str(row["name"]), kind, policy)

    async def _without(self, permission: str, account: str | None) -> str | None:
        """Return the first policy of a permission that does not list the account."""
        below = f"{self._server}/policy/{permission}/associatedPolicies"
        for policy in await self._requests.get(below, RIGHT):
            users = ()
            if policy["type"] == "user":
                path = f"{self._server}/policy/user/{policy['id']}"
                users = (await self._requests.get(path, RIGHT)).get("users") or ()
            if account not in users:
                return str(policy["name"])
        return None

    async def _names(self, path: str) -> list[str]:
        rows: list[dict[str, Any]] = await self._requests.get(path, RIGHT)
        return [str(row["name"]) for row in rows]
