"""What the port `DirectoryReader` promises of the answer to each question."""

import pytest

from contracts.directory_reader import Realm, ask, declared, read
from contracts.reading import read_once
from groupaccess.application.ports.errors import QuestionFailedError, RejectedError
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import (
    MAX_SEARCH_RESULTS,
    Answer,
    ById,
    ByPath,
    GroupsInUse,
    PinnedId,
    Question,
    Search,
)
from groupaccess.domain.directory.snapshot import NoGroup, SeveralGroups, Snapshot
from groupaccess.domain.reasons import Reason

NOBODYS = "00000000-0000-4000-8000-000000000000"
NAMES = ("SRE", "sre", "a b+c?d#e%f", "größe", "🚀")
KINDS = ("upper", "lower", "signs", "accents", "emoji")


async def round_of(source: Realm, *references: str, pins: tuple[PinnedId, ...] = ()) -> Snapshot:
    """Ask about the groups in use, as a round does."""
    used = GroupsInUse(frozenset(references), frozenset(pins))
    return await read_once(source.port, declared(source), source.connection, used)


class QuestionsContract:
    """Subclasses give the fixture `source`."""

    async def test_a_search_finds_groups_of_any_depth_by_their_own_name(
        self, source: Realm
    ) -> None:
        source.create_groups(["/SRE", "/apps/shop/SRE", "/SREs"])
        found = await ask(source, Search("SRE"))
        assert [group.path for group in found.groups] == ["/SRE", "/apps/shop/SRE"]
        assert {group.name for group in found.groups} == {"SRE"}
        assert len({group.id for group in found.groups if group.id}) == 2
        assert not found.truncated

    @pytest.mark.parametrize("group", NAMES, ids=KINDS)
    async def test_names_are_compared_letter_for_letter(self, source: Realm, group: str) -> None:
        source.create_groups([f"/{each}" for each in NAMES])
        found = await ask(source, Search(group))
        assert [group.path for group in found.groups] == [f"/{group}"]

    async def test_of_many_namesakes_some_are_shown(self, source: Realm) -> None:
        source.create_groups(f"/team-{number:02}/dev" for number in range(MAX_SEARCH_RESULTS + 2))
        found = await ask(source, Search("dev"))
        assert len(found.groups) == MAX_SEARCH_RESULTS
        assert found.truncated

    async def test_a_group_is_found_by_its_id_and_by_its_path(self, source: Realm) -> None:
        source.create_groups(["/a b/c%?#+~"])
        (group,) = (await ask(source, ByPath("/a b/c%?#+~"))).groups
        assert (group.path, group.name) == ("/a b/c%?#+~", "c%?#+~")
        assert await ask(source, ById(group.id)) == Answer((group,))

    @pytest.mark.parametrize(
        "question", [Search("SRE"), ByPath("/SRE"), ById(NOBODYS)], ids=["name", "path", "id"]
    )
    async def test_what_is_not_there_is_no_group(self, source: Realm, question: Question) -> None:
        assert await ask(source, question) == Answer()

    async def test_a_deleted_group_is_gone_by_its_id_also_when_its_path_is_taken(
        self, source: Realm
    ) -> None:
        source.create_groups(["/SRE"])
        (group,) = (await ask(source, Search("SRE"))).groups
        source.delete_group("/SRE")
        assert await ask(source, ById(group.id)) == Answer()
        source.create_groups(["/SRE"])
        assert await ask(source, ById(group.id)) == Answer()
        (other,) = (await ask(source, Search("SRE"))).groups
        assert other.id != group.id

    async def test_answers_of_another_account_do_not_count(self, source: Realm) -> None:
        with pytest.raises(RejectedError) as refused:
            await source.port.answer(declared(source), source.connection, "former", Search("SRE"))
        assert not isinstance(refused.value, QuestionFailedError)
        assert refused.value.failure.reason is Reason.KEYCLOAK_UNAVAILABLE

    @pytest.mark.parametrize("question", [Search("SRE"), ById(NOBODYS)], ids=["name", "id"])
    async def test_a_missing_right_is_no_answer_and_is_named(
        self, source: Realm, question: Question
    ) -> None:
        # Of a path that is hidden Keycloak says that there is none.
        source.create_groups(["/SRE"])
        (group,) = (await ask(source, Search("SRE"))).groups
        weak = source.login_without("view-users")
        of, identity = (
            declared(source),
            (await source.port.read_realm(declared(source), weak, None)).directory_id,
        )
        asked = ById(group.id) if isinstance(question, ById) else question
        with pytest.raises(QuestionFailedError) as unanswered:
            await source.port.answer(of, weak, identity, asked)
        assert unanswered.value.failure.reason is Reason.KEYCLOAK_FORBIDDEN
        assert '"view-users"' in unanswered.value.failure.message

    async def test_without_a_right_no_group_is_shown_and_that_is_refused(
        self, source: Realm
    ) -> None:
        source.create_groups(["/SRE"])
        await source.port.check_groups_visible(declared(source), source.connection)
        with pytest.raises(RejectedError) as refused:
            await source.port.check_groups_visible(
                declared(source), source.login_without("view-users")
            )
        assert refused.value.failure.reason is Reason.KEYCLOAK_FORBIDDEN
        assert '"view-users"' in refused.value.failure.message
        assert refused.value.failure.message.startswith("groups")

    async def test_a_realm_without_groups_shows_none(self, source: Realm) -> None:
        await source.port.check_groups_visible(declared(source), source.connection)

    async def test_parts_of_names_are_found_in_any_case(self, source: Realm) -> None:
        source.create_groups(["/SRE", "/x/SREs", "/Dev"])
        found = await source.port.search_groups(declared(source), source.connection, "sre")
        assert {group.path for group in found} == {"/SRE", "/x/SREs"}

    async def test_a_realm_role_is_told_from_none_where_it_may_be_seen(self, source: Realm) -> None:
        source.create_role("SRE")
        of, connection = declared(source), source.connection
        assert not await source.port.has_realm_role(of, connection, "SRE")
        source.show_roles()
        await source.port.forget_directory("default")  # which it logged in for
        assert await source.port.has_realm_role(of, connection, "SRE")
        assert not await source.port.has_realm_role(of, connection, "Dev")

    async def test_a_round_finds_what_is_in_use_and_all_that_is_called_the_same(
        self, source: Realm
    ) -> None:
        source.create_groups(["/SRE", "/apps/shop/dev", "/team/dev", "/Other"])
        found = await round_of(source, "SRE", "/apps/shop/dev", "dev", "typo")
        assert isinstance(sre := found.find("SRE"), Group)
        assert isinstance(dev := found.find("/apps/shop/dev"), Group)
        assert (sre.path, dev.name) == ("/SRE", "dev")
        assert found.find("dev") == SeveralGroups(("/apps/shop/dev", "/team/dev"))
        assert [other.path for other in found.namesakes(dev, "dev")] == ["/team/dev"]
        assert found.find("typo") == NoGroup()
        assert "/Other" not in found.by_reference

    async def test_a_round_finds_a_path_among_many_namesakes(self, source: Realm) -> None:
        paths = [f"/team-{number:02}/dev" for number in range(MAX_SEARCH_RESULTS + 2)]
        source.create_groups(paths)
        found = await round_of(source, *paths)
        assert all(isinstance(found.find(path), Group) for path in paths)

    async def test_a_round_finds_pinned_groups_whatever_they_are_called_now(
        self, source: Realm
    ) -> None:
        source.create_groups(["/SRE", "/Dev"])
        (sre,) = (await ask(source, Search("SRE"))).groups
        pins = (PinnedId(sre.id, "Former"), PinnedId(NOBODYS, "Gone"))
        found = await round_of(source, "Dev", pins=pins)
        assert found.by_id[sre.id] == sre
        assert NOBODYS not in found.by_id
        assert (await read(source)).directory_id == found.directory_id
