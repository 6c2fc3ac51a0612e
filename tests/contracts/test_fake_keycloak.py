"""The fake Keycloak keeps the contract of the real one."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from contracts.directory_questions import QuestionsContract
from contracts.directory_reader import DirectoryReaderContract
from fakes.keycloak import (
    ADMIN_URL,
    SECRET,
    VIEW_CLIENTS,
    VIEW_REALM,
    VIEW_USERS,
    FakeClient,
    FakeDirectoryReader,
    membership,
)
from groupaccess.application.ports.keycloak import Connection


class FakeSource:
    """A fake realm, and what is done to it."""

    connection = Connection(ADMIN_URL, "ADMIN", "groupaccess", SECRET)
    unreachable = "https://nobody.example.com/"

    def __init__(self) -> None:
        self.port = FakeDirectoryReader()
        self._realm = self.port.create_realm()
        self.issuer = self._realm.issuer
        self._realm.clients["headlamp"] = FakeClient((membership(),))

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


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


class TestFakeDirectoryReader(DirectoryReaderContract):
    """The contract."""


class TestFakeQuestions(QuestionsContract):
    """The contract of questions."""
