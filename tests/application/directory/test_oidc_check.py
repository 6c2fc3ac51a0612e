"""How kube-apiserver reads tokens is asked at the start, on change, and now and then."""

import asyncio
import logging

import pytest

from fakes.clock import FakeClock
from fakes.directory_harness import DirectoryHarness
from fakes.review import RAW, FakeApiServer, FakeTokens
from fakes.values import access
from groupaccess.application.directory.oidc_check import RECHECK_WHEN_TRUE_SECONDS, OidcChecker
from groupaccess.application.ports.errors import TransientError

CANARY = {"group": "/canary"}


class CheckerHarness(DirectoryHarness):
    """A desk whose directory's tokens are looked at."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.realm.create_group("/canary")
        self.tokens = FakeTokens()
        self.server = FakeApiServer(self.tokens)
        self.canary = OidcChecker(self.tokens, self.server, self.store, clock)
        self.sync = self.reading_by(self.reader, checker=self.canary)

    def said(self) -> tuple[str, str]:
        """Return status and message of the condition ApiServer."""
        found = {each["type"]: each for each in self.status()["conditions"]}["ApiServer"]
        return found["status"], found["message"]


@pytest.fixture
async def watched(clock: FakeClock) -> CheckerHarness:
    made = CheckerHarness(clock)
    made.store.put_access(access())
    return made


async def test_it_is_asked_before_the_first_grant_can_be_made(watched: CheckerHarness) -> None:
    watched.declare(canary=CANARY)
    await asyncio.sleep(1)
    assert watched.said()[0] == "True"
    assert watched.server.reviews == [RAW]
    assert watched.touched[0] == "platform"  # by the sight, then by the reading
    assert watched.ready() == ("True", "Read")


async def test_nothing_is_kept_of_a_directory_that_is_gone(watched: CheckerHarness) -> None:
    watched.declare(canary=CANARY)
    await asyncio.sleep(1)
    assert watched.server.reviews == [RAW]
    watched.sync.stop("default")
    await asyncio.sleep(1)
    watched.sync.start_or_wake("default")
    await asyncio.sleep(1)  # else it would be asked again after ten minutes
    assert watched.server.reviews == [RAW, RAW]


async def test_while_it_agrees_it_is_asked_every_ten_minutes_and_nothing_is_written(
    watched: CheckerHarness,
) -> None:
    watched.declare(canary=CANARY)
    await asyncio.sleep(1)
    watched.tell()
    watched.cluster.calls.clear()
    await asyncio.sleep(RECHECK_WHEN_TRUE_SECONDS - 70)
    assert watched.tokens.asked == 1
    await asyncio.sleep(140)
    assert watched.tokens.asked == 2
    assert watched.cluster.writes == []


async def test_what_differs_is_asked_with_each_reading_until_it_is_right(
    watched: CheckerHarness,
) -> None:
    watched.server.prefix = "oidc:"
    watched.declare(canary=CANARY)
    await asyncio.sleep(1)
    status, message = watched.said()
    assert status == "False"
    assert 'groups prefix "oidc:"' in message
    watched.server.prefix = ""
    await asyncio.sleep(70)
    assert watched.said()[0] == "True"


async def test_a_changed_spec_is_asked_at_once(watched: CheckerHarness) -> None:
    watched.declare(canary=CANARY)
    await asyncio.sleep(1)
    tokens = {"groupsPrefix": "oidc:", "clients": [{"clientId": "headlamp"}]}
    watched.declare(canary=CANARY, tokens=tokens)
    assert watched.store.directories.oidc_checks == {}
    await asyncio.sleep(1)
    assert watched.said()[0] == "False"


async def test_without_the_right_it_is_unknown_and_names_the_charts_value(
    watched: CheckerHarness,
) -> None:
    watched.server.may_review = False
    watched.declare(canary=CANARY)
    await asyncio.sleep(1)
    status, message = watched.said()
    assert status == "Unknown"
    assert "apiServer.tokenReview" in message


async def test_a_group_that_is_not_there_is_not_asked_for(watched: CheckerHarness) -> None:
    watched.declare(canary={"group": "nobody"})
    await asyncio.sleep(1)
    assert watched.said()[0] == "Unknown"
    assert watched.tokens.asked == 0


async def test_a_token_without_the_group_is_not_sent(watched: CheckerHarness) -> None:
    watched.tokens.claims["groups"] = ["staff"]
    watched.declare(canary=CANARY)
    await asyncio.sleep(1)
    assert watched.said()[0] == "Unknown"
    assert watched.server.reviews == []


async def test_keycloak_silent_from_the_start_is_unknown_and_then_asked_at_once(
    watched: CheckerHarness,
) -> None:
    watched.reader.down = True
    watched.declare(canary=CANARY)
    await asyncio.sleep(0.5)
    assert watched.said()[0] == "Unknown"
    watched.reader.down = False
    await asyncio.sleep(1)
    assert watched.said()[0] == "True"


async def test_what_was_seen_holds_on_while_keycloak_is_silent(watched: CheckerHarness) -> None:
    watched.declare(canary=CANARY)
    await asyncio.sleep(1)
    watched.reader.down = True
    await asyncio.sleep(2 * RECHECK_WHEN_TRUE_SECONDS)
    assert watched.said()[0] == "True"
    assert watched.tokens.asked == 1


async def test_a_contradiction_holds_on_while_the_api_server_cannot_be_asked(
    watched: CheckerHarness,
) -> None:
    watched.server.prefix = "oidc:"
    watched.declare(canary=CANARY)
    await asyncio.sleep(1)
    watched.server.failure = TransientError("503")
    await asyncio.sleep(200)
    assert watched.said()[0] == "False"
    watched.server.failure, watched.server.prefix = None, ""
    await asyncio.sleep(70)
    assert watched.said()[0] == "True"


async def test_a_refused_login_is_unknown(watched: CheckerHarness) -> None:
    watched.declare(canary=CANARY)
    watched.realm.logins["groupaccess"] = "other"
    watched.cluster.secrets["keycloak"]["client-secret"] = "other"
    await asyncio.sleep(1)
    status, message = watched.said()
    assert status == "Unknown"
    assert "refused the login" in message


@pytest.mark.parametrize("error", [RuntimeError("eyJ"), ValueError("eyJ")])
async def test_an_unexpected_error_ends_no_loop(watched: CheckerHarness, error: Exception) -> None:
    watched.server.failure = error
    watched.declare(canary=CANARY)
    await asyncio.sleep(1)
    status, message = watched.said()
    assert status == "Unknown"
    assert type(error).__name__ in message
    assert "eyJ" not in message
    watched.server.failure = None
    await asyncio.sleep(70)
    assert watched.said()[0] == "True"


async def test_without_a_canary_nothing_is_asked_and_the_field_is_named(
    watched: CheckerHarness,
) -> None:
    watched.declare()
    await asyncio.sleep(1)
    status, message = watched.said()
    assert status == "Unknown"
    assert "set spec.canary" in message
    watched.tell()
    watched.cluster.calls.clear()
    await asyncio.sleep(2 * RECHECK_WHEN_TRUE_SECONDS)
    assert (watched.tokens.asked, watched.server.reviews) == (0, [])
    assert watched.cluster.writes == []


async def test_a_canary_that_is_added_is_asked_at_once(watched: CheckerHarness) -> None:
    watched.declare()
    await asyncio.sleep(1)
    watched.declare(canary=CANARY)
    await asyncio.sleep(1)
    assert watched.said()[0] == "True"


async def test_no_token_gets_into_a_log_or_a_status(
    watched: CheckerHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    watched.server.error = "refused"
    watched.declare(canary=CANARY)
    await asyncio.sleep(70)
    assert "refuses the operator's own ID token" in caplog.text
    for text in (caplog.text, str(watched.status()), repr(watched.store)):
        assert RAW not in text
