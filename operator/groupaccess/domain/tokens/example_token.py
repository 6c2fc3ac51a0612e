"""Whether an example token from Keycloak carries the computed strings."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any

from groupaccess.domain.directory.client import ProofResult, TokenProof
from groupaccess.domain.tokens.claim_strings import claim_strings

# When to request a token again while the configuration stays the same. A member's token may lack
# the string for a reason that no mapper shows, and that somebody may fix at any time.
RECHECK_AFTER = {
    ProofResult.PROVEN: timedelta(days=1),
    ProofResult.REFUTED: timedelta(0),
    ProofResult.UNPROVEN: timedelta(minutes=10),
}


def check_example_token(
    expected: AbstractSet[str], token: Mapping[str, Any], claim: str, token_of: str, now: datetime
) -> TokenProof:
    """Compare a token's payload with the `expected` strings. The fact names no other string of it.

    `token_of` says whose token it is, such as `the ID token of client "headlamp" for a member of
    /SRE`.
    """
    result = claim_strings(token.get(claim))
    lifetime, audience = _lifetime(token), claim_strings(token.get("aud")) or frozenset()
    lacking = sorted(expected - (result or frozenset()))
    if lacking:
        strings = " and ".join(f'"{text}"' for text in lacking)
        fact = f'{token_of} lacks {strings} in claim "{claim}"{_instead(token, claim, result)}'
        return TokenProof(ProofResult.REFUTED, fact, now, lifetime, audience)
    strings = " and ".join(f'"{text}"' for text in sorted(expected))
    return TokenProof(
        ProofResult.PROVEN, f"{token_of} has {strings} as computed", now, lifetime, audience
    )


def _instead(token: Mapping[str, Any], claim: str, result: AbstractSet[str] | None) -> str:
    if claim not in token:
        return ": the token has no such claim"
    if result is None:
        return ": the claim is neither a string nor a list of strings"
    return f": it has {len(result)} other" + (" string" if len(result) == 1 else " strings")


def _lifetime(token: Mapping[str, Any]) -> int | None:
    ends, began = token.get("exp"), token.get("iat")
    if isinstance(ends, int) and isinstance(began, int) and 0 < ends - began < 2**31:
        return ends - began
    return None
