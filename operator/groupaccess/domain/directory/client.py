"""The clients that people log in with, the mappers of their tokens, and example tokens."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, StrEnum
from urllib.parse import quote


class ProofResult(StrEnum):
    """The result of a check of an example token."""

    PROVEN = "Proven"  # a member's token carries the strings
    REFUTED = "Refuted"  # a member's token lacks one
    UNPROVEN = "Unproven"  # there was no example token


@dataclass(frozen=True, slots=True)
class TokenProof:
    """What an example token showed: `fact` is a sentence without its full stop.

    `since` is when this result was first seen. `lifetime` is how long such a token lives, in
    seconds: until then who left the group still has its access. `audience` is the claim
    `aud` of such a token, None if there was no token.
    """

    result: ProofResult
    fact: str
    since: datetime
    lifetime: int | None = None
    audience: frozenset[str] | None = None

    def unless_same(self, before: "TokenProof | None") -> "TokenProof":
        """Return `before` if this proof says the same: what did not change needs no write.

        Keycloak writes `iat` and `exp` one after the other: a second less is no other lifetime.
        """
        if before is None:
            return self
        same = replace(self, since=before.since)
        if self.lifetime is not None and self.lifetime + 1 == before.lifetime:
            same = replace(same, lifetime=before.lifetime)
        return before if same == before else self


# The settings of a mapper that put its claim into a token.
ID_TOKEN_SETTING = "id.token.claim"  # noqa: S105 -- no password
ACCESS_TOKEN_SETTING = "access.token.claim"  # noqa: S105 -- no password
LIGHTWEIGHT_TOKEN_SETTING = "lightweight.claim"  # noqa: S105 -- no password


class MapperKind(Enum):
    """What a protocol mapper does to the claim that it writes into."""

    MEMBERSHIP = "membership"  # the user's groups, always as a list
    APPENDING = "appending"  # adds strings to the list: roles, multivalued
    REPLACING = "replacing"  # replaces the value, or its effect is not known
    NESTED = "nested"  # writes below that key, so that the claim is an object


@dataclass(frozen=True, slots=True)
class ClaimMapper:
    """An effective protocol mapper of a client: its own (`scope` is "") or a client scope's.

    `claim` is the top-level key in the token; `full_path` matters only for MEMBERSHIP.
    `other_values` are the strings that it may give to people who are in no such group; None if they
    are not known. `owner` is its client's or its scope's path in the Admin API, and `id` its own id
    there; a mapper that was made anew is still the same. `of_groups` tells that it is a group
    membership mapper, whatever its kind.
    """

    name: str
    kind: MapperKind
    claim: str
    full_path: bool
    in_id_token: bool
    in_access_token: bool
    scope: str = ""
    other_values: frozenset[str] | None = frozenset()
    owner: str = field(default="", compare=False)
    id: str = field(default="", compare=False)
    of_groups: bool = field(default=False, compare=False)

    @property
    def path(self) -> str:
        """Return its path in the Admin API, below the realm; "" if it is not known."""
        if not (self.owner and self.id):
            return ""
        return f"{self.owner}/protocol-mappers/models/{quote(self.id, safe='')}"


@dataclass(frozen=True, slots=True)
class Client:
    """A client as Keycloak has it, with the mappers of the declared scopes.

    `optional_mappers` are the mappers that a login could have if it requested more scopes.
    `missing_scopes` are requested, and the client does not have them. `proof` is None if the
    operator looked for none; `proof_pending` tells that it will, once a group is in use whose
    members could show it. `path` is its path in the Admin API, below the realm.
    """

    client_id: str
    enabled: bool
    mappers: tuple[ClaimMapper, ...]
    optional_mappers: tuple[ClaimMapper, ...] = ()
    missing_scopes: tuple[str, ...] = ()
    lightweight: bool = False
    proof: TokenProof | None = None
    proof_pending: bool = False
    path: str = field(default="", compare=False)
