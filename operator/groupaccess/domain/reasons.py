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
    PROGRESSING = "Progressing"
    NAMESPACE_NOT_FOUND = "NamespaceNotFound"
    UNREADABLE = "Unreadable"
    GROUP_NOT_FOUND = "GroupNotFound"
    GROUP_AMBIGUOUS = "GroupAmbiguous"
    GROUP_REPLACED = "GroupReplaced"
    GROUP_MISSING = "GroupMissing"
    NO_GROUPS_CLAIM = "NoGroupsClaim"
    CLAIM_INDETERMINATE = "ClaimIndeterminate"
    CLAIM_UNPROVEN = "ClaimUnproven"
    CLAIM_COLLISION = "ClaimCollision"
    CLIENT_NOT_FOUND = "ClientNotFound"
    API_SERVER_AGREES = "ApiServerAgrees"  # of a directory
    API_SERVER_MISMATCH = "ApiServerMismatch"
    API_SERVER_UNKNOWN = "ApiServerUnknown"
    INVALID_SUBJECT = "InvalidSubject"
    CLUSTER_ROLE_NOT_FOUND = "ClusterRoleNotFound"
    CLUSTER_ROLE_NOT_ALLOWED = "ClusterRoleNotAllowed"
    BIND_FORBIDDEN = "BindForbidden"
    WRITE_REFUSED = "WriteRefused"
    CONFLICT = "Conflict"
    DIRECTORY_NOT_FOUND = "DirectoryNotFound"
    DIRECTORY_FROZEN = "DirectoryFrozen"
    PREFIX_SHARED = "PrefixShared"
    ISSUER_MISMATCH = "IssuerMismatch"
    KEYCLOAK_UNAVAILABLE = "KeycloakUnavailable"
    KEYCLOAK_FORBIDDEN = "KeycloakForbidden"
    CERTIFICATE_NOT_TRUSTED = "CertificateNotTrusted"
    LOGIN_FAILED = "LoginFailed"
    CREDENTIALS_NOT_FOUND = "CredentialsNotFound"


RETRIED = "It is tried again every 5 s for five minutes, then at each spec.syncInterval."

ADVICE: dict[Reason, str] = {
    Reason.GRANTED: "Nothing to do.",
    Reason.READ: "Nothing to do.",
    Reason.EXPIRED: "To grant it again, set spec.mappings[].expiresAt to a later time.",
    Reason.SUSPENDED: "To go on, write spec.suspend: false there.",
    Reason.PROGRESSING: "Nothing to do: it is waited for.",
    Reason.NAMESPACE_NOT_FOUND: (
        "Create the namespace, or correct spec.mappings[].namespaces.names; the others are granted."
    ),
    Reason.UNREADABLE: (
        "Correct the field, or upgrade the operator to the version of its CRDs; until then what is "
        "bound stays bound."
    ),
    Reason.GROUP_NOT_FOUND: "Correct spec.mappings[].group, or create the group in Keycloak.",
    Reason.GROUP_AMBIGUOUS: "Write the whole path, with its leading slash.",
    Reason.GROUP_REPLACED: (
        "If the group that has the name now is to be trusted, write its id into "
        "spec.mappings[].groupId."
    ),
    Reason.GROUP_MISSING: (
        "Bring the group back, or remove the mapping. Another group of this name is not trusted "
        "until its id is in spec.mappings[].groupId."
    ),
    Reason.NO_GROUPS_CLAIM: (
        "In Keycloak, give the client (or one of its scopes) a Group Membership mapper for this "
        "claim, and add it to the token that people bring."
    ),
    Reason.CLAIM_INDETERMINATE: "Remove the other mapper from this claim, or give it another one.",
    Reason.CLAIM_UNPROVEN: (
        "In Keycloak, see what a member's token carries (the client, Client scopes, Evaluate); a "
        "canary (spec.canary) proves it without any right on people."
    ),
    Reason.CLAIM_COLLISION: (
        "Turn on 'Full group path' in the mapper, or rename the group or role: now a member of "
        "either would get this right."
    ),
    Reason.CLIENT_NOT_FOUND: "Correct spec.tokens.clients of the KeycloakDirectory.",
    Reason.API_SERVER_AGREES: "Nothing to do.",
    Reason.API_SERVER_MISMATCH: (
        "Give kube-apiserver and the KeycloakDirectory the same issuer, client, claim and prefix."
    ),
    Reason.API_SERVER_UNKNOWN: (
        "Until then nobody knows whether kube-apiserver reads tokens as the KeycloakDirectory says."
    ),
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
    Reason.DIRECTORY_FROZEN: (
        "Until then Keycloak's word revokes and grants nothing; what is removed or expires still "
        "ends."
    ),
    Reason.PREFIX_SHARED: (
        "Give one of them another spec.tokens.groupsPrefix, the one that kube-apiserver has for "
        "that issuer; or, if groups of equal names are the same in both, name each in the other's "
        "spec.tokens.sharesPrefixWith."
    ),
    Reason.ISSUER_MISMATCH: (
        "Write the issuer in spec.issuer exactly as Keycloak does, and give kube-apiserver the "
        "same string."
    ),
    Reason.KEYCLOAK_UNAVAILABLE: (
        "Existing bindings stay, new grants wait until Keycloak has answered."
    ),
    Reason.KEYCLOAK_FORBIDDEN: "Give the operator's account in Keycloak the missing right.",
    Reason.CERTIFICATE_NOT_TRUSTED: f"No credentials were sent. {RETRIED}",
    Reason.LOGIN_FAILED: f"Make spec.auth and the client in Keycloak agree. {RETRIED}",
    Reason.CREDENTIALS_NOT_FOUND: f"Create or correct it. {RETRIED}",
}

# Somebody may be about to make what is missing, above all in the same sync: waited for a while.
TRANSIENT = frozenset(
    {
        Reason.GROUP_NOT_FOUND,
        Reason.NAMESPACE_NOT_FOUND,
        Reason.CLUSTER_ROLE_NOT_FOUND,
        Reason.DIRECTORY_NOT_FOUND,
        Reason.CREDENTIALS_NOT_FOUND,
        Reason.KEYCLOAK_UNAVAILABLE,
        Reason.PROGRESSING,
    }
)

# Keycloak was read, and what it (or kube-apiserver, of its tokens) says speaks against a grant.
KEYCLOAK_OBJECTIONS = frozenset(
    {
        Reason.GROUP_NOT_FOUND,
        Reason.GROUP_AMBIGUOUS,
        Reason.GROUP_REPLACED,
        Reason.GROUP_MISSING,
        Reason.NO_GROUPS_CLAIM,
        Reason.CLAIM_INDETERMINATE,
        Reason.CLAIM_UNPROVEN,
        Reason.CLAIM_COLLISION,
        Reason.CLIENT_NOT_FOUND,
        Reason.API_SERVER_MISMATCH,
    }
)

# What only a person can put right, often in a Secret or ConfigMap, which nobody watches: it is
# looked for every few seconds for a while.
REPAIRABLE = frozenset(
    {
        Reason.CERTIFICATE_NOT_TRUSTED,
        Reason.CREDENTIALS_NOT_FOUND,
        Reason.LOGIN_FAILED,
    }
)

# Keycloak was not read: nothing is known that speaks against what stands.
DIRECTORY_UNAVAILABLE = frozenset(
    {
        Reason.CERTIFICATE_NOT_TRUSTED,
        Reason.CREDENTIALS_NOT_FOUND,
        Reason.KEYCLOAK_FORBIDDEN,
        Reason.KEYCLOAK_UNAVAILABLE,
        Reason.LOGIN_FAILED,
    }
)


def with_advice(reason: Reason, fact: str) -> str:
    """Return one message: the fact as a sentence, then what to do about it.

    Both are stable: the same facts give the same text, or an idle cluster would see writes.
    """
    return f"{fact}{'' if fact.endswith(('.', '?')) else '.'} {ADVICE[reason]}"
