"""A fake realm for the contracts of `DirectoryReader`, whoever reads it."""

from collections.abc import Iterable
from dataclasses import replace

from fakes.keycloak_realm import (
    ADMIN_URL,
    SECRET,
    VIEW_CLIENTS,
    VIEW_REALM,
    VIEW_USERS,
    FakeClient,
    FakeRealm,
    membership,
)
from groupaccess.application.ports.keycloak import Connection, DirectoryReader


class FakeSource:
    """A fake realm behind a port that reads it, and what is done to the realm."""

    connection = Connection(ADMIN_URL, "ADMIN", "groupaccess", SECRET)
    unreachable = "https://nobody.example.com/"

    def __init__(self, port: DirectoryReader, realm: FakeRealm) -> None:
        self.port = port
        self.issuer = realm.issuer
        self._realm = realm
        realm.clients["headlamp"] = FakeClient((membership(),))

    def create_groups(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._realm.create_group(path)

    def delete_group(self, path: str) -> None:
        del self._realm.groups[path]

    def create_role(self, name: str) -> None:
        self._realm.roles.add(name)

    def show_roles(self) -> None:
        self._realm.rights["groupaccess"].add(VIEW_REALM)

    def create_client(self, client_id: str, *, full_path: bool | None) -> None:
        own = () if full_path is None else (membership(full_path=full_path),)
        self._realm.clients[client_id] = FakeClient(own)

    def create_scope(self, name: str, client_id: str, *, optional: bool) -> None:
        client = self._realm.clients[client_id]
        self._realm.scopes[name] = (membership(name=name, full_path=True),)
        (client.optional_scopes if optional else client.default_scopes).append(name)

    def disable(self, client_id: str) -> None:
        self._realm.clients[client_id].enabled = False

    def login_without(self, role: str) -> Connection:
        self._realm.logins["weak"] = SECRET
        self._realm.rights["weak"] = {VIEW_USERS, VIEW_CLIENTS} - {role}
        return replace(self.connection, client_id="weak")
