"""The port `DiscoveryReader`: a realm's OpenID configuration, which needs no login."""

import json
import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx

from groupaccess.adapters.http_date import clock_ahead
from groupaccess.adapters.keycloak.connection.answers import own_error
from groupaccess.adapters.keycloak.connection.http import HardenedClient, RejectedAnswerError
from groupaccess.adapters.keycloak.connection.setting_names import DOCTOR_OPTIONS
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.diagnosis.login_facts import RealmDiscovery
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

ANSWER_SECONDS = 20.0
NOT_FOUND = 404


REALMS = "/realms/"  # between Keycloak's address and a realm's name


class KeycloakDiscovery:
    """Reads over https, trusting the authorities in `ca` as well as the system's own.

    `url` is where Keycloak is reached from here, if not at the issuer.
    """

    def __init__(self, ca: Path | None = None, url: str | None = None) -> None:
        self._url = url
        self._trust = ssl.create_default_context()
        if ca is not None:
            self._trust.load_verify_locations(cafile=ca)

    async def discover(self, issuer: str) -> RealmDiscovery:
        """Read what the realm says of itself; see the port."""
        realm = issuer.rstrip("/")
        if self._url is not None:
            realm = f"{self._url}{REALMS}{realm.partition(REALMS)[2]}"
        where = f"{realm}/.well-known/openid-configuration"
        async with HardenedClient(self._trust, ANSWER_SECONDS, DOCTOR_OPTIONS) as client:
            try:
                response = await client.get(where)
            except RejectedAnswerError as rejected:
                raise RejectedError(Failure(rejected.reason, str(rejected))) from rejected
            except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
                fact = f'"{issuer}" is no address: an issuer begins with https://'
                raise RejectedError(Failure(Reason.ISSUER_MISMATCH, fact)) from error
        if response.status_code == NOT_FOUND:
            fact = f"{issuer}: Keycloak has no such realm ({own_error(response.content)})"
            raise RejectedError(Failure(Reason.ISSUER_MISMATCH, fact))
        return _read(issuer, response)


def _read(issuer: str, response: httpx.Response) -> RealmDiscovery:
    try:
        body = json.loads(response.content)
        algorithms = body.get("id_token_signing_alg_values_supported") or ()
        return RealmDiscovery(
            str(body["issuer"]),
            frozenset(map(str, algorithms)),
            _certificate_ends(response),
            clock_ahead(response.headers.get("Date", "")),
        )
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        fact = f"{issuer}: what answers there is no OpenID configuration"
        raise RejectedError(Failure(Reason.KEYCLOAK_UNAVAILABLE, fact)) from error


def _certificate_ends(response: httpx.Response) -> datetime | None:
    """Return the end of the certificate that the server showed."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("ssl_object") if stream is not None else None
    ends = (connection.getpeercert() or {}).get("notAfter") if connection is not None else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None
