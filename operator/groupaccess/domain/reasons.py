"""The closed set of reasons, and one table of what follows from each."""

from dataclasses import dataclass
from enum import Enum, StrEnum


class Reason(StrEnum):
    """Why a mapping, an object or a directory has its state.

    The values appear as `reason` in conditions: CamelCase, as metav1.Condition requires.
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


class ReasonClass(Enum):
    """The origin of a reason; three things follow from it.

    The condition Verified of a GroupAccess; whether the group's pin stays when the mapping is
    revoked; whether a mapping that is bound as declared still counts as granted under a Hold.

    | class       | Verified              | pin on Revoke | granted under a Hold |
    |-------------|-----------------------|---------------|----------------------|
    | FINE        | True                  |               |                      |
    | KUBERNETES  | Unknown on Hold (*)   | is dropped    | no                   |
    | KEYCLOAK    | False                 | stays         | no                   |
    | UNAVAILABLE | Unknown               | never revokes | yes                  |

    (*) Keycloak was not asked. On Revoke the mapping is left out. CLUSTER_ROLE_NOT_FOUND says
    nothing against Verified, since Keycloak was asked before. A doubt about a grant makes Verified
    Unknown, whatever its class.
    """

    FINE = "fine"
    KUBERNETES = "Kubernetes"  # an objection from what is declared, or from the cluster
    KEYCLOAK = "Keycloak"  # an objection from its answers, or from a TokenReview of its tokens
    UNAVAILABLE = "not available"  # Keycloak was not read: no objection to what is bound


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """What follows from a reason; `advice` is one or more sentences for people.

    The operator waits while a reason is `transient`: somebody may be about to create what is
    missing, above all in the same GitOps sync. Only a person can fix a `repairable` one, often in a
    Secret or ConfigMap, which the operator does not watch: it retries every few seconds for a
    while.
    """

    reason_class: ReasonClass
    advice: str
    transient: bool = False
    repairable: bool = False


def _fine(advice: str) -> ReasonRow:
    return ReasonRow(ReasonClass.FINE, advice)


def _kubernetes(advice: str, *, transient: bool = False) -> ReasonRow:
    return ReasonRow(ReasonClass.KUBERNETES, advice, transient)


def _keycloak(advice: str, *, transient: bool = False) -> ReasonRow:
    return ReasonRow(ReasonClass.KEYCLOAK, advice, transient)


def _unavailable(advice: str, *, transient: bool = False, repairable: bool = False) -> ReasonRow:
    return ReasonRow(ReasonClass.UNAVAILABLE, advice, transient, repairable)


# To add a reason: its member, its row, its rule, its rung in LADDER, its line in docs/reasons.md.
REASONS: dict[Reason, ReasonRow] = {
    Reason.GRANTED: _fine("Nothing to do."),
    Reason.READ: _fine("Nothing to do."),
    Reason.EXPIRED: _kubernetes(
        "To grant it again, set spec.mappings[].expiresAt to a later time."
    ),
    Reason.SUSPENDED: _kubernetes("To go on, write spec.suspend: false there."),
    Reason.PROGRESSING: _kubernetes("Nothing to do: it is waited for.", transient=True),
    Reason.NAMESPACE_NOT_FOUND: _kubernetes(
        "Create the namespace, or correct spec.mappings[].namespaces.names; the others are "
        "granted.",
        transient=True,
    ),
    Reason.UNREADABLE: _kubernetes(
        "Correct the field, or upgrade the operator to the version of its CRDs; until then what is "
        "bound stays bound."
    ),
    Reason.GROUP_NOT_FOUND: _keycloak(
        "Correct spec.mappings[].group, or create the group in Keycloak.", transient=True
    ),
    Reason.GROUP_AMBIGUOUS: _keycloak("Write the whole path, with its leading slash."),
    Reason.GROUP_REPLACED: _keycloak(
        "If the group that has the name now is to be trusted, write its id into "
        "spec.mappings[].groupId."
    ),
    Reason.GROUP_MISSING: _keycloak(
        "Bring the group back, or remove the mapping. Another group of this name is not trusted "
        "until its id is in spec.mappings[].groupId."
    ),
    Reason.NO_GROUPS_CLAIM: _keycloak(
        "In Keycloak, give the client (or one of its scopes) a Group Membership mapper for this "
        "claim, and add it to the token that people bring."
    ),
    Reason.CLAIM_INDETERMINATE: _keycloak(
        "Remove the other mapper from this claim, or give it another one."
    ),
    Reason.CLAIM_UNPROVEN: _keycloak(
        "In Keycloak, see what a member's token carries (the client, Client scopes, Evaluate); a "
        "canary (spec.canary) proves it without any right on people."
    ),
    Reason.CLAIM_COLLISION: _keycloak(
        "Turn on 'Full group path' in the mapper, or rename the group or role: now a member of "
        "either would get this right."
    ),
    Reason.CLIENT_NOT_FOUND: _keycloak("Correct spec.tokens.clients of the KeycloakDirectory."),
    Reason.API_SERVER_AGREES: _fine("Nothing to do."),
    Reason.API_SERVER_MISMATCH: _keycloak(
        "Give kube-apiserver and the KeycloakDirectory the same issuer, client, claim and prefix."
    ),
    Reason.API_SERVER_UNKNOWN: _kubernetes(
        "Until then nobody knows whether kube-apiserver reads tokens as the KeycloakDirectory says."
    ),
    Reason.INVALID_SUBJECT: _kubernetes(
        "Names that begin with 'system:' belong to Kubernetes: use another."
    ),
    Reason.CLUSTER_ROLE_NOT_FOUND: _kubernetes(
        "Correct spec.mappings[].clusterRole, or create that role.", transient=True
    ),
    Reason.CLUSTER_ROLE_NOT_ALLOWED: _kubernetes(
        "Ask the administrator to add the role to spec.allowedClusterRoles of the "
        "KeycloakDirectory, or use one of those."
    ),
    Reason.BIND_FORBIDDEN: _kubernetes(
        "Add the role to the chart's value 'bindableClusterRoles' and upgrade the release."
    ),
    Reason.WRITE_REFUSED: _kubernetes(
        "Change what the API server's message names; it is tried again."
    ),
    Reason.CONFLICT: _kubernetes(
        "Delete or rename that binding: its name is reserved for this mapping."
    ),
    Reason.DIRECTORY_NOT_FOUND: _kubernetes(
        "Create the KeycloakDirectory, or correct spec.directoryRef.name.", transient=True
    ),
    Reason.DIRECTORY_FROZEN: _kubernetes(
        "Until then Keycloak's word revokes and grants nothing; what is removed or expires still "
        "ends."
    ),
    Reason.PREFIX_SHARED: _kubernetes(
        "Give one of them another spec.tokens.groupsPrefix, the one that kube-apiserver has for "
        "that issuer; or, if groups of equal names are the same in both, name each in the other's "
        "spec.tokens.sharesPrefixWith."
    ),
    Reason.ISSUER_MISMATCH: _kubernetes(
        "Write the issuer in spec.issuer exactly as Keycloak does, and give kube-apiserver the "
        "same string."
    ),
    Reason.KEYCLOAK_UNAVAILABLE: _unavailable(
        "Existing bindings stay, new grants wait until Keycloak has answered.", transient=True
    ),
    Reason.KEYCLOAK_FORBIDDEN: _unavailable(
        "Give the operator's account in Keycloak the missing right."
    ),
    Reason.CERTIFICATE_NOT_TRUSTED: _unavailable(
        f"No credentials were sent. {RETRIED}", repairable=True
    ),
    Reason.LOGIN_FAILED: _unavailable(
        f"Make spec.auth and the client in Keycloak agree. {RETRIED}", repairable=True
    ),
    Reason.CREDENTIALS_NOT_FOUND: _unavailable(
        f"Create or correct it. {RETRIED}", transient=True, repairable=True
    ),
}

TRANSIENT = frozenset(reason for reason, row in REASONS.items() if row.transient)
REPAIRABLE = frozenset(reason for reason, row in REASONS.items() if row.repairable)


def _of_class(reason_class: ReasonClass) -> frozenset[Reason]:
    return frozenset(each for each, row in REASONS.items() if row.reason_class is reason_class)


KEYCLOAK_OBJECTIONS = _of_class(ReasonClass.KEYCLOAK)
DIRECTORY_UNAVAILABLE = _of_class(ReasonClass.UNAVAILABLE)


def with_advice(reason: Reason, fact: str) -> str:
    """Return one message: the fact as a sentence, then what to do about it.

    Both are stable: equal facts give equal text, or an idle cluster would see writes.
    """
    return f"{fact}{'' if fact.endswith(('.', '?')) else '.'} {REASONS[reason].advice}"
