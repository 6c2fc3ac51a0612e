"""What `RealmPeople` promises of a realm's users, groups and clients, fake or real."""

from typing import Protocol

import pytest

from groupaccess.application.ports.keycloak_setup import SetupUnknownError
from groupaccess.application.ports.people import RealmPeople
from groupaccess.domain.access.keycloak_directory import LoginClient
from groupaccess.domain.directory.client import MapperKind

HEADLAMP = LoginClient("headlamp", id_token=True, scopes=("openid",))
SRE, DEV, ONLY_DISABLED = "/platform/SRE", "/Dev", "/Left"


class PeopleSource(Protocol):
    """A realm with the client `headlamp`, whose tokens carry names of groups.

    Alice is in SRE and Dev; Bob is in none, and Carl is the only one in ONLY_DISABLED: both are
    disabled. `powerless` is by a login without rights.
    """

    port: RealmPeople
    powerless: RealmPeople


class PeopleContract:
    """To be used with a fixture `people`, a PeopleSource."""

    @pytest.mark.parametrize("typed", ["alice", "Alice"])
    async def test_a_user_has_their_direct_groups(self, people: PeopleSource, typed: str) -> None:
        user = await people.port.find_user(typed)
        assert user is not None
        assert (user.username, user.enabled) == ("alice", True)
        assert {group.path for group in user.groups} == {SRE, DEV}
        assert {group.name for group in user.groups} == {"SRE", "Dev"}

    async def test_a_disabled_user_in_no_group_is_found(self, people: PeopleSource) -> None:
        user = await people.port.find_user("bob")
        assert user is not None
        assert (user.enabled, user.groups) == (False, ())

    @pytest.mark.parametrize("typed", ["carol", "alic", "a"])
    async def test_there_is_no_user_of_another_name(self, people: PeopleSource, typed: str) -> None:
        assert await people.port.find_user(typed) is None

    async def test_a_group_is_found_by_its_path_alone(self, people: PeopleSource) -> None:
        group = await people.port.find_group(SRE)
        assert group is not None
        assert (group.path, group.name) == (SRE, "SRE")
        assert await people.port.find_group("/SRE") is None

    async def test_groups_are_found_by_their_exact_name(self, people: PeopleSource) -> None:
        for name, paths in (("SRE", [SRE]), ("sre", []), ("SR", []), ("nobody", [])):
            assert [group.path for group in await people.port.find_groups(name)] == paths

    async def test_a_group_has_a_member_who_may_log_in(self, people: PeopleSource) -> None:
        assert await people.port.has_member(SRE)
        assert not await people.port.has_member(ONLY_DISABLED)
        assert not await people.port.has_member("/nobody")

    async def test_a_client_has_where_it_may_send_a_browser(self, people: PeopleSource) -> None:
        read = await people.port.read_client(HEADLAMP)
        assert read is not None
        assert read.redirect_uris

    async def test_a_client_has_what_writes_into_its_tokens(self, people: PeopleSource) -> None:
        read = await people.port.read_client(HEADLAMP)
        assert read is not None
        kinds = [mapper.kind for mapper in read.client.mappers if mapper.claim == "groups"]
        assert kinds == [MapperKind.MEMBERSHIP]
        assert await people.port.read_client(LoginClient("other", id_token=True, scopes=())) is None

    async def test_an_example_token_carries_the_users_groups(self, people: PeopleSource) -> None:
        user, client = await people.port.find_user("alice"), await people.port.read_client(HEADLAMP)
        assert user is not None
        assert client is not None
        token = await people.port.example_token(client, HEADLAMP, user.id)
        groups = token.claims["groups"]
        assert isinstance(groups, list)
        assert sorted(groups) == ["Dev", "SRE"]
        assert token.example
        assert token.algorithm == "RS256"
        assert token.client_id == "headlamp"

    async def test_a_right_that_is_missing_is_named(self, people: PeopleSource) -> None:
        with pytest.raises(SetupUnknownError, match="view-users"):
            await people.powerless.find_user("alice")
        with pytest.raises(SetupUnknownError, match="view-clients"):
            await people.powerless.read_client(HEADLAMP)
        with pytest.raises(SetupUnknownError, match="view-users"):
            await people.powerless.find_group(SRE)
        with pytest.raises(SetupUnknownError, match="view-users"):
            await people.powerless.find_groups("SRE")
        with pytest.raises(SetupUnknownError, match="view-users"):
            await people.powerless.has_member(SRE)
