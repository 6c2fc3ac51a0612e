"""What Keycloak's answers tell when they are put together."""

from domain.builders import client, group, mapper
from groupaccess.domain.directory.client import MapperKind
from groupaccess.domain.directory.questions import Answer, ById, Question, Search
from groupaccess.domain.directory.snapshot import Realm, Snapshot, build_snapshot

SRE, DEV = group("/SRE"), group("/Dev")
REALM = Realm("realm-1", (client("headlamp", mapper()),))


def groups(answers: dict[Question, Answer]) -> tuple[str, ...]:
    return tuple(group.path for group in build_snapshot(REALM, answers).groups)


def test_groups_of_all_answers_are_sorted_each_once() -> None:
    found = build_snapshot(
        REALM,
        {
            Search("SRE"): Answer((SRE,)),
            Search("Dev"): Answer((DEV,)),
            ById(SRE.id): Answer((SRE,)),
        },
    )
    assert found == Snapshot("realm-1", (DEV, SRE), REALM.clients)


def test_of_a_group_that_changed_between_two_answers_the_newest_counts() -> None:
    renamed = group("/Ops", uid=SRE.id)
    old, new = Answer((SRE,)), Answer((renamed,))
    assert groups({Search("SRE"): old, Search("Ops"): new}) == ("/Ops",)
    assert groups({Search("Ops"): new, Search("SRE"): old}) == ("/SRE",)


def test_a_group_that_is_gone_by_its_id_is_gone_whatever_was_said_before() -> None:
    gone: dict[Question, Answer] = {ById(SRE.id): Answer()}
    assert groups({Search("SRE"): Answer((SRE,)), **gone}) == ()
    assert groups({**gone, Search("SRE"): Answer((SRE,))}) == ("/SRE",)


def test_of_roles_those_are_kept_that_are_called_like_a_group() -> None:
    roles = mapper("roles", MapperKind.APPENDING, adds={"SRE", "/Dev", "Former", "other"})
    optional = mapper("optional", MapperKind.APPENDING, adds={"other"})
    unknown = mapper("unknown", MapperKind.APPENDING, adds=None)
    realm = Realm("realm-1", (client("headlamp", roles, unknown, optional=[optional]),))
    answers: dict[Question, Answer] = {Search("SRE"): Answer((SRE,)), Search("Dev"): Answer((DEV,))}
    (found,) = build_snapshot(realm, answers, {"Former"}).clients
    assert [mapper.other_values for mapper in found.mappers] == [{"SRE", "/Dev", "Former"}, None]
    assert [mapper.other_values for mapper in found.optional_mappers] == [frozenset()]
