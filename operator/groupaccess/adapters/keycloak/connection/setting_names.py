"""What a person changes when Keycloak is not reached: fields of a KeycloakDirectory, or options."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingNames:
    """Names for messages: where Keycloak's address, its CA and the realm are set; who connects."""

    address: str
    ca: str
    caller: str
    realm: str = "spec.issuer"


DIRECTORY_FIELDS = SettingNames("spec.adminURL", "spec.caBundle", "the operator")
SETUP_OPTIONS = SettingNames("URL", "--ca", "this command", "REALM")
DOCTOR_OPTIONS = SettingNames("--issuer or spec.issuer", "--ca", "this command")
WHY_OPTIONS = SettingNames(
    "--url (without it: spec.issuer of the KeycloakDirectory)",
    "--ca",
    "this command",
    "spec.issuer of the KeycloakDirectory",
)
