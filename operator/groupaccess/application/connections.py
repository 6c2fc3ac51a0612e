"""Where a directory's realm is, and what the operator logs in with: from its own namespace."""

from collections.abc import Mapping

from groupaccess.api import v1alpha1 as api
from groupaccess.application.ports import Cluster, Connection, RefusedError
from groupaccess.domain.directory import Failure
from groupaccess.domain.reasons import Reason, advise


class Connections:
    """Gathers credentials and CA anew each time, so that a changed Secret is used at once."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def of(self, spec: api.KeycloakDirectorySpec) -> Connection:
        """Return how a directory is reached; raise RefusedError when something of it is missing."""
        client_id, client_secret = await self._login(spec.auth)
        return Connection(
            admin_url=f"{spec.admin_url or spec.base_url}/",
            realm=spec.realm,
            client_id=client_id,
            client_secret=client_secret,
            ca=await self._ca(spec.ca_bundle),
        )

    async def _login(self, auth: api.Auth) -> tuple[str, str | None]:
        """Return the client's id and its secret, or none where the pod's token takes its place."""
        match auth:
            case api.Auth(client_secret=api.ClientSecret(secret_ref=api.NameRef(name=name))):
                where, secret = f'Secret "{name}"', await self._cluster.secret(name)
                return _entry(secret, "client-id", where), _entry(secret, "client-secret", where)
            case api.Auth(service_account_token=api.ServiceAccountToken(client_id=client_id)):
                return client_id, None
        raise AssertionError  # the model has exactly one

    async def _ca(self, bundle: api.CaBundle | None) -> str | None:
        match bundle:
            case None:
                return None
            case api.CaBundle(config_map_ref=api.KeyRef(name=name, key=key)):
                return _entry(await self._cluster.config_map(name), key, f'ConfigMap "{name}"')
            case api.CaBundle(secret_ref=api.KeyRef(name=name, key=key)):
                return _entry(await self._cluster.secret(name), key, f'Secret "{name}"')
            case _:
                return bundle.inline


def _entry(data: Mapping[str, str] | None, key: str, where: str) -> str:
    value = (data or {}).get(key, "").strip()
    if value:
        return value
    missing = f'has no "{key}"' if data is not None else "is not in the operator's namespace"
    failure = advise(Reason.CREDENTIALS_NOT_FOUND, f"{where} {missing}")
    raise RefusedError(Failure(Reason.CREDENTIALS_NOT_FOUND, failure))
