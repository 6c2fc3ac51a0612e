"""Events of a KeycloakDirectory: one for each change of Ready, and none while nothing changes."""

import asyncio

from fakes.directory_harness import DirectoryHarness
from fakes.keycloak import refused
from fakes.values import access, binding, key, mapping
from groupaccess.domain.reasons import Reason


async def posted(desk: DirectoryHarness) -> list[tuple[str, bool]]:
    """Return reason and kind of the events since the last time."""
    await desk.recorder.flush()
    notes = [(note.reason, note.warning) for note in desk.cluster.notes]
    desk.cluster.notes.clear()
    return notes


async def test_a_directory_that_becomes_read_says_so_once(desk: DirectoryHarness) -> None:
    desk.store.put_access(access("platform", mapping(group="SRE")))
    desk.declare()
    await asyncio.sleep(1)
    desk.tell()
    await desk.recorder.flush()
    (note,) = desk.cluster.notes
    assert (note.regarding.kind, note.regarding.name) == ("KeycloakDirectory", "default")
    assert (note.reason, note.warning, note.message) == ("Read", False, "1 group in use.")
    desk.cluster.notes.clear()
    await asyncio.sleep(600)
    desk.realm.create_group("/Dev")
    desk.store.put_access(access("other", mapping(group="Dev")))
    await asyncio.sleep(70)
    assert desk.status()["groups"] == 2
    assert await posted(desk) == []


async def test_each_change_of_ready_is_an_event_and_the_way_back_too(
    desk: DirectoryHarness,
) -> None:
    desk.declare()
    await asyncio.sleep(1)
    desk.tell()
    await posted(desk)
    desk.reader.down = True
    await asyncio.sleep(70)
    desk.tell()
    assert await posted(desk) == [("KeycloakUnavailable", True)]
    desk.reader.down = False
    desk.cluster.secrets.clear()
    await asyncio.sleep(70)
    desk.tell()
    assert await posted(desk) == [("CredentialsNotFound", True)]
    await asyncio.sleep(400)  # it stalls, and is looked for all the while
    desk.tell()
    assert await posted(desk) == []
    desk.cluster.secrets["keycloak"] = {"client-id": "groupaccess"}
    await asyncio.sleep(70)
    desk.tell()
    assert "client-secret" in desk.status()["conditions"][0]["message"]
    assert await posted(desk) == []


async def test_a_login_that_fails_once_and_works_again_are_two_events(
    desk: DirectoryHarness,
) -> None:
    desk.declare()
    await asyncio.sleep(1)
    desk.tell()
    await posted(desk)
    desk.reader.fail(refused(Reason.LOGIN_FAILED, "Keycloak refused the login"))
    for _ in range(80):
        await asyncio.sleep(1)
        desk.tell()
    assert await posted(desk) == [("LoginFailed", True), ("Read", False)]


async def test_another_account_is_told_though_bindings_name_it_before_the_status_is_written(
    desk: DirectoryHarness,
) -> None:
    """With a canary a round lasts longer than the writes that it leads to."""
    groups = desk.realm.groups["/SRE"], desk.realm.create_group("/Dev")

    def bind(account: str) -> None:
        for group in groups:
            about = {"directory-id": account, "group": group.name, "group-id": group.id}
            where = key(name=group.name.lower())
            about["group-path"] = group.path
            desk.store.put_binding(binding(where, uid=account, directory="default", **about))

    async def look(*_: object) -> None:
        await asyncio.sleep(1)
        bind(desk.realm.identity)

    bind("former")
    desk.checker.look = look
    desk.declare()
    await asyncio.sleep(5)
    assert ("AccountChanged", False) in await posted(desk)


async def test_a_replica_that_does_not_lead_posts_none(desk: DirectoryHarness) -> None:
    desk.leads = False
    desk.declare()
    await asyncio.sleep(70)
    assert await posted(desk) == []
