"""To whom the credentials are shown: over TLS alone, and to nobody whom the CA does not know."""

import ssl

import pytest

from fakes.keycloak_server import KeycloakServer
from fakes.reading import read, refusal
from groupaccess.adapters.keycloak.connection.session import _trust
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.reasons import Reason


@pytest.fixture
def server() -> KeycloakServer:
    return KeycloakServer()


async def test_the_authority_of_the_bundle_is_believed(server: KeycloakServer) -> None:
    assert (await read(server)).directory_id == "me"


async def test_without_a_bundle_only_the_systems_authorities_are_believed(
    server: KeycloakServer,
) -> None:
    failure = await refusal(server, ca=None)
    assert failure.reason == Reason.CERTIFICATE_NOT_TRUSTED
    assert "add the CA that signed it to spec.caBundle" in failure.message
    assert server.url in failure.message
    assert server.queries == {}


async def test_the_authority_of_another_bundle_is_not_believed(server: KeycloakServer) -> None:
    other = KeycloakServer()
    async with other.serve():
        failure = await refusal(server, ca=other.ca)
    assert failure.reason == Reason.CERTIFICATE_NOT_TRUSTED
    assert server.queries == {}


async def test_the_certificate_of_another_host_is_not_believed() -> None:
    server = KeycloakServer(hosts=("keycloak.example",))
    failure = await refusal(server)
    assert failure.reason == Reason.CERTIFICATE_NOT_TRUSTED
    assert "not valid for '127.0.0.1'" in failure.message
    assert "use a host name of the certificate in spec.adminURL" in failure.message
    assert server.queries == {}


async def test_nothing_is_sent_in_clear(server: KeycloakServer) -> None:
    failure = await refusal(server, admin_url="http://127.0.0.1:1/")
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "is not https" in failure.message


def test_a_bundle_replaces_the_systems_authorities() -> None:
    server = KeycloakServer()
    server.make_certificate()
    assert len(_trust(server.ca).get_ca_certs()) == 1


@pytest.mark.parametrize("bundle", ["", "ü", "no PEM"])
def test_a_bundle_without_certificates_does_not_fall_back_to_the_system(bundle: str) -> None:
    with pytest.raises(RejectedError) as refused:
        _trust(bundle)
    assert refused.value.failure.reason == Reason.CREDENTIALS_NOT_FOUND


@pytest.mark.parametrize("bundle", [None, "own"])
def test_old_versions_of_tls_and_other_names_are_refused(bundle: str | None) -> None:
    server = KeycloakServer()
    server.make_certificate()
    context = _trust(server.ca if bundle else None)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
