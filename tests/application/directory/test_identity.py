"""An absence counts when Keycloak confirmed it; a frozen directory says so, with the command."""

import asyncio
from dataclasses import replace

from fakes.directory_harness import DirectoryHarness
from fakes.keycloak import FakeDirectoryReader
from fakes.values import access, binding, key, mapping
from groupaccess.application.ports.keycloak import Connection
from groupaccess.application.state.write_attempt import WriteAttempt
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.binding import BindingKey, DesiredBinding
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import Answer, ById, Question, Search
from groupaccess.domain.directory.visibility import VIEW_GROUPS
from groupaccess.domain.identity.freeze import ACKNOWLEDGE_ANNOTATION


def pin(desk: DirectoryHarness, *groups: Group) -> None:
    """Let bindings stand that pin the groups."""
    for group in groups:
        about = {
            "directory": "default",
            "directory-id": desk.realm.identity,
            "group": group.name,
            "group-id": group.id,
            "group-path": group.path,
        }
        what = binding(key(name=group.name.lower()), groups=(group.name,), **about)
        desk.store.put_binding(what)


async def test_a_pinned_group_that_no_search_shows_is_asked_for_by_its_id(
    desk: DirectoryHarness,
) -> None:
    group = desk.realm.create_group("/Gone")
    pin(desk, group, desk.realm.groups["/SRE"])
    del desk.realm.groups["/Gone"]
    desk.declare(syncInterval="1h")
    await asyncio.sleep(60)
    ids = [each for each in desk.reader.asked if isinstance(each, ById)]
    assert ids == [ById(group.id)]
    assert desk.store.directories.reading("default").confirmed_absent.keys() == {group.id}


async def test_a_group_is_asked_for_whose_binding_somebody_deleted(desk: DirectoryHarness) -> None:
    group = desk.realm.create_group("/Gone")
    del desk.realm.groups["/Gone"]
    desk.store.put_access(access("platform", mapping(group="Gone")))
    about = {"directory": "default", "group": "Gone", "group-id": group.id, "group-path": "/Gone"}
    bound = binding(key(), groups=("Gone",), **about)
    memory = desk.store.memory("platform")
    memory.acknowledge(bound.key, bound.content)
    memory.attempts[bound.key] = WriteAttempt(
        DesiredBinding(bound.key, "sre", bound.content), "", 0.0
    )  # the repair

    desk.declare(syncInterval="10s")
    await asyncio.sleep(1)

    assert desk.store.directories.reading("default").confirmed_absent.keys() == {group.id}


async def test_a_group_is_asked_for_whose_binding_somebody_deleted_while_suspended(
    desk: DirectoryHarness,
) -> None:
    pin(desk, desk.realm.groups["/SRE"])
    (bound,) = desk.store.bindings.by_key.values()
    desk.use("platform", mapping(), suspend=True)
    desk.store.memory("platform").acknowledge(bound.key, bound.content)
    desk.declare(syncInterval="10s")
    await asyncio.sleep(1)
    desk.store.drop_binding(bound.key, bound.uid)
    desk.realm.groups.clear()
    await asyncio.sleep(12)
    assert "missing from Keycloak since" in desk.verdict().message


async def test_a_group_that_a_late_write_pins_is_asked_for_soon(desk: DirectoryHarness) -> None:
    group = desk.realm.create_group("/Gone")
    del desk.realm.groups["/Gone"]
    desk.declare()
    await asyncio.sleep(1)
    desk.store.put_access(access("gone", mapping(group="Gone")))
    about = {"directory": "default", "group": "Gone", "group-id": group.id, "group-path": "/Gone"}
    late = binding(BindingKey("", "groupaccess:gone:sre:view"), groups=("Gone",), **about)
    desk.store.put_binding(late)

    for _ in range(3):  # each time that it is looked at
        desk.sync.ask_missing("gone")
        await asyncio.sleep(1)

    assert desk.store.directories.memory("default").absent_since.keys() == {group.id}
    assert desk.reader.asked.count(ById(group.id)) == 2  # when it was new, and in a whole round


async def test_an_absence_that_a_new_question_shows_is_proven_by_a_whole_round_at_once(
    desk: DirectoryHarness,
) -> None:
    group = desk.realm.create_group("/Gone")
    desk.use("platform", mapping(group="Gone"))
    desk.declare(syncInterval="24h", onMissing={"grace": "0s"})
    await asyncio.sleep(1)
    del desk.realm.groups["/Gone"]
    about = {"directory": "default", "group": "Gone", "group-id": group.id, "group-path": "/Gone"}
    late = binding(key(), groups=("Gone",), **about)
    memory = desk.store.directories.memory("default")
    memory.answers.pop(Search("Gone"))  # as of a round that began before
    desk.store.put_binding(late)
    desk.sync.ask_missing("platform")
    await asyncio.sleep(7)

    assert desk.store.directories.reading("default").confirmed_absent.keys() == {group.id}
    rounds = len(desk.reader.reads)
    await asyncio.sleep(600)
    assert len(desk.reader.reads) == rounds


async def test_a_search_that_lacks_what_is_there_is_not_believed(desk: DirectoryHarness) -> None:
    group = desk.realm.groups["/SRE"]
    pin(desk, group)
    desk.declare()
    await asyncio.sleep(1)
    desk.realm.unlisted.add(group.id)
    await asyncio.sleep(70)
    assert desk.ready() == ("False", "KeycloakForbidden")
    assert VIEW_GROUPS in desk.status()["conditions"][0]["message"]
    assert desk.store.directories.reading("default").confirmed_absent == {}
    desk.realm.unlisted.clear()
    await asyncio.sleep(70)
    assert desk.ready() == ("True", "Read")


async def test_a_group_that_is_renamed_between_two_answers_is_no_hidden_one(
    desk: DirectoryHarness,
) -> None:
    group = desk.realm.groups["/SRE"]
    pin(desk, group)

    class Renaming(FakeDirectoryReader):
        """Renames the group as soon as it was asked for by its id."""

        def __init__(self) -> None:
            self.__dict__ = desk.reader.__dict__

        async def answer(
            self, directory: Directory, connection: Connection, identity: str, question: Question
        ) -> Answer:
            answer = await super().answer(directory, connection, identity, question)
            if question == ById(group.id) and group.path in self.realms["ADMIN"].groups:
                del self.realms["ADMIN"].groups[group.path]
                self.realms["ADMIN"].groups["/Ops"] = replace(group, path="/Ops", name="Ops")
            return answer

    del desk.realm.groups["/SRE"]  # renamed once before
    group = desk.realm.groups["/Former"] = replace(group, path="/Former", name="Former")
    desk.sync = desk.reading_by(Renaming())
    desk.declare()
    await asyncio.sleep(1)
    assert desk.ready() == ("True", "Read")
    assert desk.groups == ["/Ops"]


async def test_a_frozen_directory_says_how_to_go_on_and_goes_on(desk: DirectoryHarness) -> None:
    pin(desk, Group("/A", "A", "a"), Group("/B", "B", "b"))
    desk.declare()
    await asyncio.sleep(1)
    assert desk.ready() == ("False", "DirectoryFrozen")
    conditions = {each["type"]: each["status"] for each in desk.status()["conditions"]}
    assert conditions["Stalled"] == "True"
    await desk.recorder.flush()
    (note,) = desk.cluster.notes
    assert (note.reason, note.warning) == ("DirectoryFrozen", True)
    command, _, rest = note.message.partition(f"{ACKNOWLEDGE_ANNOTATION}=")
    assert command.endswith("kubectl annotate keycloakdirectory default --overwrite ")
    token = rest.partition(". ")[0]
    assert desk.status()["acknowledgement"] == token
    desk.cluster.objects.annotate("KeycloakDirectory", "default", {ACKNOWLEDGE_ANNOTATION: token})
    desk.tell()
    await asyncio.sleep(1)
    assert desk.ready() == ("True", "Read")
    assert "acknowledgement" not in desk.status()


async def test_another_account_in_the_same_realm_is_told_once(desk: DirectoryHarness) -> None:
    pin(desk, desk.realm.groups["/SRE"], desk.realm.create_group("/Dev"))
    desk.declare(syncInterval="10s")
    await asyncio.sleep(1)
    desk.realm.identity = "account-2"
    await asyncio.sleep(12)
    desk.realm.create_group("/Another")  # the status says how many there are
    await asyncio.sleep(60)
    await desk.recorder.flush()
    assert desk.ready() == ("True", "Read")
    assert desk.status()["directoryId"] == "account-2"
    (note,) = (note for note in desk.cluster.notes if note.reason == "AccountChanged")
    assert note.regarding.kind == "KeycloakDirectory"
    assert not note.warning
    assert "account-2" in note.message


async def test_another_account_hides_no_event_of_ready(desk: DirectoryHarness) -> None:
    pin(desk, desk.realm.groups["/SRE"], desk.realm.create_group("/Dev"))
    desk.declare(syncInterval="10s")
    await asyncio.sleep(1)
    desk.realm.identity = "account-2"
    await asyncio.sleep(12)
    desk.tell()
    desk.reader.down = True
    await asyncio.sleep(60)
    await desk.recorder.flush()
    reasons = sorted(note.reason for note in desk.cluster.notes)
    assert reasons == ["AccountChanged", "KeycloakUnavailable", "Read"]


async def test_another_account_with_one_group_in_use_freezes(desk: DirectoryHarness) -> None:
    pin(desk, desk.realm.groups["/SRE"])
    desk.declare(syncInterval="10s")
    await asyncio.sleep(1)
    desk.realm.identity = "account-2"
    await asyncio.sleep(12)
    assert desk.ready() == ("False", "DirectoryFrozen")


async def test_a_suspended_directory_says_so_and_is_still_read(desk: DirectoryHarness) -> None:
    desk.store.put_access(access("platform", mapping(group="SRE"), mapping("new", "Another")))
    desk.declare(suspend=True, syncInterval="10s")
    await asyncio.sleep(1)
    assert desk.ready() == ("True", "Suspended")
    desk.realm.create_group("/Another")
    await asyncio.sleep(12)
    assert desk.groups == ["/Another", "/SRE"]
    desk.declare(suspend=False, syncInterval="10s")
    await asyncio.sleep(12)
    assert desk.ready() == ("True", "Read")
