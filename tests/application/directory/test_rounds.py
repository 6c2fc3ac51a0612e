"""Rounds of questions: what is kept of them, what they cost, and what does not wait for them."""

import asyncio
from dataclasses import replace

import pytest

from fakes.directory_harness import DirectoryHarness
from fakes.keycloak import PROOF, QUERY_GROUPS, VIEW_USERS
from fakes.values import binding, failure, key, mapping
from groupaccess.application.directory.inquiry import MAX_CONCURRENT_REQUESTS, MAX_FAILURES
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import ById, Search
from groupaccess.domain.directory.visibility import VIEW_GROUPS
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import Outcome

MANY = [f"team-{number:04}" for number in range(400)]


def pin(desk: DirectoryHarness, group: str, identity: str = "", name: str = "sre") -> Group:
    """Bind a group that the realm has, as the operator did before."""
    found = desk.realm.groups[group]
    about = {"group-id": found.id, "group-path": found.path, "group-name": found.name}
    about |= {"group": found.name, "directory-id": identity or desk.realm.identity}
    where = key("platform", name)
    desk.store.put_binding(binding(where, directory="default", uid=f"uid-{found.id}", **about))
    return found


def use_many(desk: DirectoryHarness) -> None:
    """Use many groups, and let each answer take 20 ms."""
    for name in MANY:
        desk.realm.create_group(f"/{name}")
        desk.use(name, mapping(group=name))
    desk.reader.takes = 0.02


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
        desk.given(name)
    desk.touched.clear()
    desk.realm.create_group("/x/Dev")
    await asyncio.sleep(70)
    assert set(desk.touched) == {"dev", "dev-by-path"}


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


async def test_few_requests_run_at_once(desk: DirectoryHarness) -> None:
    use_many(desk)
    desk.declare()
    await asyncio.sleep(30)
    assert len(desk.reader.asked) == len(MANY)
    assert desk.reader.busiest == MAX_CONCURRENT_REQUESTS


async def test_a_new_mapping_is_answered_within_a_second_also_beside_a_round(
    desk: DirectoryHarness,
) -> None:
    use_many(desk)
    desk.declare(syncInterval="10s")
    await asyncio.sleep(30)
    desk.sync.start_or_wake("default")
    await asyncio.sleep(1)
    asked = len(desk.reader.asked)
    desk.use("platform")
    await asyncio.sleep(0.1)
    assert desk.verdict("platform").outcome is Outcome.GRANT
    assert "platform" in desk.touched
    assert len(desk.reader.asked) < asked + 40  # the round goes on
    assert desk.reader.busiest <= 2 * MAX_CONCURRENT_REQUESTS


async def test_what_came_while_the_first_round_ran_is_asked_after_it(
    desk: DirectoryHarness,
) -> None:
    pin(desk, "/SRE")
    use_many(desk)
    desk.declare(syncInterval="1h")
    await asyncio.sleep(1)
    desk.realm.create_group("/Dev")
    desk.use("dev", mapping(group="Dev"))
    await asyncio.sleep(10)
    assert desk.verdict("dev").outcome is Outcome.GRANT


async def test_a_new_mapping_is_asked_at_once_and_together_with_others(
    desk: DirectoryHarness,
) -> None:
    desk.use()
    desk.declare(syncInterval="1h")
    await asyncio.sleep(5)
    desk.realm.create_group("/Dev")
    for number in range(50):
        desk.use(f"dev-{number}", mapping(group="Dev"))
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)
    assert desk.verdict("dev-49").outcome is Outcome.GRANT
    assert desk.reader.asked.count(Search("Dev")) == 1
    assert desk.reader.asked.count(Search("SRE")) == 1
    assert len(desk.reader.reads) == 1
    assert desk.status()["groups"] == 2


async def test_a_round_takes_no_more_than_its_share_of_keycloaks_time(
    desk: DirectoryHarness,
) -> None:
    use_many(desk)
    desk.declare(syncInterval="10s")
    await asyncio.sleep(3600)
    worked = len(desk.reader.asked) * desk.reader.takes
    assert worked <= 0.05 * 3600
    assert worked > 0.02 * 3600
    said = desk.status()["conditions"][0]["message"]
    assert said.startswith(
        "400 groups in use. The operator asks about them every 3m, less often than"
    )
    desk.cluster.calls.clear()
    await asyncio.sleep(3600)
    assert desk.cluster.writes == []


async def test_after_a_restart_nothing_pinned_is_judged_before_a_round_has_ended(
    desk: DirectoryHarness,
) -> None:
    pin(desk, "/SRE")
    use_many(desk)
    desk.use()
    desk.declare()
    await asyncio.sleep(1)
    assert desk.reader.asked
    assert desk.store.directories.reading("default").snapshot is None
    assert desk.touched == []
    await asyncio.sleep(10)
    assert desk.verdict().outcome is Outcome.GRANT


async def test_no_answer_counts_before_all_were_given(desk: DirectoryHarness) -> None:
    use_many(desk)
    desk.declare()
    await asyncio.sleep(1)
    assert desk.verdict(MANY[0]).reason is Reason.KEYCLOAK_UNAVAILABLE
    await asyncio.sleep(5)
    assert desk.verdict(MANY[0]).outcome is Outcome.GRANT
    assert desk.verdict(MANY[-1]).outcome is Outcome.GRANT


async def test_of_a_round_that_is_not_believed_nothing_is_kept(desk: DirectoryHarness) -> None:
    shown = pin(desk, "/SRE")
    desk.use()
    desk.declare(syncInterval="10s")
    await asyncio.sleep(1)
    desk.realm.groups["/new/SRE"] = replace(shown, path="/new/SRE")
    del desk.realm.groups["/SRE"]
    desk.realm.unlisted.add(shown.id)
    await asyncio.sleep(12)
    assert desk.ready() == ("False", "KeycloakForbidden")
    memory = desk.store.directories.memory("default")
    assert memory.snapshot is not None
    assert [group.path for group in memory.snapshot.groups] == ["/SRE"]


async def test_another_account_than_the_bindings_name_counts_after_a_whole_round(
    desk: DirectoryHarness,
) -> None:
    first, second = pin(desk, "/SRE", "former"), desk.realm.create_group("/Dev")
    pin(desk, "/Dev", "former", "dev")
    desk.use("platform", mapping(), mapping("dev", "Dev"))
    desk.reader.broken = dict.fromkeys(
        (Search("Dev"), ById(second.id)), failure(Reason.KEYCLOAK_UNAVAILABLE, "HTTP 503")
    )
    desk.declare()
    await asyncio.sleep(1)
    assert desk.ready() == ("False", "KeycloakUnavailable")
    assert desk.store.directories.reading("default").snapshot is None
    assert first.id != second.id


async def test_while_one_binding_names_the_former_account_a_failure_concerns_its_own_group(
    desk: DirectoryHarness,
) -> None:
    desk.realm.create_group("/Dev")
    desk.realm.create_group("/Paused")
    renamed = pin(desk, "/SRE")
    pin(desk, "/Dev", name="dev")
    pin(desk, "/Paused", "former", "paused")
    desk.use("platform", mapping(), mapping("dev", "Dev"), mapping("paused", "Paused"))
    del desk.realm.groups["/SRE"]
    desk.realm.groups["/New"] = replace(renamed, path="/New", name="New")
    desk.reader.broken[ById(renamed.id)] = failure(Reason.KEYCLOAK_UNAVAILABLE, "HTTP 500")
    desk.declare()
    await asyncio.sleep(5)
    assert desk.ready() == ("True", "Read")


async def test_a_group_that_is_gone_is_not_judged_before_each_pin_was_answered(
    desk: DirectoryHarness,
) -> None:
    desk.realm.create_group("/Dev")
    old, kept = pin(desk, "/SRE"), pin(desk, "/Dev", name="dev")
    desk.use("platform", mapping(), mapping("dev", "Dev"))
    desk.declare()
    await asyncio.sleep(1)
    del desk.realm.groups["/SRE"]
    desk.realm.create_group("/SRE")
    desk.reader.broken = dict.fromkeys(
        (Search("Dev"), ById(kept.id)), failure(Reason.KEYCLOAK_UNAVAILABLE, "HTTP 503")
    )
    await asyncio.sleep(70)
    held = desk.verdict()
    assert (held.outcome, held.reason) == (Outcome.HOLD, Reason.KEYCLOAK_UNAVAILABLE)
    assert f"(id {old.id}) was not found in Keycloak" in held.message
    desk.reader.broken = {}
    await asyncio.sleep(70)
    assert desk.verdict().reason is Reason.GROUP_REPLACED
    assert desk.verdict().outcome is Outcome.REVOKE


async def test_groups_that_are_hidden_are_noticed_and_nothing_is_revoked(
    desk: DirectoryHarness,
) -> None:
    desk.realm.create_group("/Dev")
    shown = pin(desk, "/SRE")
    pin(desk, "/Dev", name="dev")
    desk.use("platform", mapping(), mapping("dev", "Dev"))
    desk.declare()
    await asyncio.sleep(1)
    rights, desk.realm.visible = desk.realm.rights["groupaccess"], {shown.id}
    rights -= {VIEW_USERS}
    rights |= {QUERY_GROUPS}
    await asyncio.sleep(600)
    assert desk.ready() == ("False", "KeycloakForbidden")
    message = desk.status()["conditions"][0]["message"]
    assert "no search finds it" in message
    assert VIEW_GROUPS in message
    assert desk.store.directories.memory("default").absent_since == {}
    held = desk.verdict()  # of the one that is shown: others of its name may be hidden
    assert (held.outcome, held.reason) == (Outcome.HOLD, Reason.KEYCLOAK_FORBIDDEN)
    rights |= {VIEW_USERS}
    await asyncio.sleep(70)
    assert desk.ready() == ("True", "Read")
    assert desk.verdict().outcome is Outcome.GRANT


async def test_one_group_that_may_not_be_read_by_its_id_concerns_that_one_alone(
    desk: DirectoryHarness,
) -> None:
    shown = pin(desk, "/SRE")
    desk.reader.broken = {ById(shown.id): failure(Reason.KEYCLOAK_FORBIDDEN, "another's")}
    desk.use()
    desk.declare()
    await asyncio.sleep(1)
    assert desk.ready() == ("True", "Read")
    assert desk.verdict().outcome is Outcome.GRANT


@pytest.mark.parametrize("down", [False, True])
async def test_an_annotation_asks_everything_again_now(
    desk: DirectoryHarness, *, down: bool
) -> None:
    desk.use()
    desk.declare(syncInterval="24h")
    await asyncio.sleep(10)
    desk.reader.down = down
    if down:
        desk.sync.start_or_wake("default")
        await asyncio.sleep(3600)
    reads = len(desk.reader.reads)
    desk.reader.down = False
    desk.annotate("groupaccess.io/reconcile", "now")
    await asyncio.sleep(6)
    assert len(desk.reader.reads) == reads + 1
    assert desk.ready() == ("True", "Read")
    desk.tell()
    await asyncio.sleep(600)
    assert len(desk.reader.reads) == reads + 1


async def test_a_mapping_waits_for_the_first_look_at_a_token(desk: DirectoryHarness) -> None:
    desk.realm.proves = True
    desk.use()
    desk.declare()
    await asyncio.sleep(1)
    known = desk.store.directories.memory("default").snapshot
    assert known is not None
    assert known.clients[0].proof == PROOF
    assert desk.verdict().outcome is Outcome.GRANT


async def test_what_nobody_uses_any_more_is_forgotten(desk: DirectoryHarness) -> None:
    desk.use()
    desk.declare()
    await asyncio.sleep(1)
    desk.store.drop_access("platform")
    await asyncio.sleep(70)
    memory = desk.store.directories.memory("default")
    assert not memory.answers
    assert not memory.failures
    assert not memory.absent_since
    assert desk.groups == []
