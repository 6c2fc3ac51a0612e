"""The checks of `groupaccess doctor`, by name, in the order of a login."""

from enum import StrEnum


class CheckName(StrEnum):
    """A check, as `--only` and `--skip` name it."""

    SETTINGS = "settings"
    VERSION = "version"
    CLOCK = "clock"
    CERTIFICATE = "certificate"
    LOGIN = "login"
    CRDS = "crds"
    OPERATOR = "operator"
    POLICIES = "policies"
    DIRECTORIES = "directories"
    MAPPINGS = "mappings"
    MEMBERS = "members"
    SUBJECTS = "subjects"
    RECOVERY = "recovery"


CHECK_TEXTS: dict[CheckName, str] = {
    CheckName.SETTINGS: "what kube-apiserver was told about tokens, the same everywhere",
    CheckName.VERSION: "Kubernetes is new enough",
    CheckName.CLOCK: "the clocks of kube-apiserver, Keycloak and this machine agree",
    CheckName.CERTIFICATE: "Keycloak's certificate does not end soon",
    CheckName.LOGIN: "issuer, client, token and claims, from Keycloak to kube-apiserver",
    CheckName.CRDS: "the CustomResourceDefinitions are as new as this command",
    CheckName.OPERATOR: "an operator holds the Lease",
    CheckName.POLICIES: "the admission policies are in force",
    CheckName.DIRECTORIES: "what the operator reports of each KeycloakDirectory",
    CheckName.MAPPINGS: "what the operator reports of each mapping",
    CheckName.MEMBERS: "somebody is in each group that gets a ClusterRole (with a login)",
    CheckName.SUBJECTS: "a group exists for each Group that a binding names (with a login)",
    CheckName.RECOVERY: "somebody is cluster-admin without a login to Keycloak",
}
"""What each check is about, as a clause; those "with a login" need one to Keycloak."""
