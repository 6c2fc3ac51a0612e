"""What may be wrong between a login and an answer of kube-apiserver: a closed set, and one table.

To add one: its member, its row, its rule, and its paragraph in docs/troubleshooting.md.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

from groupaccess.domain.diagnosis.fix import Fix


class Category(Enum):
    """Where a finding is, in the order of a login."""

    CLUSTER = "Cluster"
    KEYCLOAK = "Keycloak"
    CLIENT = "Client"
    TOKEN = "Token"  # noqa: S105 -- no password
    API_SERVER = "kube-apiserver"
    ACCESS = "GroupAccess"
    RECOVERY = "A way in without Keycloak"


class Severity(Enum):
    """What a finding does to a login."""

    ERROR = "error"  # it fails, or access is not granted
    WARNING = "warning"  # it works, and may not tomorrow


class Cause(StrEnum):
    """What is wrong. A word that is also a Reason means the same."""

    VERSION_NOT_SUPPORTED = "VersionNotSupported"
    CLOCKS_DIFFER = "ClocksDiffer"
    API_SERVERS_DIFFER = "ApiServersDiffer"
    OIDC_NOT_CONFIGURED = "OidcNotConfigured"
    AUTHENTICATOR_NOT_READY = "AuthenticatorNotReady"
    KEYCLOAK_UNAVAILABLE = "KeycloakUnavailable"
    CERTIFICATE_EXPIRES = "CertificateExpires"
    ISSUER_MISMATCH = "IssuerMismatch"
    CLIENT_NOT_FOUND = "ClientNotFound"
    REDIRECT_URI_MISSING = "RedirectUriMissing"
    SCOPE_NOT_FOUND = "ScopeNotFound"
    SCOPE_NOT_REQUESTED = "ScopeNotRequested"
    MAPPER_NOT_IN_TOKEN = "MapperNotInToken"  # noqa: S105 -- no password
    GROUPS_IN_OTHER_CLAIM = "GroupsInOtherClaim"
    CLAIM_NESTED = "ClaimNested"
    NO_GROUPS_CLAIM = "NoGroupsClaim"
    USER_DISABLED = "UserDisabled"
    NO_TOKEN = "NoToken"  # noqa: S105 -- no password
    TOKEN_EXPIRED = "TokenExpired"  # noqa: S105 -- no password
    TOKEN_NOT_YET_VALID = "TokenNotYetValid"  # noqa: S105 -- no password
    ALGORITHM_NOT_ACCEPTED = "AlgorithmNotAccepted"
    WRONG_TOKEN_KIND = "WrongTokenKind"  # noqa: S105 -- no password
    OTHER_CLIENT = "OtherClient"
    AUDIENCE_MISMATCH = "AudienceMismatch"
    EMAIL_NOT_VERIFIED = "EmailNotVerified"
    USERNAME_CLAIM_MISSING = "UsernameClaimMissing"
    REQUIRED_CLAIM_MISSING = "RequiredClaimMissing"
    GROUPS_CLAIM_MISMATCH = "GroupsClaimMismatch"
    GROUPS_PREFIX_MISMATCH = "GroupsPrefixMismatch"
    TOKEN_REJECTED = "TokenRejected"  # noqa: S105 -- no password
    NOT_IN_A_GROUP = "NotInAGroup"
    NO_MAPPING = "NoMapping"
    GRANTED_ELSEWHERE = "GrantedElsewhere"
    ROLE_NOT_ENOUGH = "RoleNotEnough"
    ALL_NAMESPACES_REQUESTED = "AllNamespacesRequested"
    DANGLING_SUBJECT = "DanglingSubject"
    MAPPING_NOT_GRANTED = "MappingNotGranted"
    DIRECTORY_NOT_READY = "DirectoryNotReady"
    API_SERVER_MISMATCH = "ApiServerMismatch"
    OUTDATED_STATUS = "OutdatedStatus"
    CRD_OUTDATED = "CrdOutdated"
    NO_LEADER = "NoLeader"
    NOT_IN_FORCE = "NotInForce"
    SUSPENDED = "Suspended"
    NO_MEMBERS = "NoMembers"
    ONLY_BY_KEYCLOAK = "OnlyByKeycloak"


@dataclass(frozen=True, slots=True)
class CauseRow:
    """What follows from a cause: its category, and its severity."""

    category: Category
    severity: Severity = Severity.ERROR


CAUSES: dict[Cause, CauseRow] = {
    Cause.VERSION_NOT_SUPPORTED: CauseRow(Category.CLUSTER),
    Cause.CLOCKS_DIFFER: CauseRow(Category.CLUSTER, Severity.WARNING),
    Cause.API_SERVERS_DIFFER: CauseRow(Category.CLUSTER),
    Cause.OIDC_NOT_CONFIGURED: CauseRow(Category.CLUSTER),
    Cause.AUTHENTICATOR_NOT_READY: CauseRow(Category.API_SERVER),
    Cause.KEYCLOAK_UNAVAILABLE: CauseRow(Category.KEYCLOAK),
    Cause.CERTIFICATE_EXPIRES: CauseRow(Category.KEYCLOAK, Severity.WARNING),
    Cause.ISSUER_MISMATCH: CauseRow(Category.KEYCLOAK),
    Cause.CLIENT_NOT_FOUND: CauseRow(Category.CLIENT),
    Cause.REDIRECT_URI_MISSING: CauseRow(Category.CLIENT),
    Cause.SCOPE_NOT_FOUND: CauseRow(Category.CLIENT),
    Cause.SCOPE_NOT_REQUESTED: CauseRow(Category.CLIENT),
    Cause.MAPPER_NOT_IN_TOKEN: CauseRow(Category.CLIENT),
    Cause.GROUPS_IN_OTHER_CLAIM: CauseRow(Category.CLIENT),
    Cause.CLAIM_NESTED: CauseRow(Category.CLIENT),
    Cause.NO_GROUPS_CLAIM: CauseRow(Category.CLIENT),
    Cause.USER_DISABLED: CauseRow(Category.KEYCLOAK),
    Cause.NO_TOKEN: CauseRow(Category.TOKEN),
    Cause.TOKEN_EXPIRED: CauseRow(Category.TOKEN),
    Cause.TOKEN_NOT_YET_VALID: CauseRow(Category.TOKEN),
    Cause.ALGORITHM_NOT_ACCEPTED: CauseRow(Category.TOKEN),
    Cause.WRONG_TOKEN_KIND: CauseRow(Category.TOKEN),
    Cause.OTHER_CLIENT: CauseRow(Category.TOKEN),
    Cause.AUDIENCE_MISMATCH: CauseRow(Category.TOKEN),
    Cause.EMAIL_NOT_VERIFIED: CauseRow(Category.TOKEN),
    Cause.USERNAME_CLAIM_MISSING: CauseRow(Category.TOKEN),
    Cause.REQUIRED_CLAIM_MISSING: CauseRow(Category.TOKEN),
    Cause.GROUPS_CLAIM_MISMATCH: CauseRow(Category.API_SERVER),
    Cause.GROUPS_PREFIX_MISMATCH: CauseRow(Category.API_SERVER),
    Cause.TOKEN_REJECTED: CauseRow(Category.API_SERVER),
    Cause.NOT_IN_A_GROUP: CauseRow(Category.ACCESS),
    Cause.NO_MAPPING: CauseRow(Category.ACCESS),
    Cause.GRANTED_ELSEWHERE: CauseRow(Category.ACCESS),
    Cause.ROLE_NOT_ENOUGH: CauseRow(Category.ACCESS),
    Cause.ALL_NAMESPACES_REQUESTED: CauseRow(Category.ACCESS),
    Cause.DANGLING_SUBJECT: CauseRow(Category.ACCESS, Severity.WARNING),
    Cause.MAPPING_NOT_GRANTED: CauseRow(Category.ACCESS),
    Cause.DIRECTORY_NOT_READY: CauseRow(Category.ACCESS),
    Cause.API_SERVER_MISMATCH: CauseRow(Category.API_SERVER),
    Cause.OUTDATED_STATUS: CauseRow(Category.ACCESS),
    Cause.CRD_OUTDATED: CauseRow(Category.ACCESS, Severity.WARNING),
    Cause.NO_LEADER: CauseRow(Category.ACCESS),
    Cause.NOT_IN_FORCE: CauseRow(Category.ACCESS, Severity.WARNING),
    Cause.SUSPENDED: CauseRow(Category.ACCESS, Severity.WARNING),
    Cause.NO_MEMBERS: CauseRow(Category.ACCESS, Severity.WARNING),
    Cause.ONLY_BY_KEYCLOAK: CauseRow(Category.RECOVERY, Severity.WARNING),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: a sentence without its full stop, the evidence for it, and how to mend it.

    `evidence` are lines that show what was compared. Of several fixes each is enough; the first is
    the best. `word` is the name that people search for: the cause, or a mapping's own reason.
    """

    cause: Cause
    fact: str
    evidence: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    reason: str = ""

    @property
    def word(self) -> str:
        """Return the word that stands for this finding in the documentation."""
        return self.reason or self.cause

    @property
    def category(self) -> Category:
        """Return where it is."""
        return CAUSES[self.cause].category

    @property
    def severity(self) -> Severity:
        """Return what it does to a login."""
        return CAUSES[self.cause].severity


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A check that could not be made, and why: a right that is missing, a server that is away."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class PassedCheck:
    """A check that found nothing wrong, as a sentence without its full stop."""

    category: Category
    fact: str


@dataclass(frozen=True, slots=True)
class SkippedCheck:
    """A check that nobody asked for, since it needs what was not given: it changes no exit code."""

    what: str
    why: str


Check = Finding | PassedCheck | NotChecked | SkippedCheck
