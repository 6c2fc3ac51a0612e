"""All options of `groupaccess keycloak-setup`, as they were typed."""

from dataclasses import dataclass

from groupaccess.cli.keycloak_login.options import TypedLogin
from groupaccess.cli.keycloak_setup import realm_options
from groupaccess.domain.keycloak_setup.options import CANARY, PROVIDER, SUBJECT


@dataclass(frozen=True, kw_only=True)
class TypedSetup(TypedLogin):
    """Each field is an argument or an option; its type says how it is typed and explained."""

    url: realm_options.Url
    realm: realm_options.RealmName
    apply: realm_options.Apply = False
    dry_run: realm_options.DryRun = False
    undo: realm_options.Undo = False
    client: realm_options.ClientName = "groupaccess"
    groups_claim: realm_options.GroupsClaim = "groups"
    login_client: realm_options.LoginClients = None
    canary: realm_options.CanaryName = CANARY
    no_canary: realm_options.NoCanary = False
    classic: realm_options.Classic = False
    pod_token: realm_options.PodToken = None
    jwks: realm_options.Jwks = None
    subject: realm_options.Subject = SUBJECT
    provider: realm_options.Provider = PROVIDER
    create_cli_client: realm_options.CliClient = False
    secret_file: realm_options.SecretFile = None
    namespace: realm_options.Namespace = "groupaccess"
    secret_name: realm_options.SecretName = "keycloak"  # noqa: S105 -- the name of an object
