"""One question is one answer, Keycloak's own; anything else is a failure of that question alone."""

from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port

from fakes.keycloak_groups import Groups
from fakes.keycloak_server import HANG, KeycloakServer
from fakes.reading import ME, answer, opened, read
from groupaccess.application.ports.errors import QuestionFailedError, RejectedError
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import (
    MAX_SEARCH_RESULTS,
    Answer,
    ById,
    ByPath,
    GroupsInUse,
    Question,
    Search,
)
from groupaccess.domain.directory.snapshot import NoGroup, SeveralGroups
from groupaccess.domain.directory.visibility import VIEW_GROUPS
from groupaccess.domain.reasons import Reason

NO_ID = (404, '{"error":"Could not find group by id"}')
NO_PATH = (404, '{"error":"Group path does not exist"}')
FORBIDDEN = (403, '{"error":"HTTP 403 Forbidden"}')
BY_ID, BY_PATH, SEARCH = ById("old"), ByPath("/p/S RE"), Search("SRE")


@pytest.fixture
def server() -> KeycloakServer:
    return KeycloakServer()


async def test_a_search_asks_for_few_groups_of_exactly_this_name(server: KeycloakServer) -> None:
    Groups(server, "/SRE", "/x/SRE", "/SREs", "/sre")
    found = await answer(server, Search("SRE"))
    assert [group.path for group in found.groups] == ["/SRE", "/x/SRE"]
    assert not found.truncated
    assert server.queries["groups"] == {
        "search": "SRE",
        "exact": "true",
        "populateHierarchy": "false",
        "briefRepresentation": "true",
        "subGroupsCount": "false",
        "first": "0",
        "max": str(MAX_SEARCH_RESULTS),
    }


async def test_of_many_namesakes_some_are_told_and_that_there_are_more(
    server: KeycloakServer,
) -> None:
    Groups(server, *(f"/{number}/dev" for number in range(MAX_SEARCH_RESULTS + 5)))
    found = await answer(server, Search("dev"))
    assert len(found.groups) == MAX_SEARCH_RESULTS
    assert found.truncated


async def test_a_group_is_found_by_its_id_and_by_its_path(server: KeycloakServer) -> None:
    Groups(server, "/p/S RE")
    group = Group("/p/S RE", "S RE", "p.S RE")
    server.answers["S RE"] = server.answers["p.S RE"]
    assert await answer(server, ById("p.S RE")) == await answer(server, BY_PATH) == Answer((group,))


@pytest.mark.parametrize(("question", "words"), [(BY_ID, NO_ID), (BY_PATH, NO_PATH)])
async def test_keycloaks_own_404_means_that_there_is_none(
    server: KeycloakServer, question: Question, words: tuple[int, str]
) -> None:
    server.answers |= {"old": words, "S RE": words}
    assert await answer(server, question) == Answer()


@pytest.mark.parametrize("question", [BY_ID, BY_PATH, SEARCH])
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ((404, "<html>no backend</html>"), Reason.KEYCLOAK_UNAVAILABLE),
        ((404, ""), Reason.KEYCLOAK_UNAVAILABLE),
        ((404, "[]"), Reason.KEYCLOAK_UNAVAILABLE),
        ((404, '{"error":404}'), Reason.KEYCLOAK_UNAVAILABLE),
        ((404, '{"errors":"group"}'), Reason.KEYCLOAK_UNAVAILABLE),
        ((404, '{"error":"Realm not found."}'), Reason.KEYCLOAK_UNAVAILABLE),
        (FORBIDDEN, Reason.KEYCLOAK_FORBIDDEN),
        ((400, '{"error":"bad"}'), Reason.KEYCLOAK_UNAVAILABLE),
        ((500, "{}"), Reason.KEYCLOAK_UNAVAILABLE),
        ((503, "<html>"), Reason.KEYCLOAK_UNAVAILABLE),
        ((200, "<html>"), Reason.KEYCLOAK_UNAVAILABLE),
        ((200, "null"), Reason.KEYCLOAK_UNAVAILABLE),
        ([{"id": "x"}], Reason.KEYCLOAK_UNAVAILABLE),
        ({"id": "x"}, Reason.KEYCLOAK_UNAVAILABLE),
        (HANG, Reason.KEYCLOAK_UNAVAILABLE),
    ],
)
async def test_any_other_answer_is_a_failure_of_this_question(
    server: KeycloakServer, question: Question, said: object, reason: Reason
) -> None:
    server.answers |= {"old": said, "S RE": said, "groups": said}
    with pytest.raises(QuestionFailedError) as unanswered:
        await answer(server, question)
    assert unanswered.value.failure.reason is reason


@pytest.mark.parametrize(
    ("question", "where"), [(BY_ID, "group by id"), (BY_PATH, "group by path"), (SEARCH, "groups")]
)
async def test_a_missing_right_is_named_with_what_it_is_for(
    server: KeycloakServer, question: Question, where: str
) -> None:
    server.answers |= {"old": FORBIDDEN, "S RE": FORBIDDEN, "groups": FORBIDDEN}
    with pytest.raises(QuestionFailedError) as unanswered:
        await answer(server, question)
    said = unanswered.value.failure.message
    assert said.startswith(f"{where}: 403, the operator's account lacks {VIEW_GROUPS}.")


@pytest.mark.parametrize("said", [(401, '{"error":"unauthorized_client"}'), (503, "<html>"), HANG])
async def test_without_a_login_no_question_has_an_answer(
    server: KeycloakServer, said: object
) -> None:
    server.answers["token"] = said
    with pytest.raises(RejectedError) as refused:
        await answer(server, SEARCH)
    assert not isinstance(refused.value, QuestionFailedError)


async def test_a_server_that_nobody_reaches_answers_no_question(server: KeycloakServer) -> None:
    async with opened(server) as (reader, directory, connection):
        nowhere = replace(connection, admin_url=f"https://127.0.0.1:{unused_port()}/")
        with pytest.raises(RejectedError) as refused:
            await reader.answer(directory, nowhere, ME, SEARCH)
    assert not isinstance(refused.value, QuestionFailedError)


async def test_a_connection_that_breaks_concerns_all_questions(server: KeycloakServer) -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    server.answers["groups"] = broken
    with pytest.raises(RejectedError) as refused:
        await answer(server, SEARCH)
    assert not isinstance(refused.value, QuestionFailedError)


async def test_answers_for_another_account_than_before_do_not_count(
    server: KeycloakServer,
) -> None:
    async with opened(server) as (reader, directory, connection):
        with pytest.raises(RejectedError, match="being re-created") as refused:
            await reader.answer(directory, connection, "former", SEARCH)
    assert not isinstance(refused.value, QuestionFailedError)


async def test_a_path_of_several_is_ambiguous_since_a_name_may_hold_a_slash(
    server: KeycloakServer,
) -> None:
    groups = Groups(server, "/a", "/a/b")
    groups.add("/a/b", "a/b", "twin")
    found = await read(server, GroupsInUse(frozenset({"/a/b"})))
    assert found.find("/a/b") == SeveralGroups(("/a/b", "/a/b"))


async def test_an_escaped_slash_leads_to_the_group_whose_name_has_one(
    server: KeycloakServer,
) -> None:
    Groups(server).add("/a~/b", "a/b", "twin")
    found = await read(server, GroupsInUse(frozenset({"/a~/b"})))
    assert found.find("/a~/b") == Group("/a~/b", "a/b", "twin")


ODD = [" lead", "trail ", "x y", "q?", "h#", "p%", "per_", "a+b", "~", 'q"', "q'", "b\\s", "st*r"]


@pytest.mark.parametrize("name", [*ODD, "한글", "🚀", "a/b"])
async def test_any_name_is_found_letter_for_letter(server: KeycloakServer, name: str) -> None:
    groups = Groups(server, "/lead", "/trail", "/star", "/xy", "/b")
    groups.add(f"/{name}", name, "odd")
    found = await read(server, GroupsInUse(frozenset({name, f"/{name}"})))
    assert found.find(name) == found.find(f"/{name}") == Group(f"/{name}", name, "odd")


async def test_a_name_with_outer_spaces_among_many_is_found_by_its_path(
    server: KeycloakServer,
) -> None:
    groups = Groups(server, *(f"/{number}/x" for number in range(MAX_SEARCH_RESULTS)))
    groups.add("/ x", " x", "odd")
    server.answers[" x"] = server.answers["odd"]
    found = await read(server, GroupsInUse(frozenset({"/ x"})))
    assert found.find("/ x") == Group("/ x", " x", "odd")


@pytest.mark.parametrize("reference", ["/", " ", "/ ", "//"])
async def test_a_blank_name_is_not_searched(server: KeycloakServer, reference: str) -> None:
    groups = Groups(server, "/SRE")
    found = await read(server, GroupsInUse(frozenset({reference})))
    assert found.find(reference) == NoGroup()
    assert groups.searches == ["*"]


async def test_where_all_lists_stay_empty_the_missing_right_is_named(
    server: KeycloakServer,
) -> None:
    server.answers["groups"] = []
    async with opened(server) as (reader, directory, connection):
        with pytest.raises(RejectedError) as refused:
            await reader.check_groups_visible(directory, connection)
    assert refused.value.failure.reason is Reason.KEYCLOAK_FORBIDDEN
    assert refused.value.failure.message.startswith("groups: Keycloak counts 2, but shows none")
    assert VIEW_GROUPS in refused.value.failure.message


async def test_a_realm_without_groups_is_no_missing_right(server: KeycloakServer) -> None:
    Groups(server)
    async with opened(server) as (reader, directory, connection):
        await reader.check_groups_visible(directory, connection)


async def test_parts_of_names_are_searched_in_any_case(server: KeycloakServer) -> None:
    Groups(server, "/SRE", "/platform/SREs", "/Dev")
    async with opened(server) as (reader, directory, connection):
        found = await reader.search_groups(directory, connection, "sre")
    assert {group.path for group in found} == {"/SRE", "/platform/SREs"}
    assert server.queries["groups"]["max"] == str(MAX_SEARCH_RESULTS)


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ({"name": "SRE"}, True),
        ((404, '{"error":"Could not find role"}'), False),
        (FORBIDDEN, False),
    ],
)
async def test_a_realm_role_is_a_hint_where_it_may_be_seen(
    server: KeycloakServer, said: object, *, there: bool
) -> None:
    server.answers["SRE"] = said
    async with opened(server) as (reader, directory, connection):
        assert await reader.has_realm_role(directory, connection, "SRE") is there
