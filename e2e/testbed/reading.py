"""One reading of a realm by the real adapter, which leaves no connection open."""

from groupaccess.adapters.keycloak.groups import DEFAULT_COSTS, Costs
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.application.ports import Connection
from groupaccess.domain.directory import Snapshot
from groupaccess.domain.in_use import InUse
from groupaccess.domain.model import Directory
from testbed.keycloak import Keycloak
from testbed.realm import Realm


def reached(keycloak: Keycloak, realm: Realm) -> Connection:
    """Return how the operator's account reaches a realm."""
    login, ca = realm.clients.credentials(), keycloak.ca_file.read_text()
    return Connection(f"{keycloak.url}/", realm.name, login.client_id, login.secret, ca)


async def read_once(
    directory: Directory,
    connection: Connection,
    used: InUse | None = None,
    costs: Costs = DEFAULT_COSTS,
) -> Snapshot:
    """Read a realm once, as the operator does at its start."""
    reader = KeycloakReader(costs=costs)
    try:
        return await reader.read(directory, connection, used)
    finally:
        await reader.forget(directory.name)
