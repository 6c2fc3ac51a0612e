"""Why Keycloak is not reached: the address, the cause in plain words, and what to do."""

import asyncio
import itertools
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from fakes.keycloak_server import KeycloakServer
from fakes.reading import refusal
from groupaccess.adapters.keycloak.connection.connect_errors import explain
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from testbed.ports import free_port


@pytest.fixture
def server() -> KeycloakServer:
    return KeycloakServer()


@asynccontextmanager
async def speaking(first: bytes) -> AsyncIterator[str]:
    """Serve on a port that answers with these bytes to whatever comes, and hangs up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(first)
        writer.close()

    made = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with made:
        yield f"https://127.0.0.1:{made.sockets[0].getsockname()[1]}/"


async def at(server: KeycloakServer, url: str) -> Failure:
    return await refusal(server, admin_url=url, within=5)


async def test_a_port_where_nobody_listens(server: KeycloakServer) -> None:
    port = free_port()
    failure = await at(server, f"https://127.0.0.1:{port}/")
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert f"https://127.0.0.1:{port}/realms/main" in failure.message
    assert f"could not be reached (port {port}): the connection was refused" in failure.message


async def test_a_name_that_is_not_found(server: KeycloakServer) -> None:
    failure = await at(server, "https://keycloak.invalid/auth/")
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "https://keycloak.invalid/auth/realms/main" in failure.message
    assert "could not be reached (port 443): the host name was not found" in failure.message


async def test_a_port_that_does_not_speak_tls(server: KeycloakServer) -> None:
    async with speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        failure = await at(server, url)
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "check that this port serves https" in failure.message


async def test_a_port_that_hangs_up(server: KeycloakServer) -> None:
    async with speaking(b"") as url:
        failure = await at(server, url)
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "could not be reached (port " in failure.message


def verification(code: int, words: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, words)
    error.verify_code, error.verify_message = code, words
    return error


def behind(*causes: BaseException) -> httpx.ConnectError:
    """Return httpx's error with these behind it, the nearest first."""
    error = httpx.ConnectError("All connection attempts failed")
    for outer, inner in itertools.pairwise((error, *causes)):
        outer.__cause__ = inner
    return error


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (
            behind(verification(10, "certificate has expired")),
            Reason.CERTIFICATE_NOT_TRUSTED,
            "the certificate has expired (certificate has expired): renew it",
        ),
        (
            behind(verification(9, "certificate is not yet valid")),
            Reason.CERTIFICATE_NOT_TRUSTED,
            "the certificate is not valid yet (certificate is not yet valid): compare the clocks",
        ),
        (
            behind(OSError("All"), OSError(113, "No route to host")),
            Reason.KEYCLOAK_UNAVAILABLE,
            "No route to host: check the network and its policies",
        ),
        (
            behind(OSError("All"), ExceptionGroup("several", [ConnectionRefusedError(111, "no")])),
            Reason.KEYCLOAK_UNAVAILABLE,
            "the connection was refused: check that Keycloak runs and listens on this port",
        ),
        (
            httpx.ProxyError("407 Proxy Authentication Required"),
            Reason.KEYCLOAK_UNAVAILABLE,
            (
                "the proxy in HTTPS_PROXY does not connect to this address (407 Proxy "
                "Authentication Required)"
            ),
        ),
        (
            httpx.RemoteProtocolError("s3cret page"),
            Reason.KEYCLOAK_UNAVAILABLE,
            (
                "the connection ended before the answer (RemoteProtocolError): check that this "
                "port serves https"
            ),
        ),
        (
            behind(socket.gaierror(-2, "Name or service not known")),
            Reason.KEYCLOAK_UNAVAILABLE,
            "the host name was not found: correct it, or check the cluster's DNS",
        ),
    ],
    ids=["ended", "not yet", "no route", "several", "proxy", "no HTTP", "no name"],
)
def test_each_cause_has_its_words(error: httpx.TransportError, reason: Reason, words: str) -> None:
    assert explain(error) == (reason, words)
