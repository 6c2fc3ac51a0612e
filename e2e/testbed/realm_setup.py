"""What `groupaccess keycloak-setup` makes in a realm, made part by part for a test."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from groupaccess.domain.keycloak_setup.calls import (
    ACCOUNT,
    CANARY,
    CLIENT,
    MANAGEMENT,
    PERMISSIONS,
    fill,
    group_path,
    placeholders,
    role_of,
)
from groupaccess.domain.keycloak_setup.desired_resources import (
    desired_resources,
    identity_provider,
    operator_client,
)
from groupaccess.domain.keycloak_setup.options import ClusterTrust, SetupOptions
from groupaccess.domain.keycloak_setup.resources import ProtocolMapper, SetupResource
from groupaccess.domain.keycloak_setup.rights import (
    CLASSIC_ROLES,
    AdminPermissions,
    RoleMapping,
    ScopePermission,
    UserPolicy,
)

Call = Callable[..., Any]  # of a method, a path below the realm, and a body: the answer's JSON
OPERATOR_ROLES: Sequence[str] = CLASSIC_ROLES


class RealmSetup:
    """Makes parts of a setup for one client of the operator; what exists is no error."""

    def __init__(self, call: Call, options: SetupOptions) -> None:
        self._call, self._options = call, options
        self._ids: dict[str, str] = {}

    def create_client(self, **settings: Any) -> None:  # noqa: ANN401 -- a representation
        """Create the operator's client; `settings` override its representation, later ones too."""
        body = {**operator_client(self._options).create().body, **settings}
        self._call("POST", "/clients", body)
        if settings:  # where it was there already
            self._call("PUT", f"/clients/{self._id(CLIENT)}", body)

    def give_permissions(self) -> None:
        """Let the account view all groups and all clients."""
        kinds = (AdminPermissions, UserPolicy, ScopePermission)
        self._make(each for each in desired_resources(self._options) if isinstance(each, kinds))

    def give_roles(self, roles: Sequence[str]) -> None:
        """Give the account these roles of realm-management."""
        self._make([RoleMapping(self._options.account, tuple(roles))])

    def join_canary(self) -> None:
        """Put the account into the canary's group, whose members it may view."""
        without = desired_resources(
            SetupOptions(self._options.realm, self._options.client_id, canary=None)
        )
        rest = [each for each in desired_resources(self._options) if each not in without]
        self._make(each for each in rest if not isinstance(each, ProtocolMapper))

    def permissions_path(self) -> str:
        """Return the path below which the realm's admin permissions are."""
        return f"/clients/{self._id(PERMISSIONS)}/authz/resource-server"

    def _make(self, resources: Any) -> None:  # noqa: ANN401 -- an iterable of SetupResource
        resource: SetupResource
        for resource in resources:
            call = resource.create()
            for placeholder in placeholders(call):
                self._id(placeholder)
            known = fill(call, self._ids)
            self._call(known.method, known.path, known.body)

    def _id(self, placeholder: str) -> str:
        if placeholder not in self._ids:
            self._ids[placeholder] = str(self._call("GET", self._where(placeholder))["id"])
        return self._ids[placeholder]

    def _where(self, placeholder: str) -> str:
        if (role := role_of(placeholder)) is not None:
            return f"/clients/{self._id(MANAGEMENT)}/roles/{role}"
        if placeholder == ACCOUNT:
            return f"/clients/{self._id(CLIENT)}/service-account-user"
        if placeholder == CANARY:
            return f"/group-by-path/{group_path(self._options.canary or '')}"
        client_id = {
            CLIENT: self._options.client_id,
            PERMISSIONS: "admin-permissions",
            MANAGEMENT: self._options.management_client,
        }[placeholder]
        (client,) = self._call("GET", f"/clients?clientId={quote(client_id, safe='')}")
        return f"/clients/{client['id']}"


def trust_cluster(call: Call, alias: str, issuer: str, jwks: str | None = None) -> None:
    """Let Keycloak believe a cluster's tokens, by the keys at the issuer or these (as text)."""
    provider = identity_provider(ClusterTrust(issuer, jwks=jwks, alias=alias), "groupaccess")
    instances = call("GET", "/identity-provider/instances")
    types = {each["alias"]: each["providerId"] for each in instances}
    calls = [provider.create()]
    if types.get(alias) == provider.provider:
        calls = [provider.update(alias)]
    elif alias in types:  # Keycloak does not change the type of one that exists
        calls = [provider.delete(alias), provider.create()]
    for each in calls:
        call(each.method, each.path, each.body)


def pod_token(alias: str, subject: str) -> Mapping[str, Any]:
    """Return what makes a client log in as a ServiceAccount: `system:serviceaccount:NS:NAME`."""
    trust = ClusterTrust("https://unused.example", subject, alias=alias)
    settings = operator_client(SetupOptions("any", cluster=trust)).settings
    return {key: settings[key] for key in ("clientAuthenticatorType", "attributes")}
