"""kopf uses our credentials, writes nothing and never gives up."""

from itertools import islice
from pathlib import Path

import kopf
import pytest
from kubernetes.aio.client import Configuration

from groupaccess.adapters.kopf import EndlessBackoffs, NoDiffBase, connection_info, watch_settings


@pytest.fixture
def configuration() -> Configuration:
    made = Configuration()
    made.host = "https://api.example.com"
    made.ssl_ca_cert = "/ca.crt"
    return made


@pytest.mark.parametrize("word", ["Bearer", "bearer"])
def test_a_token_is_handed_over(configuration: Configuration, word: str) -> None:
    configuration.api_key["BearerToken"] = f"{word} abc"
    info = connection_info(configuration)
    assert (info.server, info.ca_path, info.insecure) == (
        "https://api.example.com",
        "/ca.crt",
        False,
    )
    assert (info.scheme, info.token) == ("Bearer", "abc")
    assert info.expiration is None


def test_a_certificate_is_handed_over(configuration: Configuration) -> None:
    configuration.cert_file, configuration.key_file = "/tls.crt", "/tls.key"
    info = connection_info(configuration)
    assert (info.certificate_path, info.private_key_path) == ("/tls.crt", "/tls.key")
    assert (info.scheme, info.token) == (None, None)


def test_a_token_that_rotates_is_read_anew(configuration: Configuration, tmp_path: Path) -> None:
    file = tmp_path / "token"

    def read(into: Configuration) -> None:
        into.api_key["BearerToken"] = f"bearer {file.read_text()}"

    configuration.refresh_api_key_hook = read  # type: ignore[assignment]  # it is what it is for
    tokens = []
    for text in ("first", "second"):
        file.write_text(text)
        info = connection_info(configuration)
        tokens.append(info.token)
        assert info.expiration is not None
    assert tokens == ["first", "second"]


def test_kopf_never_gives_up_and_never_writes() -> None:
    settings = watch_settings()
    delays = list(islice(EndlessBackoffs(), 100))
    assert 0.5 <= delays[0] <= 1
    assert all(15 <= each <= 30 for each in delays[10:])
    assert settings.scanning.disabled
    assert settings.peering.standalone
    assert not settings.posting.enabled


def test_kopf_keeps_no_copy_of_an_object() -> None:
    storage, body = NoDiffBase(), kopf.Body({"metadata": {"name": "x"}})
    assert storage.build(body=body) == {}
    assert storage.fetch(body=body) is None
    storage.store(body=body)
