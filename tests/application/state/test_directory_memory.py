"""What is remembered of a directory: the last answers, and since when a group is gone."""

from datetime import UTC, datetime, timedelta

from fakes.values import failure
from groupaccess.application.state.directory_memory import DirectoryMemory, RoundResult
from groupaccess.domain.directory.group import ClaimContent, Group
from groupaccess.domain.directory.questions import (
    Answer,
    ById,
    GroupsInUse,
    PinnedId,
    Question,
    Search,
)
from groupaccess.domain.directory.reading import MissingAnswer, Reading
from groupaccess.domain.directory.snapshot import Realm
from groupaccess.domain.reasons import Reason

AT = datetime(2026, 1, 1, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
SRE = Group("/SRE", "SRE", "1")
HERE, NOBODY = Answer((SRE,)), Answer()
REALM = Realm("me", ())
LOST = failure(Reason.KEYCLOAK_UNAVAILABLE)
USED = GroupsInUse(frozenset({"SRE"}), frozenset({PinnedId("1", "SRE")}))


def ended(*results: tuple[Question, Answer | None], realm: Realm = REALM) -> RoundResult:
    """Return a round in which what is None failed."""
    return RoundResult(realm, {each: result or LOST for each, result in results}, USED, AT)


def remembered(*results: tuple[Question, Answer | None]) -> DirectoryMemory:
    made = DirectoryMemory("uid")
    made.put_round(ended(*results), USED, ClaimContent())
    return made


def test_before_the_first_round_nothing_is_known() -> None:
    assert DirectoryMemory("uid").reading == Reading()


def test_a_round_is_whole_when_each_pinned_id_was_answered() -> None:
    assert ended((Search("SRE"), HERE)).is_whole
    assert ended((Search("SRE"), NOBODY), (ById("1"), NOBODY)).is_whole
    assert not ended((Search("SRE"), NOBODY), (ById("1"), None)).is_whole
    assert not ended((Search("SRE"), None)).is_whole


def test_what_cannot_be_an_id_keeps_no_round_from_being_whole() -> None:
    used = GroupsInUse(pinned_ids=frozenset({PinnedId("..", "SRE")}))
    assert RoundResult(REALM, {}, used, AT).is_whole


def test_an_absence_acts_after_a_whole_round_and_since_its_first_answer() -> None:
    memory = remembered((Search("SRE"), NOBODY), (ById("1"), None))
    memory.put({ById("1"): NOBODY}, AT)
    assert memory.absent_since == {"1": AT}
    assert memory.reading.confirmed_absent == {}
    later = ended((Search("SRE"), NOBODY), (ById("1"), NOBODY))
    assert memory.put_round(later, USED, ClaimContent()) == frozenset({ById("1")})
    assert memory.reading.confirmed_absent == {"1": AT}
    memory.put({ById("1"): NOBODY}, LATER)
    assert memory.reading.confirmed_absent == {"1": AT}


def test_a_group_that_is_there_again_is_not_gone() -> None:
    memory = remembered((Search("SRE"), NOBODY), (ById("1"), NOBODY))
    assert memory.reading.confirmed_absent == {"1": AT}
    memory.put({Search("SRE"): HERE}, LATER)
    assert memory.reading.confirmed_absent == {}


def test_an_answer_that_is_the_same_is_no_news() -> None:
    memory = remembered((Search("SRE"), HERE))
    known = memory.snapshot
    assert memory.put({Search("SRE"): Answer((SRE,))}, LATER) == set()
    assert memory.answers[Search("SRE")] is HERE
    assert memory.snapshot is known


def test_a_failure_keeps_the_answer_and_ends_with_the_next_one() -> None:
    memory = remembered((Search("SRE"), HERE))
    assert memory.put({Search("SRE"): LOST}, LATER) == {Search("SRE")}
    assert memory.put({Search("SRE"): LOST}, LATER) == set()
    assert memory.missing_answer([Search("SRE")]) == MissingAnswer(LOST, answered=True)
    assert memory.reading.snapshot is not None
    assert memory.reading.snapshot.find("SRE") == SRE
    assert memory.put({Search("SRE"): HERE}, LATER) == {Search("SRE")}
    assert memory.missing_answer([Search("SRE")]) is None


def test_what_was_not_asked_is_a_gap_without_a_failure() -> None:
    assert (
        remembered((Search("SRE"), HERE)).missing_answer([Search("SRE"), Search("Dev")])
        == MissingAnswer()
    )
    assert remembered((Search("SRE"), None)).missing_answer([Search("SRE")]) == MissingAnswer(LOST)
    assert remembered().missing_answer([]) is None


def test_of_another_realm_nothing_is_kept() -> None:
    memory = remembered((Search("SRE"), NOBODY), (ById("1"), NOBODY))
    other = ended((Search("SRE"), HERE), realm=Realm("another", ()))
    assert memory.put_round(other, USED, ClaimContent()) is None
    assert memory.answers == {Search("SRE"): HERE}
    assert memory.reading.confirmed_absent == {}


def test_the_end_of_a_failure_is_news_for_all() -> None:
    memory = remembered((Search("SRE"), HERE))
    memory.failure = LOST
    assert memory.put_round(ended((Search("SRE"), HERE)), USED, ClaimContent()) is None
    assert memory.put_round(ended((Search("SRE"), HERE)), USED, ClaimContent()) == frozenset()


def test_what_is_not_in_use_any_more_is_forgotten() -> None:
    memory = remembered((Search("SRE"), NOBODY), (ById("1"), NOBODY))
    memory.put_round(ended((Search("SRE"), HERE)), GroupsInUse(), ClaimContent())
    assert memory.answers == {}
    assert memory.absent_since == {}
    assert memory.snapshot is not None
    assert memory.snapshot.groups == ()
