"""A login lives across readings, is renewed in time, and is nobody else's."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from kubernetes.aio.client import ApiClient, Configuration

from fakes import hostile
from fakes.keycloak_guard import Guard
from fakes.keycloak_server import SECRET, KeycloakServer, jwt
from fakes.reading import HEADLAMP
from groupaccess.adapters.keycloak.connection.login import CLIENT_ASSERTION_TYPE
from groupaccess.adapters.keycloak.connection.session import Session
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.snapshot import Realm
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.environment import production
from groupaccess.settings import Settings

SUBJECT = "system:serviceaccount:groupaccess:groupaccess"
POD_TOKEN = jwt(iss="https://cluster", sub=SUBJECT, aud="https://other")


class LoginHarness:
    """A guarded server and a reader of its realm."""

    def __init__(self, pod_token: Path) -> None:
        self.server = KeycloakServer()
        self.guard = Guard(self.server)
        self.pod_token = pod_token
        self.reader = KeycloakReader(answer_within=2, pod_token=pod_token)

    @property
    def by_pod_token(self) -> Connection:
        """Return a connection without a stored secret."""
        return replace(self.server.connection, client_secret=None)

    async def read(self, name: str = "default", connection: Connection | None = None) -> Realm:
        """Read the realm as a directory."""
        directory = Directory(name, self.server.issuer, "groups", "", (HEADLAMP,))
        return await self.reader.read_realm(directory, connection or self.server.connection, None)

    async def refusal(self, connection: Connection | None = None) -> Failure:
        """Return why the realm cannot be read."""
        with pytest.raises(RejectedError) as refused:
            await self.read(connection=connection)
        return refused.value.failure


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[LoginHarness]:
    made = LoginHarness(tmp_path / "token")
    made.pod_token.write_text(f"{POD_TOKEN}\n")
    async with made.server.serve():
        yield made
        for name in ("default", "other"):
            await made.reader.forget_directory(name)


async def test_the_canary_logs_in_with_the_pod_token_of_the_settings(site: LoginHarness) -> None:
    settings = Settings(pod_token_file=site.pod_token)
    async with ApiClient() as client:
        tokens = production(settings, Configuration(), client).tokens
        with pytest.raises(RejectedError, match="issued no ID token"):  # the fake issues none
            await tokens.operator_token(site.by_pod_token)
    assert [form["client_assertion"] for form in site.guard.logins] == [POD_TOKEN]


async def test_the_next_reading_needs_no_login(site: LoginHarness) -> None:
    assert await site.read() == await site.read()
    assert len(site.guard.logins) == 1
    assert site.guard.logins[0]["client_secret"] == SECRET


async def test_a_refused_token_is_replaced_by_one_new_login(site: LoginHarness) -> None:
    await site.read()
    site.guard.forget()
    assert (await site.read()).directory_id == "me"
    assert (len(site.guard.logins), site.guard.refused) == (2, 1)


async def test_what_is_read_of_a_realm_that_was_made_anew_has_its_new_identity(
    site: LoginHarness,
) -> None:
    await site.read()
    site.guard.forget()
    site.guard.identity = "another"
    assert (await site.read()).directory_id == "another"
    assert len(site.guard.logins) == 2


async def test_a_token_is_renewed_before_it_ends(site: LoginHarness) -> None:
    site.guard.lifetime = 0
    await site.read()
    before = len(site.guard.logins)
    await site.read()
    assert len(site.guard.logins) > before
    assert site.guard.refused == 0


async def test_many_readings_at_once_make_one_login(site: LoginHarness) -> None:
    await asyncio.gather(*(site.read() for _ in range(10)))
    assert len(site.guard.logins) == 1
    site.guard.forget()
    await asyncio.gather(*(site.read() for _ in range(10)))
    assert len(site.guard.logins) == 2
    assert site.guard.at_once == 1


async def test_each_directory_has_a_login_of_its_own(site: LoginHarness) -> None:
    await asyncio.gather(site.read(), site.read("other"))
    assert len(site.guard.logins) == 2


async def test_other_credentials_are_another_login(site: LoginHarness) -> None:
    await site.read()
    await site.read(connection=replace(site.server.connection, client_secret="rotated"))
    assert [form["client_secret"] for form in site.guard.logins] == [SECRET, "rotated"]


async def test_other_credentials_are_one_other_login_however_many_ask_at_once(
    site: LoginHarness,
) -> None:
    await site.read()
    rotated = replace(site.server.connection, client_secret="rotated")
    await asyncio.gather(*(site.read(connection=rotated) for _ in range(10)))
    assert [form["client_secret"] for form in site.guard.logins] == [SECRET, "rotated"]


async def test_a_directory_that_is_forgotten_logs_in_anew(site: LoginHarness) -> None:
    await site.read()
    await site.reader.forget_directory("default")
    await site.reader.forget_directory("never read")
    await site.read()
    assert len(site.guard.logins) == 2


async def test_a_session_that_is_closed_has_no_connection_left(site: LoginHarness) -> None:
    session = Session(site.server.connection, 2, site.pod_token)
    await session.get("groups")
    await session.close()
    assert session.login.async_s.is_closed


async def test_a_login_that_is_refused_in_the_middle_of_a_reading_is_told_as_such(
    site: LoginHarness,
) -> None:
    await site.read()
    site.guard.forget()
    site.server.answers["token"] = hostile.refusal("Invalid client or Invalid client credentials")
    assert (await site.refusal()).reason == Reason.LOGIN_FAILED


async def test_a_login_that_was_refused_heals_by_itself(site: LoginHarness) -> None:
    good = site.server.answers["token"]
    site.server.answers["token"] = hostile.refusal("Invalid client or Invalid client credentials")
    await site.refusal()
    site.server.answers["token"] = good
    assert (await site.read()).directory_id == "me"


async def test_the_pods_token_is_read_anew_for_each_login(site: LoginHarness) -> None:
    await site.read(connection=site.by_pod_token)
    site.pod_token.write_text("e30.e30.bmV3")
    await site.read(connection=site.by_pod_token)
    assert len(site.guard.logins) == 1
    site.guard.forget()
    await site.read(connection=site.by_pod_token)
    assert [form["client_assertion"] for form in site.guard.logins] == [POD_TOKEN, "e30.e30.bmV3"]
    assert {form["client_assertion_type"] for form in site.guard.logins} == {CLIENT_ASSERTION_TYPE}
    assert not any("client_secret" in form for form in site.guard.logins)


async def test_a_pods_token_that_is_not_mounted_is_named_and_waited_for(site: LoginHarness) -> None:
    site.pod_token.unlink()
    failure = await site.refusal(site.by_pod_token)
    assert failure.reason == Reason.CREDENTIALS_NOT_FOUND
    assert str(site.pod_token) in failure.message
    site.pod_token.write_text(" \n")
    assert "empty" in (await site.refusal(site.by_pod_token)).message
    site.pod_token.write_text(POD_TOKEN)
    assert (await site.read(connection=site.by_pod_token)).directory_id == "me"
    assert site.guard.refused == 0


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Invalid token audience", ['audience "https://other"', "serviceAccountToken.audience"]),
        ("Multiple audiences not allowed", ['audience "https://other"', "no other"]),
        ("Token is not active", ["expired"]),
        (
            "Invalid client or Invalid client credentials",
            ['issuer "https://cluster"', f'subject "{SUBJECT}"', "identity provider"],
        ),
    ],
)
async def test_a_refused_pods_token_says_what_to_compare(
    site: LoginHarness, words: str, named: list[str]
) -> None:
    site.server.answers["token"] = hostile.refusal(words)
    failure = await site.refusal(site.by_pod_token)
    assert failure.reason == Reason.LOGIN_FAILED
    for part in (words, *named):
        assert part in failure.message


async def test_a_pods_token_that_is_none_is_refused_in_words(site: LoginHarness) -> None:
    site.pod_token.write_text("not a token")
    site.server.answers["token"] = hostile.refusal("Invalid client or Invalid client credentials")
    assert "contains no JSON Web Token" in (await site.refusal(site.by_pod_token)).message


async def test_no_token_gets_into_a_message_a_log_or_a_repr(
    site: LoginHarness, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    await site.read(connection=site.by_pod_token)
    site.guard.forget()
    site.server.answers["token"] = hostile.refusal(f"what is {POD_TOKEN}?")
    failure = await site.refusal(site.by_pod_token)
    session = Session(site.by_pod_token, 2, site.pod_token)
    session.credential.token_request_fields()
    for text in (failure.message, caplog.text, repr(vars(session)), repr(session.credential)):
        assert text
        assert POD_TOKEN not in text
    await session.close()
