"""The fake tokens and the fake API server that reads them keep the contract of the real ones."""

import pytest

from contracts.review import PREFIX, ReviewContract
from fakes.keycloak_realm import ADMIN_URL, SECRET
from fakes.review import FakeApiServer, FakeTokens
from groupaccess.application.ports.keycloak import Connection


class FakeBoth:
    """The fakes, and what is done to them."""

    connection = Connection(ADMIN_URL, "ADMIN", "groupaccess", SECRET)
    unreachable = "https://nobody.example.com/"
    issuer = f"{ADMIN_URL}realms/ADMIN"

    def __init__(self) -> None:
        self.tokens = FakeTokens()
        self.server = FakeApiServer(self.tokens, prefix=PREFIX)

    def take_rights(self) -> None:
        self.server.may_review = False


@pytest.fixture
def both() -> FakeBoth:
    return FakeBoth()


class TestFakeReview(ReviewContract):
    """The contract."""
