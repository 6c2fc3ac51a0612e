"""The closed set of reasons, and for each what a person can do about it."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a mapping, an object or a directory is as it is.

    The values appear as `reason` in conditions: CamelCase, as metav1.Condition wants it.
    """

    GRANTED = "Granted"
    READ = "Read"  # of a directory
    EXPIRED = "Expired"
    SUSPENDED = "Suspended"
    NAMESPACE_NOT_FOUND = "NamespaceNotFound"
    NOT_SUPPORTED = "NotSupported"
    GROUP_NOT_FOUND = "GroupNotFound"
    GROUP_AMBIGUOUS = "GroupAmbiguous"
    NO_GROUPS_CLAIM = "NoGroupsClaim"
    CLAIM_INDETERMINATE = "ClaimIndeterminate"
    CLAIM_COLLISION = "ClaimCollision"
    CLIENT_NOT_FOUND = "ClientNotFound"
    INVALID_SUBJECT = "InvalidSubject"
    CLUSTER_ROLE_NOT_FOUND = "ClusterRoleNotFound"
    CLUSTER_ROLE_NOT_ALLOWED = "ClusterRoleNotAllowed"
    BIND_FORBIDDEN = "BindForbidden"
    WRITE_REFUSED = "WriteRefused"
    CONFLICT = "Conflict"
    DIRECTORY_NOT_FOUND = "DirectoryNotFound"
    ISSUER_MISMATCH = "IssuerMismatch"
    KEYCLOAK_UNAVAILABLE = "KeycloakUnavailable"
    KEYCLOAK_FORBIDDEN = "KeycloakForbidden"
    LOGIN_FAILED = "LoginFailed"
    CREDENTIALS_NOT_FOUND = "CredentialsNotFound"


ADVICE: dict[Reason, str] = {
    Reason.GRANTED: "Nothing to do.",
    Reason.READ: "Nothing to do.",
    Reason.EXPIRED: "To grant it again, set spec.mappings[].expiresAt to a later time.",
    Reason.SUSPENDED: "To go on, take spec.suspend away.",
    Reason.NAMESPACE_NOT_FOUND: (
        "Create the namespace, or correct spec.mappings[].namespaces.names; the others are granted."
    ),
    Reason.NOT_SUPPORTED: "Remove the field: this version does not act on it.",
    Reason.GROUP_NOT_FOUND: "Correct spec.mappings[].group, or create the group in Keycloak.",
    Reason.GROUP_AMBIGUOUS: "Write the whole path, with its leading slash.",
    Reason.NO_GROUPS_CLAIM: (
        "In Keycloak, give the client (or one of its scopes) a Group Membership mapper for this "
        "claim, and add it to the token that people bring."
    ),
    Reason.CLAIM_INDETERMINATE: "Remove the other mapper from this claim, or give it another one.",
    Reason.CLAIM_COLLISION: (
        "Turn on 'Full group path' in the mapper, or rename one of the groups: now a member of "
        "either would get this right."
    ),
    Reason.CLIENT_NOT_FOUND: "Correct spec.tokens.clients of the KeycloakDirectory.",
    Reason.INVALID_SUBJECT: "Names that begin with 'system:' belong to Kubernetes: use another.",
    Reason.CLUSTER_ROLE_NOT_FOUND: "Correct spec.mappings[].clusterRole, or create that role.",
    Reason.CLUSTER_ROLE_NOT_ALLOWED: (
        "Ask the administrator to add the role to spec.allowedClusterRoles of the "
        "KeycloakDirectory, or use one of those."
    ),
    Reason.BIND_FORBIDDEN: (
        "Add the role to the chart's value 'bindableClusterRoles' and upgrade the release."
    ),
    Reason.WRITE_REFUSED: "Change what the API server's message names; it is tried again.",
    Reason.CONFLICT: "Delete or rename that binding: its name is reserved for this mapping.",
    Reason.DIRECTORY_NOT_FOUND: (
        "Create the KeycloakDirectory, or correct spec.directoryRef.name."
    ),
    Reason.ISSUER_MISMATCH: (
        "Write the issuer in spec.issuer exactly as Keycloak does, and give kube-apiserver the "
        "same string."
    ),
    Reason.KEYCLOAK_UNAVAILABLE: "What stands keeps standing; it is tried again by itself.",
    Reason.KEYCLOAK_FORBIDDEN: "Give the operator's service account in Keycloak the missing role.",
    Reason.LOGIN_FAILED: "Correct the client id and secret in the Secret that spec.auth names.",
    Reason.CREDENTIALS_NOT_FOUND: "Create it in the operator's own namespace.",
}

# Somebody may be about to make what is missing, above all in the same sync: waited for a while.
PASSING = frozenset(
    {
        Reason.GROUP_NOT_FOUND,
        Reason.NAMESPACE_NOT_FOUND,
        Reason.CLUSTER_ROLE_NOT_FOUND,
        Reason.DIRECTORY_NOT_FOUND,
        Reason.CREDENTIALS_NOT_FOUND,
        Reason.KEYCLOAK_UNAVAILABLE,
    }
)

# Keycloak was read, and what it says speaks against a grant.
ABOUT_GROUP = frozenset(
    {
        Reason.GROUP_NOT_FOUND,
        Reason.GROUP_AMBIGUOUS,
        Reason.NO_GROUPS_CLAIM,
        Reason.CLAIM_INDETERMINATE,
        Reason.CLAIM_COLLISION,
        Reason.CLIENT_NOT_FOUND,
    }
)

# Keycloak was not read: nothing is known that speaks against what stands.
UNREAD = frozenset(
    {
        Reason.CREDENTIALS_NOT_FOUND,
        Reason.KEYCLOAK_FORBIDDEN,
        Reason.KEYCLOAK_UNAVAILABLE,
        Reason.LOGIN_FAILED,
    }
)


def advise(reason: Reason, fact: str) -> str:
    """Return one message: the fact as a sentence, then what to do about it.

    Both are stable: the same facts give the same text, or an idle cluster would see writes.
    """
    return f"{fact}{'' if fact.endswith(('.', '?')) else '.'} {ADVICE[reason]}"
