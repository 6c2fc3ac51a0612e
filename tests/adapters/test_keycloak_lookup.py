"""Few groups of a large realm are looked up, each with all that is called the same."""

import asyncio

import pytest
from aiohttp import web

from fakes.keycloak_groups import Groups
from fakes.keycloak_server import KeycloakServer, error
from fakes.reading import read, refusal
from groupaccess.adapters.keycloak.groups import Costs
from groupaccess.domain.directory import Ambiguous, Group, Missing, Snapshot
from groupaccess.domain.in_use import InUse
from groupaccess.domain.reasons import Reason

ALWAYS = Costs(small=0, per_lookup=0)


@pytest.fixture
def server() -> KeycloakServer:
    return KeycloakServer()


async def look_up(server: KeycloakServer, *references: str, ids: tuple[str, ...] = ()) -> Snapshot:
    used = InUse(frozenset(references), frozenset(ids))
    found = await read(server, used=used, costs=ALWAYS)
    assert found.looked_up == used
    return found


async def test_what_is_in_use_is_found_by_path_and_by_name(server: KeycloakServer) -> None:
    groups = Groups(server, "/SRE", "/apps", "/apps/dev", *(f"/x-{n}" for n in range(50)))
    found = await look_up(server, "SRE", "/apps/dev")
    assert found.find("SRE") == Group("/SRE", "SRE", "SRE")
    assert found.find("/apps/dev") == Group("/apps/dev", "dev", "apps.dev")
    assert found.size == 53
    assert len(found.groups) == 2
    assert sorted(groups.searches) == ["/", "SRE", "dev"]


async def test_what_was_not_looked_up_is_not_known(server: KeycloakServer) -> None:
    Groups(server, "/SRE", "/Dev")
    found = await look_up(server, "SRE")
    assert found.knows("SRE")
    assert not found.knows("Dev")
    with pytest.raises(LookupError):
        found.find("Dev")


async def test_a_leaf_name_of_several_is_ambiguous(server: KeycloakServer) -> None:
    Groups(server, "/a", "/a/dev", "/b", "/b/dev")
    assert (await look_up(server, "dev")).find("dev") == Ambiguous(("/a/dev", "/b/dev"))


async def test_a_path_of_several_is_ambiguous_since_a_name_may_hold_a_slash(
    server: KeycloakServer,
) -> None:
    groups = Groups(server, "/a", "/a/b")
    groups.add("/a/b", "a/b", "twin")
    assert (await look_up(server, "/a/b")).find("/a/b") == Ambiguous(("/a/b", "/a/b"))


async def test_namesakes_of_a_group_are_known_also_when_its_path_is_declared(
    server: KeycloakServer,
) -> None:
    groups = Groups(server, "/a", "/a/dev", "/b/dev")
    groups.add("//a/dev", "/a/dev", "odd")
    found = await look_up(server, "/a/dev")
    group = found.find("/a/dev")
    assert group == Ambiguous(("//a/dev", "/a/dev"))
    dev = found.by_id["a.dev"]
    assert [other.id for other in found.namesakes(dev, "dev")] == ["b.dev"]


async def test_another_spelling_is_suggested(server: KeycloakServer) -> None:
    Groups(server, "/SRE", "/platform/SREs")
    found = await look_up(server, "sre", "/sre")
    assert found.find("sre") == found.find("/sre") == Missing(("/SRE",))


async def test_a_renamed_group_is_found_by_its_id_with_its_new_namesakes(
    server: KeycloakServer,
) -> None:
    groups = Groups(server, "/Ops", "/x/Reliability")
    groups.add("/Reliability", uid="old")
    found = await look_up(server, "/SRE", ids=("old", "gone"))
    assert found.by_id["old"].path == "/Reliability"
    assert [g.path for g in found.namesakes(found.by_id["old"], "Reliability")] == [
        "/x/Reliability"
    ]
    assert set(found.by_id) == {"old", "x.Reliability"}


async def test_an_id_that_was_found_by_name_costs_no_request(server: KeycloakServer) -> None:
    Groups(server, "/SRE")
    found = await look_up(server, "/SRE", ids=("SRE",))
    assert list(found.by_id) == ["SRE"]
    assert "SRE" not in server.queries


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((404, "<html>no backend</html>"), Reason.KEYCLOAK_UNAVAILABLE),
        ((404, '{"error":"Realm not found."}'), Reason.KEYCLOAK_UNAVAILABLE),
        ((404, "[]"), Reason.KEYCLOAK_UNAVAILABLE),
        ((403, '{"error":"HTTP 403 Forbidden"}'), Reason.KEYCLOAK_FORBIDDEN),
        (error(500), Reason.KEYCLOAK_UNAVAILABLE),
        ({"id": "x"}, Reason.KEYCLOAK_UNAVAILABLE),
    ],
)
async def test_only_keycloaks_own_word_means_that_an_id_is_not_there(
    server: KeycloakServer, answer: object, reason: Reason
) -> None:
    Groups(server, "/SRE")
    server.answers["old"] = answer
    used = InUse(ids=frozenset({"old"}))
    assert (await refusal(server, used=used, costs=ALWAYS)).reason == reason


async def test_what_cannot_be_an_id_says_nothing(server: KeycloakServer) -> None:
    Groups(server, "/SRE")
    server.answers["odd"] = (400, '{"error":"bad"}')
    assert list((await look_up(server, "SRE", ids=("odd", "..", "."))).by_id) == ["SRE"]


async def test_few_requests_run_at_once(server: KeycloakServer) -> None:
    Groups(server, "/SRE")
    running, most = 0, 0

    async def slow(_: web.Request) -> web.StreamResponse:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return web.json_response({"error": "Could not find group by id"}, status=404)

    ids = tuple(f"old-{number}" for number in range(20))
    server.answers |= dict.fromkeys(ids, slow)
    assert list((await look_up(server, "SRE", ids=ids)).by_id) == ["SRE"]
    assert most == 4


ODD = [" lead", "trail ", "x y", "q?", "h#", "p%", "per_", "a+b", "~", 'q"', "q'", "b\\s", "st*r"]


@pytest.mark.parametrize("name", [*ODD, "한글", "🚀", "a/b"])
async def test_any_name_is_found_letter_for_letter(server: KeycloakServer, name: str) -> None:
    groups = Groups(server, "/lead", "/trail", "/star", "/xy", "/b")
    groups.add(f"/{name}", name, "odd")
    found = await look_up(server, name, f"/{name}")
    assert found.find(name) == found.find(f"/{name}") == Group(f"/{name}", name, "odd")


@pytest.mark.parametrize("reference", ["/", " ", "/ ", "//"])
async def test_a_blank_name_is_not_asked_for(server: KeycloakServer, reference: str) -> None:
    groups = Groups(server, "/SRE")
    assert isinstance((await look_up(server, reference)).find(reference), Missing)
    assert groups.searches == ["/", "*"]


async def test_lists_that_stay_empty_are_no_reading(server: KeycloakServer) -> None:
    server.answers["groups"] = []
    used = InUse(frozenset({"SRE"}))
    failure = await refusal(server, used=used, costs=ALWAYS)
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert '"view-users"' in failure.message


async def test_a_realm_without_groups_has_none(server: KeycloakServer) -> None:
    Groups(server)
    found = await read(server, used=InUse(frozenset({"SRE"})), costs=ALWAYS)
    assert found.find("SRE") == Missing(())


@pytest.mark.parametrize(
    ("count", "names", "looked_up"),
    [(1000, 1, False), (1001, 1, True), (10_000, 200, True), (4000, 200, False), (4001, 200, True)],
)
def test_the_cheaper_way_is_chosen(count: int, names: int, *, looked_up: bool) -> None:
    used = InUse(frozenset(f"/a/{number}" for number in range(names)))
    assert Costs(small=1000, per_lookup=20).look_up(used, count) is looked_up
    assert not Costs().look_up(None, count)
