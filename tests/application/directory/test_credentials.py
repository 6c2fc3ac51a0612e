"""Where credentials and authorities come from, and that they get nowhere else."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from fakes.directory_harness import LOGIN, DirectoryHarness
from fakes.keycloak import refused
from fakes.keycloak_realm import SECRET
from groupaccess.application.ports.errors import TransientError
from groupaccess.domain.reasons import Reason

HALF = 'Secret "groupaccess/keycloak" has no value for key "client-secret".'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, 'Secret "groupaccess/keycloak" does not exist.'),
        ({}, 'Secret "groupaccess/keycloak" has no value for key "client-id".'),
        ({"client-id": "groupaccess"}, HALF),
        ({**LOGIN, "client-secret": " \n"}, HALF),
    ],
    ids=["no Secret", "empty", "half", "blank"],
)
async def test_missing_credentials_are_named(
    desk: DirectoryHarness, data: dict[str, str] | None, words: str
) -> None:
    desk.cluster.secrets.clear()
    if data is not None:
        desk.cluster.secrets["keycloak"] = data
    desk.declare()
    await asyncio.sleep(0.5)
    assert desk.ready() == ("False", "CredentialsNotFound")
    assert words in desk.status()["conditions"][0]["message"]
    assert desk.reader.reads == []
    desk.cluster.secrets["keycloak"] = dict(LOGIN)
    await asyncio.sleep(2)
    assert desk.ready() == ("True", "Read")


@pytest.mark.parametrize(
    ("bundle", "ca"),
    [
        (None, None),
        ({"inline": "-----BEGIN CERTIFICATE-----"}, "-----BEGIN CERTIFICATE-----"),
        ({"configMapRef": {"name": "ca"}}, "CA of the config map"),
        ({"configMapRef": {"name": "ca", "key": "root.pem"}}, "another CA"),
        ({"secretRef": {"name": "tls"}}, "CA of the secret"),
    ],
)
async def test_the_authorities_come_from_where_the_spec_says(
    desk: DirectoryHarness, bundle: dict[str, Any] | None, ca: str | None
) -> None:
    desk.cluster.config_maps["ca"] = {"ca.crt": "CA of the config map\n", "root.pem": "another CA"}
    desk.cluster.secrets["tls"] = {"ca.crt": "CA of the secret"}
    more: dict[str, Any] = {"caBundle": bundle} if bundle else {}
    desk.declare(**more)
    await asyncio.sleep(0.5)
    assert [connection.ca for connection in desk.reader.connections] == [ca]


async def test_missing_authorities_are_named(desk: DirectoryHarness) -> None:
    desk.declare(caBundle={"configMapRef": {"name": "ca"}})
    await asyncio.sleep(0.5)
    assert desk.ready() == ("False", "CredentialsNotFound")
    message = desk.status()["conditions"][0]["message"]
    assert message.startswith('ConfigMap "groupaccess/ca" does not exist.')


async def test_without_a_stored_secret_no_secret_is_read(desk: DirectoryHarness) -> None:
    desk.cluster.secrets.clear()
    desk.declare(auth={"serviceAccountToken": {"clientId": "by-token"}})
    await asyncio.sleep(0.5)
    (connection,) = desk.reader.connections
    assert (connection.client_id, connection.client_secret) == ("by-token", None)
    assert connection.credentials == "the service account token of the operator's pod"


async def test_a_login_knows_where_its_secret_is(desk: DirectoryHarness) -> None:
    desk.declare()
    await asyncio.sleep(0.5)
    (connection,) = desk.reader.connections
    where = 'Secret "groupaccess/keycloak" (keys client-id and client-secret)'
    assert connection.credentials == where


def lose_secret(desk: DirectoryHarness) -> Callable[[], None]:
    secret = desk.cluster.secrets.pop("keycloak")
    return lambda: desk.cluster.secrets.update(keycloak=secret)


def lose_bundle(desk: DirectoryHarness) -> Callable[[], None]:
    desk.declare(caBundle={"configMapRef": {"name": "ca"}})
    return lambda: desk.cluster.config_maps.update(ca={"ca.crt": "a CA"})


def rotate_secret(desk: DirectoryHarness) -> Callable[[], None]:
    desk.realm.logins["groupaccess"] = "rotated"
    return lambda: desk.cluster.secrets.update(keycloak={**LOGIN, "client-secret": "rotated"})


def distrust(desk: DirectoryHarness) -> Callable[[], None]:
    desk.reader.fail(refused(Reason.CERTIFICATE_NOT_TRUSTED, "the certificate is not trusted"), 999)
    return desk.reader.recover


@pytest.mark.parametrize("after", [2, 30, 280])
@pytest.mark.parametrize("lose", [lose_secret, lose_bundle, rotate_secret, distrust])
async def test_what_a_person_repairs_is_noticed_within_five_seconds_in_the_first_minutes(
    desk: DirectoryHarness, lose: Callable[[DirectoryHarness], Callable[[], None]], after: float
) -> None:
    repair = lose(desk)
    desk.declare() if lose is not lose_bundle else None
    await asyncio.sleep(after)
    assert desk.ready()[0] == "False"
    desk.tell()
    desk.cluster.calls.clear()
    await asyncio.sleep(20)
    assert desk.cluster.writes == []  # each try says the same
    repair()
    await asyncio.sleep(5.1)
    assert desk.ready() == ("True", "Read")


async def test_after_the_first_minutes_it_is_looked_for_at_each_interval(
    desk: DirectoryHarness,
) -> None:
    desk.cluster.secrets.clear()
    desk.declare(syncInterval="100s")
    await asyncio.sleep(600)
    desk.cluster.calls.clear()
    tries = len(desk.metrics.reads)
    await asyncio.sleep(1000)
    assert 10 <= len(desk.metrics.reads) - tries <= 20


async def test_a_login_ends_with_its_directory(desk: DirectoryHarness) -> None:
    desk.declare()
    desk.declare("other")
    await asyncio.sleep(1)
    desk.sync.stop("other")
    await asyncio.sleep(1)
    assert desk.reader.forgotten == ["other"]
    await desk.sync.close()
    assert desk.reader.forgotten == ["other", "default"]


async def test_no_secret_gets_into_a_log_or_a_status(
    desk: DirectoryHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.declare()
    await asyncio.sleep(70)
    desk.reader.fail(refused(Reason.LOGIN_FAILED, "Keycloak refused the login"))
    desk.reader.fail(RuntimeError("unexpected"))
    await asyncio.sleep(70)
    desk.cluster.fail("secret", TransientError("503"))
    await asyncio.sleep(70)
    desk.cluster.secrets["keycloak"] = {"client-id": SECRET}
    await asyncio.sleep(70)
    assert caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in str(desk.status())
    assert SECRET not in repr(desk.store)
    assert SECRET not in repr(desk.reader.connections)
