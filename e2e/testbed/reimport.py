"""A realm that is deleted and imported anew, as after the loss of its database."""

from collections.abc import Mapping

from testbed.keycloak import Keycloak
from testbed.realm import Realm


def reimport(keycloak: Keycloak, realm: Realm, groups: Mapping[str, str | None]) -> None:
    """Make the realm anew with these groups at its top, by name; an id of None is a new one.

    The handle goes on to work; the operator's secret is another one.
    """
    realm.remove()
    listed = [{"name": name} | ({"id": known} if known else {}) for name, known in groups.items()]
    fresh = keycloak.create_realm(realm.name, {"groups": listed})
    fresh.clients.create_headlamp()
    fresh.clients.create_operator()
    realm.admin, realm.clients = fresh.admin, fresh.clients
