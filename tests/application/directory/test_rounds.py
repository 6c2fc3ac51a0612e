"""Rounds of questions: what is kept of them, what they cost, and what does not wait for them."""

import asyncio

import pytest

from application.directory.groups_in_use import MANY
from fakes.directory_harness import DirectoryHarness
from fakes.values import failure, mapping
from groupaccess.application.directory.inquiry import MAX_CONCURRENT_REQUESTS, MAX_FAILURES
from groupaccess.domain.directory.questions import Search
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import Outcome


async def test_an_equal_answer_changes_nothing(desk: DirectoryHarness) -> None:
    desk.use()
    desk.declare()
    await asyncio.sleep(1)
    memory = desk.store.directories.memory("default")
    before, index = memory.snapshot, memory.snapshot and memory.snapshot.by_reference
    answers = {question: id(answer) for question, answer in memory.answers.items()}
    desk.touched.clear()
    await asyncio.sleep(600)
    assert len(desk.reader.reads) > 5
    assert memory.snapshot is before
    assert memory.snapshot is not None
    assert memory.snapshot.by_reference is index
    assert {question: id(answer) for question, answer in memory.answers.items()} == answers
    assert desk.touched == []


async def test_a_changed_answer_touches_those_alone_that_depend_on_it(
    desk: DirectoryHarness,
) -> None:
    desk.realm.create_group("/Dev")
    desk.use("sre")
    desk.use("dev", mapping(group="Dev"))
    desk.use("dev-by-path", mapping(group="/Dev"))
    desk.declare()
    await asyncio.sleep(1)
    for name in ("sre", "dev", "dev-by-path"):
        desk.context(name)
    desk.touched.clear()
    desk.realm.create_group("/x/Dev")
    await asyncio.sleep(70)
    assert set(desk.touched) == {"dev", "dev-by-path"}


async def test_those_of_the_same_group_follow_each_other_in_the_queue(
    desk: DirectoryHarness,
) -> None:
    desk.realm.create_group("/Dev")
    for number in range(20):
        desk.use(f"a{number}", mapping(group=("SRE", "Dev")[number % 2]))
    desk.declare()
    await asyncio.sleep(1)
    groups = [("SRE", "Dev")[int(name.removeprefix("a")) % 2] for name in desk.touched[:20]]
    assert groups == ["Dev"] * 10 + ["SRE"] * 10


async def test_a_changed_client_touches_all(desk: DirectoryHarness) -> None:
    desk.realm.create_group("/Dev")
    desk.use("sre")
    desk.use("dev", mapping(group="Dev"))
    desk.declare()
    await asyncio.sleep(1)
    desk.touched.clear()
    desk.realm.clients["headlamp"].enabled = False
    await asyncio.sleep(70)
    assert set(desk.touched) == {"dev", "sre"}


async def test_a_failure_of_one_question_concerns_its_own_group_alone(
    desk: DirectoryHarness,
) -> None:
    desk.realm.create_group("/Dev")
    desk.use("sre")
    desk.use("dev", mapping(group="Dev"))
    desk.declare()
    await asyncio.sleep(1)
    assert desk.verdict("dev").outcome is Outcome.GRANT
    desk.reader.broken[Search("Dev")] = failure(Reason.KEYCLOAK_FORBIDDEN, "groups: 403")
    desk.touched.clear()
    await asyncio.sleep(70)
    assert desk.touched == ["dev"]
    assert desk.verdict("sre").outcome is Outcome.GRANT
    held = desk.verdict("dev")
    assert (held.outcome, held.reason) == (Outcome.HOLD, Reason.KEYCLOAK_FORBIDDEN)
    assert held.last_known is not None
    assert held.last_known.outcome is Outcome.GRANT  # the last answer stays in force
    assert desk.ready() == ("True", "Read")
    assert (
        "1 question to Keycloak has no answer: groups: 403."
        in desk.status()["conditions"][0]["message"]
    )
    desk.reader.broken.clear()
    await asyncio.sleep(70)
    assert desk.verdict("dev").outcome is Outcome.GRANT
    assert desk.status()["conditions"][0]["message"] == "2 groups in use."


async def test_what_was_never_answered_is_not_judged(desk: DirectoryHarness) -> None:
    desk.realm.create_group("/Dev")
    desk.reader.broken[Search("Dev")] = failure(Reason.KEYCLOAK_UNAVAILABLE, "HTTP 503")
    desk.use("sre")
    desk.use("dev", mapping(group="Dev"))
    desk.declare()
    await asyncio.sleep(1)
    held = desk.verdict("dev")
    assert (held.reason, held.last_known) == (Reason.KEYCLOAK_UNAVAILABLE, None)
    assert "HTTP 503" in held.message
    assert desk.verdict("sre").outcome is Outcome.GRANT


@pytest.mark.parametrize("first", [True, False], ids=["in the first round", "beside the rounds"])
async def test_a_question_that_failed_in_passing_is_asked_again_soon(
    desk: DirectoryHarness, *, first: bool
) -> None:
    desk.realm.create_group("/Dev")
    desk.reader.broken[Search("Dev")] = failure(Reason.KEYCLOAK_UNAVAILABLE, "HTTP 502")
    desk.use("sre")
    if first:
        desk.use("dev", mapping(group="Dev"))
    desk.declare(syncInterval="12h")
    await asyncio.sleep(5)
    desk.use("dev", mapping(group="Dev"))
    await asyncio.sleep(2)
    assert desk.verdict("dev").outcome is Outcome.HOLD
    desk.reader.broken.clear()
    await asyncio.sleep(600)
    assert desk.verdict("dev").outcome is Outcome.GRANT


async def test_a_question_that_fails_for_long_makes_few_more_rounds(desk: DirectoryHarness) -> None:
    desk.reader.broken[Search("Dev")] = failure(Reason.KEYCLOAK_UNAVAILABLE, "HTTP 502")
    desk.use("sre")
    desk.use("dev", mapping(group="Dev"))
    desk.declare()
    await asyncio.sleep(600)
    before = len(desk.reader.reads)
    await asyncio.sleep(6000)
    assert len(desk.reader.reads) - before <= 6000 / 30  # half a minute at least between two


async def test_if_no_question_has_an_answer_the_directory_says_why(desk: DirectoryHarness) -> None:
    desk.use()
    desk.reader.broken[Search("SRE")] = failure(Reason.KEYCLOAK_FORBIDDEN, "groups: 403")
    desk.declare()
    await asyncio.sleep(1)
    assert desk.ready() == ("False", "KeycloakForbidden")


async def test_a_server_that_only_fails_is_not_asked_to_the_end(desk: DirectoryHarness) -> None:
    desk.use()
    for name in MANY:
        desk.use(name, mapping(group=name))
        desk.reader.broken[Search(name)] = failure(Reason.KEYCLOAK_UNAVAILABLE, "HTTP 503")
    desk.declare()
    await asyncio.sleep(0.5)
    assert desk.ready() == ("False", "KeycloakUnavailable")
    assert len(desk.reader.asked) < 2 * (MAX_FAILURES + MAX_CONCURRENT_REQUESTS)
