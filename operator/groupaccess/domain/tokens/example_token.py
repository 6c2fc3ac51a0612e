"""Whether an example token of Keycloak's carries the strings that were computed."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any

from groupaccess.domain.directory.client import Proof, Result

# How soon a token is asked for again while the configuration stays the same. A member's token may
# lack the string for a reason that no mapper shows, and that is put right at any time.
AGAIN = {
    Result.PROVEN: timedelta(days=1),
    Result.REFUTED: timedelta(0),
    Result.UNPROVEN: timedelta(minutes=10),
}


def judge(
    expected: AbstractSet[str], token: Mapping[str, Any], claim: str, who: str, now: datetime
) -> Proof:
    """Compare a token's payload with what it should carry. No other string of it is told.

    `who` is whose token it is, such as `the ID token of client "headlamp" for a member of /SRE`.
    """
    found = read_claim(token.get(claim))
    lifetime, audience = _lifetime(token), read_claim(token.get("aud")) or frozenset()
    lacking = sorted(expected - (found or frozenset()))
    if lacking:
        strings = " and ".join(f'"{text}"' for text in lacking)
        fact = f'{who} lacks {strings} in claim "{claim}"{_instead(token, claim, found)}'
        return Proof(Result.REFUTED, fact, now, lifetime, audience)
    strings = " and ".join(f'"{text}"' for text in sorted(expected))
    return Proof(Result.PROVEN, f"{who} carries {strings} as computed", now, lifetime, audience)


def read_claim(value: object) -> frozenset[str] | None:
    """Return a claim as kube-apiserver reads it: a string or a list of them, else None."""
    if isinstance(value, str):
        return frozenset({value})
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return frozenset(value)
    return None


def _instead(token: Mapping[str, Any], claim: str, found: AbstractSet[str] | None) -> str:
    if claim not in token:
        return ": the claim is not there"
    if found is None:
        return ": the claim is neither a string nor a list of strings"
    return f": it carries {len(found)} other" + ("" if len(found) == 1 else "s")


def _lifetime(token: Mapping[str, Any]) -> int | None:
    ends, began = token.get("exp"), token.get("iat")
    if isinstance(ends, int) and isinstance(began, int) and 0 < ends - began < 2**31:
        return ends - began
    return None
