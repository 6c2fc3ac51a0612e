"""Only groups in use are looked into, for a member's token."""

import pytest

from fakes.keycloak_groups import Groups
from fakes.keycloak_members import People
from fakes.keycloak_server import KeycloakServer, error
from fakes.reading import read
from groupaccess.domain.directory.client import ProofResult
from groupaccess.domain.directory.questions import GroupsInUse, PinnedId
from groupaccess.domain.directory.snapshot import Snapshot

MAPPER = {
    "name": "groups",
    "protocol": "openid-connect",
    "protocolMapper": "oidc-group-membership-mapper",
    "config": {"claim.name": "groups", "full.path": "true", "id.token.claim": "true"},
}


@pytest.fixture
def server() -> KeycloakServer:
    """Give a realm whose client writes paths; everybody in it is in /ops and in no other group."""
    server = KeycloakServer()
    Groups(server, "/SRE", "/a/dev", "/b/dev", "/ops")
    mapped = {"id": "uuid", "clientId": "headlamp", "enabled": True, "protocolMappers": [MAPPER]}
    server.answers["clients"] = [mapped]
    server.answers["generate-example-id-token"] = {"groups": ["/ops"]}
    return server


@pytest.fixture
def people(server: KeycloakServer) -> People:
    return People(server, **{"SRE": 0, "a.dev": 1, "b.dev": 1, "ops": 1})


def result(snapshot: Snapshot) -> ProofResult | None:
    (client,) = snapshot.clients
    return client.proof.result if client.proof else None


@pytest.mark.parametrize(
    "used",
    [
        GroupsInUse(frozenset({"/ops"})),
        GroupsInUse(frozenset({"ops"})),
        GroupsInUse(frozenset({"renamed"}), frozenset({PinnedId("ops", "ops")})),
        GroupsInUse(frozenset({"ops", "dev"})),
    ],
    ids=["path", "name", "id", "beside a name of several"],
)
async def test_a_member_of_a_group_in_use_is_looked_for(
    server: KeycloakServer, people: People, used: GroupsInUse
) -> None:
    assert result(await read(server, used)) is ProofResult.PROVEN
    assert set(people.asked) == {"ops"}


@pytest.mark.parametrize(
    "used",
    [GroupsInUse(), GroupsInUse(frozenset({"typo"})), GroupsInUse(frozenset({"dev"}))],
    ids=["none", "missing", "a name of several"],
)
async def test_nobody_is_looked_for_where_no_group_is_in_use(
    server: KeycloakServer, people: People, used: GroupsInUse
) -> None:
    found = await read(server, used)
    assert result(found) is None
    assert found.clients[0].proof_pending
    assert people.asked == []


@pytest.mark.parametrize("code", [403, 500])
async def test_members_that_cannot_be_read_fail_no_reading(
    server: KeycloakServer, people: People, code: int
) -> None:
    server.answers["members"] = error(code)
    found = await read(server, GroupsInUse(frozenset({"SRE"})))
    assert [group.path for group in found.groups] == ["/SRE"]
    assert result(found) is ProofResult.UNPROVEN
    assert people.asked == []
