"""What a person wants in the realm."""

from dataclasses import dataclass

PROVIDER = "kubernetes"
SUBJECT = "system:serviceaccount:groupaccess:groupaccess"
CANARY = "groupaccess-canary"


@dataclass(frozen=True, slots=True)
class ClusterTrust:
    """Trust in the tokens of a cluster's ServiceAccounts, instead of a client secret.

    `alias` is the identity provider's. Keycloak reads the cluster's keys at the `issuer`, or takes
    the given `jwks`, as text, which must be renewed when the keys change.
    """

    issuer: str
    subject: str = SUBJECT
    jwks: str | None = None
    alias: str = PROVIDER


@dataclass(frozen=True, slots=True)
class SetupOptions:
    """The operator's client `client_id` in `realm`, and what it gets there.

    `canary` is the path of a group, None for no canary. Its tokens are good for `audiences`, the
    clients for which kube-apiserver accepts tokens. `classic` means roles instead of permissions.
    `cli_client` is a public client for the device login of other commands, None for no such client.
    """

    realm: str
    client_id: str = "groupaccess"
    groups_claim: str = "groups"
    canary: str | None = f"/{CANARY}"
    audiences: tuple[str, ...] = ("headlamp",)
    classic: bool = False
    cluster: ClusterTrust | None = None
    cli_client: str | None = None

    @property
    def management_client(self) -> str:
        """Return the client whose roles are the rights in the realm."""
        return "master-realm" if self.realm == "master" else "realm-management"

    @property
    def account(self) -> str:
        """Return the user name of the client's service account."""
        return f"service-account-{self.client_id}"
