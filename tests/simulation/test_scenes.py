"""Scenes that are seldom drawn: each failed before a mend, and fails when that is taken back."""

from fakes.kube.faults import Way
from fakes.kube.link import ON_THE_WAY
from simulation.actions import Action, Declare, Delete, Direct, Edit, Group
from simulation.declarations import Access, Line, Realm
from simulation.play import play
from simulation.scenarios import Pause, Scenario
from simulation.troubles import WATCHED, Cut, Fail, Meddle, Outage

VIEWERS = Line("m", "g1", "view", "x")
WIDER = Line("m", "g1", "view", "x+y")
NO_WRITES_IN_X = Fail(Way.ERROR, frozenset({"apply"}), 90.0, "x")
DETOUR = Group("g3", "create")  # nothing, so that time passes


def scene(
    realm: Realm, line: Line, *steps: tuple[float, Action], event_delay: float = ON_THE_WAY
) -> Scenario:
    """Return a scenario of one process, with one mapping at the start."""
    accesses = (Access("alpha", (line,)),)
    timed = tuple((Pause(seconds), action) for seconds, action in steps)
    return Scenario(
        realm,
        accesses,
        replicas=0,
        page=500,
        thorough=False,
        event_delay=event_delay,
        steps=timed,
    )


def test_a_grace_that_no_binding_can_say_ends_in_time() -> None:
    gone = Group("g1", "delete")
    play(scene(Realm(grace=5), VIEWERS, (3.0, NO_WRITES_IN_X), (1.0, gone), (12.0, DETOUR)))


def test_an_outage_brings_back_no_subject_that_was_given_up_beside_a_failing_write() -> None:
    renamed, outage = Group("g1", "rename", "g4"), Outage("down", 30.0)
    steps = ((3.0, NO_WRITES_IN_X), (1.0, renamed), (12.0, outage), (12.0, DETOUR))
    play(scene(Realm(on_renamed="Drop"), WIDER, *steps))


def test_what_is_made_anew_for_its_role_needs_no_event_of_its_delete() -> None:
    other, late = Meddle("other role", 0, "edit"), 3 * ON_THE_WAY
    play(scene(Realm(), VIEWERS, (12.0, other), (12.0, DETOUR), event_delay=late))


def test_what_keycloak_took_away_stays_away_when_its_directory_goes() -> None:
    refused = Fail(Way.INVALID, frozenset({"apply"}), 14.0, "x")
    reserved, nobody = Group("g1", "rename", "system:g4"), Direct(None)
    play(scene(Realm(), VIEWERS, (12.0, refused), (0.3, reserved), (12.0, nobody), (12.0, DETOUR)))


def test_a_binding_that_is_made_and_lost_in_a_gap_is_made_anew() -> None:
    gap = Cut(WATCHED[2:4], 4.0, gap=True)
    lost = Meddle("delete", 1, "view")
    play(scene(Realm(), VIEWERS, (3.0, gap), (0.3, Edit("alpha", 0, "where", WIDER)), (1.0, lost)))


def test_a_namesake_inherits_no_group_of_a_deleted_object_in_an_outage() -> None:
    outage, anew = Outage("down", 30.0), Access("alpha", (Line("n", "g1", "edit", "x"),))
    steps = ((12.0, outage), (12.0, Delete("alpha")), (0.05, Declare(anew)), (12.0, DETOUR))
    play(scene(Realm(), VIEWERS, *steps))


def test_what_is_created_while_an_audit_waits_for_news_is_kept() -> None:
    gap, created = Cut(WATCHED[:2], 4.0, gap=True), Declare(Access("gamma", (VIEWERS,)))
    play(scene(Realm(), VIEWERS, (3.0, gap), (0.3, Delete("alpha")), (14.0, created)))


def test_what_goes_in_one_place_says_nothing_of_another_that_nobody_could_see() -> None:
    lost = Fail(Way.LOST, frozenset({"apply"}), 90.0)
    unseen, edit = Cut(WATCHED[2:], 90.0, gap=True), Edit("alpha", 0, "where", VIEWERS)
    steps = ((3.0, lost), (0.0, unseen), (0.0, edit), (12.0, DETOUR))
    play(scene(Realm(), Line("m", "g1", "view", "*"), *steps))
