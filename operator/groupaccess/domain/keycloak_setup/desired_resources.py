"""What should be in the realm, in the order in which it can be made."""

from collections.abc import Iterator

from groupaccess.domain.keycloak_setup.calls import CANARY, CLI_CLIENT
from groupaccess.domain.keycloak_setup.options import ClusterTrust, SetupOptions
from groupaccess.domain.keycloak_setup.resources import (
    CanaryGroup,
    ClientResource,
    GroupMembership,
    IdentityProvider,
    ProtocolMapper,
    SetupResource,
)
from groupaccess.domain.keycloak_setup.rights import (
    CLASSIC_ROLES,
    AdminPermissions,
    RoleMapping,
    ScopeMapping,
    ScopePermission,
    UserPolicy,
)

DEVICE_GRANT = "oauth2.device.authorization.grant.enabled"
KINDS = ("Groups", "Clients")  # of what the account views
NEW_CLIENT = {
    "protocol": "openid-connect",
    "standardFlowEnabled": False,
    "directAccessGrantsEnabled": False,
}


def desired_resources(options: SetupOptions) -> tuple[SetupResource, ...]:
    """Return what should be there. Whatever uses an id comes after what has that id."""
    return tuple(_desired(options))


def operator_client(options: SetupOptions) -> ClientResource:
    """Return the operator's client, which proves itself by a secret, or by the pod's token."""
    settings = {"enabled": True, "publicClient": False, "serviceAccountsEnabled": True}
    proof: dict[str, object] = {"clientAuthenticatorType": "client-secret"}
    if options.cluster is not None:
        attributes = {
            "jwt.credential.issuer": options.cluster.alias,
            "jwt.credential.sub": options.cluster.subject,
        }
        proof = {"clientAuthenticatorType": "federated-jwt", "attributes": attributes}
    name = options.client_id
    return ClientResource(name, name, {**settings, **proof}, NEW_CLIENT)


def cli_client(name: str, options: SetupOptions) -> ClientResource:
    """Return the public client with which people log in to the other commands."""
    settings = {"enabled": True, "publicClient": True, "attributes": {DEVICE_GRANT: "true"}}
    new = {**NEW_CLIENT, "fullScopeAllowed": False}
    return ClientResource(name, options.client_id, settings, new, CLI_CLIENT)


def identity_provider(cluster: ClusterTrust, client_id: str) -> IdentityProvider:
    """Return the identity provider for a cluster's tokens."""
    if cluster.jwks is None:
        config = {"issuer": cluster.issuer}
        return IdentityProvider(cluster.alias, client_id, "kubernetes", config)
    config = {
        "issuer": cluster.issuer,
        "validateSignature": "true",
        "useJwksUrl": "false",
        "publicKeySignatureVerifier": cluster.jwks,
        "supportsClientAssertions": "true",
        "supportsClientAssertionReuse": "true",
    }
    return IdentityProvider(cluster.alias, client_id, "oidc", config)


def group_mapper(claim: str) -> ProtocolMapper:
    """Return the mapper that writes the canary's group into the operator's own tokens."""
    essential = {"claim.name": claim, "id.token.claim": "true"}
    config = {"full.path": "false", "access.token.claim": "true", "userinfo.token.claim": "false"}
    return ProtocolMapper("groupaccess groups", "oidc-group-membership-mapper", essential, config)


def audience_mapper(client_id: str) -> ProtocolMapper:
    """Return the mapper that makes the operator's ID tokens good for another client."""
    essential = {"included.client.audience": client_id, "id.token.claim": "true"}
    config = {"access.token.claim": "false"}
    name = f"groupaccess audience {client_id}"
    return ProtocolMapper(name, "oidc-audience-mapper", essential, config)


def _desired(options: SetupOptions) -> Iterator[SetupResource]:
    if options.cluster is not None:
        yield identity_provider(options.cluster, options.client_id)
    yield operator_client(options)
    yield group_mapper(options.groups_claim)
    if options.classic:
        yield RoleMapping(options.account, CLASSIC_ROLES)
    else:
        yield from _permissions(options)
    if options.canary is not None:
        yield from _canary(options, options.canary)
    if options.cli_client is not None:
        yield cli_client(options.cli_client, options)
        yield ScopeMapping(options.cli_client)


def _permissions(options: SetupOptions) -> Iterator[SetupResource]:
    name = options.client_id
    yield AdminPermissions(options.realm)
    yield UserPolicy(name)
    for kind in KINDS:
        yield ScopePermission(f"{name} views {kind.lower()}", name, kind, kind, "view")


def _canary(options: SetupOptions, group: str) -> Iterator[SetupResource]:
    name = options.client_id
    yield from (audience_mapper(audience) for audience in options.audiences)
    yield CanaryGroup(group, name)
    yield GroupMembership(options.account, group)
    if not options.classic:  # whose role view-users shows members, too
        permission = f"{name} views its canary"
        yield ScopePermission(permission, name, "Groups", CANARY, "view-members")
