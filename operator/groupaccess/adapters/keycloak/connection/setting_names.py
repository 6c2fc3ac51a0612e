"""What a person changes when Keycloak is not reached: fields of a KeycloakDirectory, or options."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingNames:
    """Names for messages: where Keycloak's address and its CA are set, and who connects."""

    address: str
    ca: str
    caller: str


DIRECTORY_FIELDS = SettingNames("spec.adminURL", "spec.caBundle", "the operator")
COMMAND_OPTIONS = SettingNames("URL", "--ca", "this command")
