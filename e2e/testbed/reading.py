"""One round of questions to a realm by the real adapter, which leaves no connection open."""

from contracts import reading
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.questions import GroupsInUse
from groupaccess.domain.directory.snapshot import Snapshot
from testbed.keycloak import Keycloak
from testbed.realm import Realm


def reached(keycloak: Keycloak, realm: Realm) -> Connection:
    """Return how the operator's account reaches a realm."""
    login, ca = realm.clients.credentials(), keycloak.ca_file.read_text()
    return Connection(f"{keycloak.url}/", realm.name, login.client_id, login.secret, ca)


async def read_once(directory: Directory, connection: Connection, *references: str) -> Snapshot:
    """Ask once about the groups of these references, as the operator does at its start."""
    reader = KeycloakReader()
    try:
        used = GroupsInUse(frozenset(references))
        return await reading.read_once(reader, directory, connection, used)
    finally:
        await reader.forget_directory(directory.name)
