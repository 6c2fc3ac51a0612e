"""No answer counts before the whole round has ended."""

import asyncio
from dataclasses import replace

import pytest

from application.directory.groups_in_use import MANY, pin, use_many
from fakes.directory_harness import DirectoryHarness
from fakes.keycloak import PROOF
from fakes.keycloak_realm import QUERY_GROUPS, VIEW_USERS
from fakes.values import failure, mapping
from groupaccess.domain.directory.questions import ById, Search
from groupaccess.domain.directory.visibility import VIEW_GROUPS
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import Outcome


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
