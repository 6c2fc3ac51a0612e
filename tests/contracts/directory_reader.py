"""What the port `DirectoryReader` promises of a realm as a whole."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

import pytest

from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.keycloak import Connection, DirectoryReader
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.client import ClaimMapper, Client, MapperKind
from groupaccess.domain.directory.questions import Answer, Question
from groupaccess.domain.directory.snapshot import Realm as KeycloakRealm
from groupaccess.domain.reasons import Reason

SCOPES = ("openid",)


class Realm(Protocol):
    """A realm that can be asked about its groups and roles, and what is done to it."""

    port: DirectoryReader
    issuer: str
    connection: Connection

    def create_groups(self, paths: Iterable[str]) -> None:
        """Create groups at these paths, with the parents that are missing."""

    def delete_group(self, path: str) -> None:
        """Delete the group at a path."""

    def create_role(self, name: str) -> None:
        """Create a realm role."""

    def show_roles(self) -> None:
        """Let the operator's account see the realm's roles, from its next login on."""

    def login_without(self, role: str) -> Connection:
        """Return a login of an account that lacks one of the two roles."""


class RealmWithClients(Realm, Protocol):
    """A realm whose clients can be read, too.

    It has a client `headlamp` whose own mapper writes group names into the claim `groups`.
    """

    unreachable: str  # an admin URL at which nobody answers

    def create_client(self, client_id: str, *, full_path: bool | None) -> None:
        """Create a client whose own mapper writes paths or names; None for no mapper."""

    def create_scope(self, name: str, client_id: str, *, optional: bool) -> None:
        """Give a client a scope of that name, with a mapper of paths that is named so, too."""

    def disable(self, client_id: str) -> None:
        """Disable a client."""


async def read(realm: Realm, *clients: LoginClient) -> KeycloakRealm:
    """Read what concerns all groups, as a directory would."""
    return await realm.port.read_realm(declared(realm, *clients), realm.connection, None)


async def ask(source: Realm, question: Question) -> Answer:
    """Ask the realm one question."""
    of, identity = declared(source), (await read(source)).directory_id
    return await source.port.answer(of, source.connection, identity, question)


def declared(realm: Realm, *clients: LoginClient) -> Directory:
    """Return the directory of the realm, by default for the client `headlamp`."""
    return Directory(
        "default",
        realm.issuer,
        "groups",
        "",
        clients or (LoginClient("headlamp", id_token=True, scopes=SCOPES),),
    )


async def refusal(source: RealmWithClients, **changes: str) -> RejectedError:
    """Return why the realm cannot be read over a connection that is changed so."""
    connection = replace(source.connection, **changes)
    with pytest.raises(RejectedError) as refused:
        await source.port.read_realm(declared(source), connection, None)
    assert connection.client_secret
    assert connection.client_secret not in str(refused.value.failure)
    return refused.value


def client_of(found: KeycloakRealm, client_id: str = "headlamp") -> Client:
    """Return a client."""
    return next(client for client in found.clients if client.client_id == client_id)


def mappers(found: KeycloakRealm, client_id: str = "headlamp") -> list[ClaimMapper]:
    """Return what writes groups into the tokens of a client."""
    client = client_of(found, client_id)
    return [mapper for mapper in client.mappers if mapper.claim == "groups"]


class DirectoryReaderContract:
    """Subclasses give the fixture `source`."""

    @pytest.mark.parametrize("full_path", [False, True])
    async def test_a_client_has_its_own_mapper(
        self, source: RealmWithClients, *, full_path: bool
    ) -> None:
        source.create_client("other", full_path=full_path)
        found = await read(source, LoginClient("other", id_token=True, scopes=SCOPES))
        kind = MapperKind.MEMBERSHIP
        assert mappers(found, "other") == [
            ClaimMapper("groups", kind, "groups", full_path, in_id_token=True, in_access_token=True)
        ]

    async def test_a_default_scope_brings_its_mapper(self, source: RealmWithClients) -> None:
        source.create_client("other", full_path=None)
        source.create_scope("paths", "other", optional=False)
        found = await read(source, LoginClient("other", id_token=True, scopes=SCOPES))
        assert [mapper.name for mapper in mappers(found, "other")] == ["paths"]

    @pytest.mark.parametrize(
        ("asked", "names"), [((), []), (("paths",), ["paths"])], ids=["not asked for", "asked for"]
    )
    async def test_an_optional_scope_counts_when_it_is_asked_for(
        self, source: RealmWithClients, asked: tuple[str, ...], names: list[str]
    ) -> None:
        source.create_client("other", full_path=None)
        source.create_scope("paths", "other", optional=True)
        client = LoginClient("other", id_token=True, scopes=(*SCOPES, *asked))
        found = await read(source, client)
        assert [mapper.name for mapper in mappers(found, "other")] == names

    async def test_a_mapper_names_the_scope_that_brings_it(self, source: RealmWithClients) -> None:
        source.create_client("other", full_path=True)
        source.create_scope("paths", "other", optional=False)
        found = await read(source, LoginClient("other", id_token=True, scopes=SCOPES))
        assert {mapper.name: mapper.scope for mapper in mappers(found, "other")} == {
            "groups": "",
            "paths": "paths",
        }

    async def test_what_an_optional_scope_would_bring_is_told_apart(
        self, source: RealmWithClients
    ) -> None:
        source.create_client("other", full_path=None)
        source.create_scope("paths", "other", optional=True)
        found = await read(source, LoginClient("other", id_token=True, scopes=SCOPES))
        optional = client_of(found, "other").optional_mappers
        assert "paths" in {mapper.scope for mapper in optional if mapper.claim == "groups"}

    async def test_a_scope_that_the_client_lacks_is_named(self, source: RealmWithClients) -> None:
        asked = LoginClient("headlamp", id_token=True, scopes=(*SCOPES, "teams"))
        assert client_of(await read(source, asked)).missing_scopes == ("teams",)
        assert client_of(await read(source)).missing_scopes == ()

    async def test_an_unknown_client_is_absent(self, source: RealmWithClients) -> None:
        other = LoginClient("head", id_token=True, scopes=SCOPES)
        known = LoginClient("headlamp", id_token=True, scopes=SCOPES)
        assert [client.client_id for client in (await read(source, other, known)).clients] == [
            "headlamp"
        ]

    async def test_a_disabled_client_is_known_as_such(self, source: RealmWithClients) -> None:
        assert client_of(await read(source)).enabled
        source.disable("headlamp")
        assert not client_of(await read(source)).enabled

    async def test_nothing_new_reads_the_same(self, source: RealmWithClients) -> None:
        first, second = await read(source), await read(source)
        assert first == second
        assert first.directory_id

    async def test_a_wrong_secret_is_a_failed_login(self, source: RealmWithClients) -> None:
        refused = await refusal(source, client_secret="wr0ng")
        assert refused.failure.reason == Reason.LOGIN_FAILED

    async def test_an_unknown_account_is_a_failed_login(self, source: RealmWithClients) -> None:
        refused = await refusal(source, client_id="nobody")
        assert refused.failure.reason == Reason.LOGIN_FAILED

    async def test_another_issuer_is_a_mismatch_that_names_both(
        self, source: RealmWithClients
    ) -> None:
        wrong = replace(declared(source), issuer=f"{source.issuer}x")
        with pytest.raises(RejectedError) as refused:
            await source.port.read_realm(wrong, source.connection, None)
        assert refused.value.failure.reason == Reason.ISSUER_MISMATCH
        assert f'"{source.issuer}x"' in refused.value.failure.message
        assert f'"{source.issuer}"' in refused.value.failure.message

    async def test_a_missing_realm_is_a_mismatch(self, source: RealmWithClients) -> None:
        refused = await refusal(source, realm="nowhere")
        assert refused.failure.reason == Reason.ISSUER_MISMATCH

    async def test_a_server_that_does_not_answer_is_unavailable(
        self, source: RealmWithClients
    ) -> None:
        refused = await refusal(source, admin_url=source.unreachable)
        assert refused.failure.reason == Reason.KEYCLOAK_UNAVAILABLE

    async def test_a_missing_right_on_clients_is_named_with_its_endpoint(
        self, source: RealmWithClients
    ) -> None:
        with pytest.raises(RejectedError) as refused:
            await source.port.read_realm(
                declared(source), source.login_without("view-clients"), None
            )
        assert refused.value.failure.reason == Reason.KEYCLOAK_FORBIDDEN
        assert '"view-clients"' in refused.value.failure.message
        assert refused.value.failure.message.startswith("client")
