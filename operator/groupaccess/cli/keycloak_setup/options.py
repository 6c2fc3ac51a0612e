"""All options of `groupaccess keycloak-setup`, as they were typed."""

from dataclasses import dataclass

from groupaccess.cli.keycloak_setup import login_options as login
from groupaccess.cli.keycloak_setup import realm_options as realm
from groupaccess.domain.keycloak_setup.options import CANARY, PROVIDER, SUBJECT


@dataclass(frozen=True, kw_only=True)
class TypedSetup:
    """Each field is an argument or an option; its type says how it is typed and explained."""

    url: realm.Url
    realm: realm.RealmName
    apply: realm.Apply = False
    dry_run: realm.DryRun = False
    undo: realm.Undo = False
    client: realm.ClientName = "groupaccess"
    groups_claim: realm.GroupsClaim = "groups"
    login_client: realm.LoginClients = None
    canary: realm.CanaryName = CANARY
    no_canary: realm.NoCanary = False
    classic: realm.Classic = False
    pod_token: realm.PodToken = None
    jwks: realm.Jwks = None
    subject: realm.Subject = SUBJECT
    provider: realm.Provider = PROVIDER
    create_cli_client: realm.CliClient = False
    secret_file: realm.SecretFile = None
    namespace: realm.Namespace = "groupaccess"
    secret_name: realm.SecretName = "keycloak"  # noqa: S105 -- the name of an object
    ca: login.Ca = None
    login_realm: login.LoginRealm = "master"
    totp: login.Totp = False
    keycloak_token: login.KeycloakToken = None
    device: login.Device = False
    device_client: login.DeviceClient = "groupaccess-cli"
