"""How to reach a directory's realm and log in, as read from the operator's own namespace."""

from collections.abc import Mapping

from groupaccess.api import v1alpha1 as api
from groupaccess.application.ports.cluster import Cluster
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

CLIENT_ID, CLIENT_SECRET = "client-id", "client-secret"
POD_CREDENTIALS = "the service account token of the operator's pod"


class Credentials:
    """Reads credentials and CA again each time, so that a changed Secret takes effect at once.

    `namespace` is the operator's own, which holds the Secrets and ConfigMaps.
    """

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace

    async def connection_for(self, spec: api.KeycloakDirectorySpec) -> Connection:
        """Return how to reach a directory; raise RejectedError when a part is missing."""
        client_id, client_secret, credentials = await self._login(spec.auth)
        return Connection(
            admin_url=f"{spec.admin_url or spec.base_url}/",
            realm=spec.realm,
            client_id=client_id,
            client_secret=client_secret,
            ca=await self._ca(spec.ca_bundle),
            credentials=credentials,
        )

    async def _login(self, auth: api.Auth) -> tuple[str, str | None, str]:
        """Return the client id, the client secret, and where they come from.

        The secret is None if the pod's token is used instead.
        """
        match auth:
            case api.Auth(client_secret=api.ClientSecret(secret_ref=api.NameRef(name=name))):
                where, secret = self._named("Secret", name), await self._cluster.get_secret(name)
                client_id = _entry(secret, CLIENT_ID, where)
                keys = f"{where} (keys {CLIENT_ID} and {CLIENT_SECRET})"
                return client_id, _entry(secret, CLIENT_SECRET, where), keys
            case api.Auth(service_account_token=api.ServiceAccountToken(client_id=client_id)):
                return client_id, None, POD_CREDENTIALS
        raise AssertionError  # the model allows exactly one

    async def _ca(self, bundle: api.CaBundle | None) -> str | None:
        match bundle:
            case None:
                return None
            case api.CaBundle(config_map_ref=api.KeyRef(name=name, key=key)):
                where = self._named("ConfigMap", name)
                return _entry(await self._cluster.get_config_map(name), key, where)
            case api.CaBundle(secret_ref=api.KeyRef(name=name, key=key)):
                return _entry(
                    await self._cluster.get_secret(name), key, self._named("Secret", name)
                )
            case _:
                return bundle.inline

    def _named(self, kind: str, name: str) -> str:
        return f'{kind} "{self._namespace}/{name}"'


def _entry(data: Mapping[str, str] | None, key: str, where: str) -> str:
    value = (data or {}).get(key, "").strip()
    if value:
        return value
    missing = f'has no value for key "{key}"' if data is not None else "does not exist"
    raise RejectedError(Failure.of(Reason.CREDENTIALS_NOT_FOUND, f"{where} {missing}"))
