"""What the ports `OperatorTokens` and `ApiServer` promise."""

from dataclasses import replace
from typing import Protocol

import pytest

from groupaccess.application.ports.apiserver import ApiServer
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.keycloak import Connection, OperatorTokens
from groupaccess.domain.apiserver.token_review import OperatorToken
from groupaccess.domain.reasons import Reason

PREFIX = "oidc:"


class Both(Protocol):
    """A realm whose account of the operator is in group `canary`, and who reads its tokens.

    The API server puts PREFIX before the groups.
    """

    tokens: OperatorTokens
    server: ApiServer
    issuer: str
    connection: Connection
    unreachable: str

    def take_rights(self) -> None:
        """Let the operator review no tokens."""


async def own(both: Both, **changes: str) -> OperatorToken:
    """Return the operator's own token, over a connection that is changed so."""
    return await both.tokens.operator_token(replace(both.connection, **changes))


class ReviewContract:
    """Subclasses give the fixture `both`."""

    async def test_the_own_token_carries_issuer_audience_and_groups(self, both: Both) -> None:
        claims = (await own(both)).claims
        assert claims["iss"] == both.issuer
        assert claims["groups"] == ["canary"]
        assert "headlamp" in str(claims["aud"])

    async def test_no_text_of_a_token_shows_it(self, both: Both) -> None:
        token = await own(both)
        assert token.raw not in f"{token} {token!r}"

    async def test_a_wrong_secret_gives_no_token(self, both: Both) -> None:
        with pytest.raises(RejectedError) as refused:
            await own(both, client_secret="wr0ng")
        assert refused.value.failure.reason == Reason.LOGIN_FAILED

    async def test_a_keycloak_that_does_not_answer_gives_no_token(self, both: Both) -> None:
        with pytest.raises(RejectedError) as refused:
            await own(both, admin_url=both.unreachable)
        assert refused.value.failure.reason == Reason.KEYCLOAK_UNAVAILABLE

    async def test_a_review_shows_the_groups_with_their_prefix(self, both: Both) -> None:
        found = await both.server.review_token((await own(both)).raw)
        assert not found.error
        assert f"{PREFIX}canary" in found.groups

    async def test_a_token_that_is_none_is_refused_in_words(self, both: Both) -> None:
        found = await both.server.review_token("not.a.token")
        assert (found.groups, found.error) == ((), "invalid bearer token")

    async def test_without_the_right_to_review_the_charts_value_is_named(self, both: Both) -> None:
        token = await own(both)
        both.take_rights()
        with pytest.raises(RejectedError, match=r"apiServer\.tokenReview") as refused:
            await both.server.review_token(token.raw)
        assert refused.value.failure.reason == Reason.API_SERVER_UNKNOWN
        assert token.raw not in str(refused.value)
