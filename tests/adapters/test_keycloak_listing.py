"""All groups of a realm are read, or none: how it is listed, in pages too, and compared."""

from typing import Any

import pytest
from aiohttp import web

from fakes.keycloak_groups import Groups
from fakes.keycloak_server import GROUPS, KeycloakServer
from fakes.reading import read, refusal
from groupaccess.adapters.keycloak.groups import Costs
from groupaccess.domain.directory import Snapshot
from groupaccess.domain.reasons import Reason

PAGES = Costs(page=10)


@pytest.fixture
def server() -> KeycloakServer:
    return KeycloakServer()


def paths(snapshot: Snapshot) -> list[str]:
    return [group.path for group in snapshot.groups]


async def test_a_realm_that_is_too_large_for_one_answer_is_read_in_pages(
    server: KeycloakServer,
) -> None:
    groups = Groups(server, *(f"/group-{number:02}" for number in range(35)))
    found = await read(server, costs=PAGES)
    assert paths(found) == sorted(group["path"] for group in groups.all)
    assert groups.searches == ["*"] * 4
    assert found.looked_up is None


async def test_groups_of_one_name_are_all_there_although_pages_lose_them(
    server: KeycloakServer,
) -> None:
    groups = Groups(server, *(f"/team-{number:02}/dev" for number in range(35)))
    for number in range(35):
        groups.add(f"/team-{number:02}")
    found = await read(server, costs=PAGES)
    assert paths(found) == sorted(group["path"] for group in groups.all)
    assert groups.searches.count("dev") == 1


async def test_a_page_that_is_missing_is_no_reading(server: KeycloakServer) -> None:
    groups = Groups(server, *(f"/group-{number:02}" for number in range(35)))
    honest = server.answers["groups"]

    async def lossy(request: web.Request) -> web.StreamResponse:
        if request.query.get("first") == "20":
            return web.json_response([])
        answer: web.StreamResponse = await honest(request)
        return answer

    server.answers["groups"] = lossy
    failure = await refusal(server, costs=PAGES)
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "25 listed, 25 of them different, 35 counted" in failure.message
    assert groups.searches.count("*") == 6  # twice four, without the page that is missing


def changing(*answers: Any) -> Any:  # noqa: ANN401 -- JSON
    """Answer one after another, and the last one for ever."""
    left = list(answers)

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(left.pop(0) if len(left) > 1 else left[0])

    return answer


async def test_a_realm_that_changes_while_it_is_read_is_read_once_more(
    server: KeycloakServer,
) -> None:
    server.answers["count"] = changing({"count": 1}, {"count": 2})
    assert paths(await read(server)) == ["/Dev", "/SRE"]


async def test_it_is_read_no_more_than_twice(server: KeycloakServer) -> None:
    server.answers["groups"] = changing(GROUPS[:1], GROUPS[:1], GROUPS)
    assert "1 listed, 1 of them different, 2 counted" in (await refusal(server)).message


async def test_an_empty_list_may_be_a_missing_role_which_is_named(server: KeycloakServer) -> None:
    server.answers["groups"] = []
    assert '"view-users"' in (await refusal(server)).message
