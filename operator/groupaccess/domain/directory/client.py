"""The clients that people log in by, what writes into their tokens, and what one has shown."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum


class ProofResult(StrEnum):
    """What came of it."""

    PROVEN = "Proven"  # a member's token carries the strings
    REFUTED = "Refuted"  # a member's token lacks one
    UNPROVEN = "Unproven"  # there was no token to look at


@dataclass(frozen=True, slots=True)
class TokenProof:
    """What an example token showed: `fact` is a sentence without its full stop.

    `since` is when that was first seen so. `lifetime` are the seconds that such a token lives, the
    longest that a removal from the group takes to act. `audience` is for whom such a token is (its
    claim `aud`), None when there was no token.
    """

    result: ProofResult
    fact: str
    since: datetime
    lifetime: int | None = None
    audience: frozenset[str] | None = None

    def unless_same(self, before: "TokenProof | None") -> "TokenProof":
        """Return the earlier one when this says the same: what did not change needs no write."""
        if before is None:
            return self
        return before if replace(self, since=before.since) == before else self


class MapperKind(Enum):
    """What a protocol mapper does to the claim it writes into."""

    MEMBERSHIP = "membership"  # the user's groups, always as a list
    APPENDING = "merging"  # adds strings to the list: roles, multivalued
    REPLACING = "replacing"  # puts something else there, or nobody knows
    NESTED = "nested"  # writes below that key, and so makes an object of it


@dataclass(frozen=True, slots=True)
class ClaimMapper:
    """An effective protocol mapper of a client: its own (`scope` is "") or a client scope's.

    `claim` is the top-level key in the token; `full_path` matters for MEMBERSHIP alone.
    `other_values` are the strings that it may give to people who are in no such group; None when
    they are not known.
    """

    name: str
    kind: MapperKind
    claim: str
    full_path: bool
    in_id_token: bool
    in_access_token: bool
    scope: str = ""
    other_values: frozenset[str] | None = frozenset()


@dataclass(frozen=True, slots=True)
class Client:
    """A client as Keycloak has it, with the mappers that the declared scopes bring.

    `optional_mappers` are the mappers that a login could have by asking for more scopes;
    `missing_scopes` are asked for, and the client does not have them. `proof` is None when none was
    looked for; `proof_pending` tells that one will be, once a group is in use whose members could
    show it.
    """

    client_id: str
    enabled: bool
    mappers: tuple[ClaimMapper, ...]
    optional_mappers: tuple[ClaimMapper, ...] = ()
    missing_scopes: tuple[str, ...] = ()
    lightweight: bool = False
    proof: TokenProof | None = None
    proof_pending: bool = False
