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


RETRIED = "The operator tries again every 5 s for five minutes, then at each spec.syncInterval."


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

    (*) Keycloak was not asked, or its answers do not count (DIRECTORY_FROZEN, ISSUER_MISMATCH). On
    Revoke the mapping is left out. CLUSTER_ROLE_NOT_FOUND says nothing against Verified, since
    Keycloak was asked before. A doubt about a grant makes Verified
    Unknown, whatever its class. A reason of class KUBERNETES that follows from Keycloak's answer,
    such as a reserved name of a group, is counted as KEYCLOAK by `Verdict.from_keycloak`.
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


# To add a reason: its member, its row, its rule with a place in RULES or GROUP_RULES, and its
# heading in docs/reasons.md.
REASONS: dict[Reason, ReasonRow] = {
    Reason.GRANTED: _fine("Nothing to do."),
    Reason.READ: _fine("Nothing to do."),
    Reason.EXPIRED: _kubernetes(
        "To grant this access again, set spec.mappings[].expiresAt to a later time."
    ),
    Reason.SUSPENDED: _kubernetes("To resume, set spec.suspend to false in the suspended object."),
    Reason.PROGRESSING: _kubernetes(
        "Nothing to do: the operator continues by itself.", transient=True
    ),
    Reason.NAMESPACE_NOT_FOUND: _kubernetes(
        "Create the namespace, or correct spec.mappings[].namespaces.names. The other namespaces "
        "of this mapping do not wait for it.",
        transient=True,
    ),
    Reason.UNREADABLE: _kubernetes(
        "Correct the field, or upgrade the operator to the version of its CRDs. Until then "
        "existing access stays, unless it expires or is removed."
    ),
    Reason.GROUP_NOT_FOUND: _keycloak(
        "Correct spec.mappings[].group, or create the group in Keycloak.", transient=True
    ),
    Reason.GROUP_AMBIGUOUS: _keycloak(
        "Write the whole path of the group, with its leading slash, into spec.mappings[].group."
    ),
    Reason.GROUP_REPLACED: _keycloak(
        "Set spec.mappings[].group and groupId to the path and the id of the group that you trust, "
        "or remove the mapping."
    ),
    Reason.GROUP_MISSING: _keycloak(
        "Restore the group with the same id, or remove the mapping. If you create the group again, "
        "write its new id into spec.mappings[].groupId (with onReplaced: Warn only if the mapping "
        "has a groupId)."
    ),
    Reason.NO_GROUPS_CLAIM: _keycloak(
        "In Keycloak, give the client or one of its scopes a Group Membership mapper that writes "
        "this claim into the token that people use."
    ),
    Reason.CLAIM_INDETERMINATE: _keycloak(
        "Remove that mapper, or let it write into another claim."
    ),
    Reason.CLAIM_UNPROVEN: _keycloak(
        "To see a member's token in Keycloak's console, open the client, then Client scopes, then "
        "Evaluate."
    ),
    Reason.CLAIM_COLLISION: _keycloak(
        "Turn on 'Full group path' in the mapper, or rename the group or role. Otherwise other "
        "people would get this access, too."
    ),
    Reason.CLIENT_NOT_FOUND: _keycloak(
        "Correct spec.tokens.clients of the KeycloakDirectory, or create or enable the client in "
        "Keycloak."
    ),
    Reason.API_SERVER_AGREES: _fine("Nothing to do."),
    Reason.API_SERVER_MISMATCH: _keycloak(
        "Configure the same issuer, client, claim and prefix in kube-apiserver and in the "
        "KeycloakDirectory."
    ),
    Reason.API_SERVER_UNKNOWN: _kubernetes(
        "This does not stop any grant, but access that is granted may not work."
    ),
    Reason.INVALID_SUBJECT: _kubernetes(
        "Kubernetes reserves names that begin with 'system:'. Use another group, or another "
        "spec.tokens.groupsPrefix."
    ),
    Reason.CLUSTER_ROLE_NOT_FOUND: _kubernetes(
        "Correct spec.mappings[].clusterRole, or create that role.", transient=True
    ),
    Reason.CLUSTER_ROLE_NOT_ALLOWED: _kubernetes(
        "Ask an administrator to add the role to spec.allowedClusterRoles of the "
        "KeycloakDirectory, or use a role from that list."
    ),
    Reason.BIND_FORBIDDEN: _kubernetes(
        "Add the role to the chart's value 'bindableClusterRoles' and upgrade the release."
    ),
    Reason.WRITE_REFUSED: _kubernetes(
        "Correct the cause that this message names. The operator tries again by itself."
    ),
    Reason.CONFLICT: _kubernetes(
        "Delete that binding: its name is reserved for this mapping. If you need it, create it "
        "again under another name."
    ),
    Reason.DIRECTORY_NOT_FOUND: _kubernetes(
        "Create the KeycloakDirectory, or correct spec.directoryRef.name.", transient=True
    ),
    Reason.DIRECTORY_FROZEN: _kubernetes(
        "Until this is acknowledged, Keycloak's answers neither grant nor revoke access; removed "
        "mappings and expired access still end."
    ),
    Reason.PREFIX_SHARED: _kubernetes(
        "Give one of the two another spec.tokens.groupsPrefix, the same as in kube-apiserver. If "
        "equal names mean the same group in both realms, list each directory in the other's "
        "spec.tokens.sharesPrefixWith instead."
    ),
    Reason.ISSUER_MISMATCH: _kubernetes(
        "Write the issuer into spec.issuer exactly as Keycloak reports it, and use the same string "
        "in kube-apiserver."
    ),
    Reason.KEYCLOAK_UNAVAILABLE: _unavailable(
        "Existing bindings stay; new grants wait for an answer of Keycloak.", transient=True
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
        f"Make sure that it exists, is correct and can be read. {RETRIED}",
        transient=True,
        repairable=True,
    ),
}

TRANSIENT = frozenset(reason for reason, row in REASONS.items() if row.transient)
REPAIRABLE = frozenset(reason for reason, row in REASONS.items() if row.repairable)


def _of_class(reason_class: ReasonClass) -> frozenset[Reason]:
    return frozenset(each for each, row in REASONS.items() if row.reason_class is reason_class)


KEYCLOAK_OBJECTIONS = _of_class(ReasonClass.KEYCLOAK)
DIRECTORY_UNAVAILABLE = _of_class(ReasonClass.UNAVAILABLE)


def with_advice(reason: Reason, fact: str, advice: str | None = None) -> str:
    """Return one message: the fact as a sentence, then what to do about it.

    That is the reason's advice unless there is a better one here. Both are stable: equal facts give
    equal text, or an idle cluster would see writes.
    """
    end = "" if fact.endswith((".", "?")) else "."
    return f"{fact}{end} {advice or REASONS[reason].advice}"
