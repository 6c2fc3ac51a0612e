"""What is known of one login, from Keycloak to kube-apiserver. None means: not known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher

from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.authenticator import Authenticator
from groupaccess.domain.directory.client import Client
from groupaccess.domain.failure import Failure
from groupaccess.domain.tokens.claim_strings import claim_strings

TYPED = "(as typed)"  # the name of a directory that a person typed instead
UNDECLARED = "(none)"  # the name of a directory that nobody declared
ID_TYPE = "ID"  # Keycloak's claim `typ` of an ID token; an access token has "Bearer"


@dataclass(frozen=True, slots=True)
class Token:
    """A token's header and claims; the token itself is never kept.

    `algorithm` is the header's `alg`, "" if there is none. An `example` was made by Keycloak for
    this check, so that its times say nothing; it is not signed, and its `algorithm` is what a token
    would be signed with.
    """

    algorithm: str
    claims: Mapping[str, object] = field(repr=False)
    example: bool = False

    @property
    def issuer(self) -> str:
        """Return its issuer, "" if it has none."""
        return self._text("iss")

    @property
    def audiences(self) -> frozenset[str]:
        """Return whom it is for."""
        return claim_strings(self.claims.get("aud")) or frozenset()

    @property
    def client_id(self) -> str:
        """Return the client that it was issued to (`azp`)."""
        return self._text("azp")

    @property
    def is_id_token(self) -> bool:
        """Tell whether it is an ID token, by Keycloak's own claim."""
        return self.claims.get("typ") == ID_TYPE

    def time(self, claim: str) -> datetime | None:
        """Return a time such as `exp`, None if there is none that can be read."""
        value = self.claims.get(claim)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        try:
            return datetime.fromtimestamp(value, UTC)
        except (OverflowError, OSError, ValueError):
            return None

    def _text(self, claim: str) -> str:
        value = self.claims.get(claim)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class RealmDiscovery:
    """What Keycloak's OpenID configuration says of the realm at the declared issuer's address.

    `certificate_ends` is the end of the certificate there, `ahead` how far Keycloak's clock is
    ahead of this machine's; None if that is not known.
    """

    issuer: str
    algorithms: frozenset[str] = frozenset()
    certificate_ends: datetime | None = None
    ahead: timedelta | None = None


@dataclass(frozen=True, slots=True)
class LoginFacts:
    """One login: what is declared, what Keycloak says, the token, and what kube-apiserver reads.

    `directory` is the KeycloakDirectory, or what was typed in its place. `login_client` is the one
    of its clients that the person uses. `discovery` and `client` are Keycloak's own; a Failure says
    why there is none. `authenticators` are what every kube-apiserver was told, empty if it accepts
    no OIDC token; `differences` is what each was told that others were not. `configuration` is the
    file of an authentication configuration, if they are what that says. `review` is its answer for
    this token, or for the canary's if there is no token. `algorithm` is what Keycloak signs the
    client's tokens with, "" if it is not known.
    """

    now: datetime
    directory: Directory
    login_client: LoginClient
    discovery: RealmDiscovery | Failure | None = None
    client: Client | None = None
    token: Token | None = None
    authenticators: tuple[Authenticator, ...] | None = None
    differences: tuple[str, ...] = ()
    review: TokenReviewResult | None = None
    configuration: str = ""
    algorithm: str = ""

    @property
    def issuer(self) -> str:
        """Return the realm's issuer: Keycloak's word, else what is declared.

        A token's own word counts for nothing: anybody can write one.
        """
        if isinstance(self.discovery, RealmDiscovery):
            return self.discovery.issuer
        return self.directory.issuer

    @property
    def authenticator(self) -> Authenticator | None:
        """Return what kube-apiserver was told about this issuer, None if that is not visible."""
        told = (each for each in self.authenticators or () if each.issuer == self.issuer)
        return next(told, None)

    @property
    def claim_read(self) -> str:
        """Return the claim that kube-apiserver reads groups from, as far as it is known."""
        told = self.authenticator
        return (told.groups_claim if told else None) or self.directory.groups_claim


def nearest_directory(directories: Sequence[Directory], token: Token) -> Directory:
    """Return the directory that a token is meant for, by its issuer; without any, one as it is."""
    if not directories:
        client = LoginClient(token.client_id, id_token=token.is_id_token, scopes=())
        return Directory(UNDECLARED, token.issuer, "groups", "", (client,))
    return max(
        directories, key=lambda each: SequenceMatcher(None, each.issuer, token.issuer).ratio()
    )
