"""A realm's OpenID configuration is read at the issuer, or where the person reaches Keycloak."""

from pathlib import Path

from fakes.keycloak_server import KeycloakServer
from groupaccess.adapters.keycloak.discovery import KeycloakDiscovery

ISSUER = "https://keycloak.cluster.example/realms/ADMIN"


async def test_a_keycloak_that_is_reached_elsewhere_says_its_own_issuer(tmp_path: Path) -> None:
    server = KeycloakServer()
    server.answers |= {"openid-configuration": {"issuer": ISSUER}}
    async with server.serve():
        (tmp_path / "ca.crt").write_text(server.ca)
        read = await KeycloakDiscovery(tmp_path / "ca.crt", server.url).discover(ISSUER)
    assert read.issuer == ISSUER
    assert read.certificate_ends is not None
