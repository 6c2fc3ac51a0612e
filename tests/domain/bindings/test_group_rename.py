"""A rename locks out nobody: tokens from before are good until they end, and no longer."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.builders import (
    NOW,
    UNAVAILABLE,
    access,
    client,
    content,
    directory,
    group,
    leaf,
    make_context,
    mapper,
    mapping,
    realm,
    scope,
    there,
)
from domain.model_cluster import ModelCluster
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.apiserver.oidc_check_result import check_mismatch
from groupaccess.domain.binding import BindingContent
from groupaccess.domain.directory.client import (
    ClaimMapper,
    Client,
    MapperKind,
    ProofResult,
    TokenProof,
)
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.former_subjects import MAX_FORMER_SUBJECTS, former_subjects
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome

MINUTE = timedelta(minutes=1)
END = NOW + 5 * MINUTE
FROZEN = Failure(Reason.DIRECTORY_FROZEN, "frozen.")
RESTARTED = pytest.mark.parametrize("restarted", [False, True], ids=["goes on", "restarted"])


def called(
    *paths: str, now: datetime = NOW, of: Directory | None = None, clients: Iterable[Client] = ()
) -> EvaluationContext:
    """Return a realm in which the group with id 1 is at the first path, others at the others."""
    first, *others = paths
    groups = [group(first, uid="1"), *(group(path, uid=f"at {path}") for path in others)]
    known = clients or [client("headlamp", leaf())]
    return make_context(
        realm(*groups, clients=known), of=of, now=now, namespaces=there("shop", "bank")
    )


def granted(declared: Access | None = None, at: EvaluationContext | None = None) -> ModelCluster:
    """Return a cluster in which the group SRE is bound."""
    cluster = ModelCluster()
    cluster.settle(declared or access(), at or called("/SRE"))
    return cluster


def bound(cluster: ModelCluster) -> set[str]:
    return {name for one in cluster.bindings.values() for name in one.content.groups}


def only(cluster: ModelCluster) -> BindingContent:
    (one,) = cluster.bindings.values()
    return one.content


def ends(cluster: ModelCluster) -> dict[str, datetime]:
    return {name: one.until for name, one in former_subjects(only(cluster)).items()}


def settle(cluster: ModelCluster, at: EvaluationContext, declared: Access | None = None) -> None:
    cluster.settle(declared or access(), at)


CHANGES = {
    "rename": ((leaf(),), "", (leaf(),), "", "/OPS", {"SRE"}),
    "move": ((mapper(),), "", (mapper(),), "", "/new/SRE", {"/SRE"}),
    "full path on": ((leaf(),), "", (mapper(),), "", "/SRE", {"SRE"}),
    "full path off": ((mapper(),), "", (leaf(),), "", "/SRE", {"/SRE"}),
    "prefix": ((leaf(),), "", (leaf(),), "oidc:", "/SRE", {"SRE"}),
    "prefix taken away": ((leaf(),), "oidc:", (leaf(),), "", "/SRE", {"oidc:SRE"}),
    "all at once": ((leaf(),), "a:", (mapper(),), "b:", "/x/OPS", {"a:SRE"}),
}
Change = tuple[tuple[ClaimMapper, ...], str, tuple[ClaimMapper, ...], str, str, set[str]]


@RESTARTED
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_new_subject_is_bound_and_the_former_one_stays_to_its_end(
    change: Change, *, restarted: bool
) -> None:
    mappers, prefix, after, later_prefix, path, former = change
    was = called("/SRE", of=directory(prefix=prefix), clients=[client("headlamp", *mappers)])
    cluster = granted(at=was)
    assert bound(cluster) == former
    if restarted:
        cluster.restart()
    now = called(path, of=directory(prefix=later_prefix), clients=[client("headlamp", *after)])
    settle(cluster, now)
    (new,) = bound(cluster) - former
    assert ends(cluster) == dict.fromkeys(former, END)
    if restarted:
        cluster.restart()
    settle(cluster, replace(now, now=END - timedelta(seconds=1)))
    assert bound(cluster) == {*former, new}
    settle(cluster, replace(now, now=END))
    assert bound(cluster) == {new}
    assert only(cluster).annotation("former-subjects") is None


Hold = Callable[[EvaluationContext], EvaluationContext]
HOLDS: dict[str, Hold] = {
    "suspended": lambda at: replace(at, suspend=True),
    "frozen": lambda at: replace(at, frozen=FROZEN),
    "outage": lambda at: replace(at, reading=replace(at.reading, failure=UNAVAILABLE)),
    "nothing read": lambda at: replace(at, reading=make_context(None).reading),
    "the directory is gone": lambda at: replace(at, directory=None),
}


def held(at: EvaluationContext, hold: Hold, now: datetime) -> EvaluationContext:
    return replace(hold(at), now=now)


@RESTARTED
@pytest.mark.parametrize("hold", HOLDS.values(), ids=HOLDS)
def test_its_end_acts_while_nothing_else_does(hold: Hold, *, restarted: bool) -> None:
    cluster, renamed = granted(), called("/OPS")
    settle(cluster, renamed)
    if restarted:
        cluster.restart()
    settle(cluster, held(renamed, hold, END - timedelta(seconds=1)))
    assert bound(cluster) == {"SRE", "OPS"}
    cluster.step(access(), held(renamed, hold, END))
    assert bound(cluster) == {"OPS"}
    assert cluster.step(access(), held(renamed, hold, END)).empty


@pytest.mark.parametrize("hold", HOLDS.values(), ids=HOLDS)
def test_what_others_did_to_it_meanwhile_is_not_bound_by_its_end(hold: Hold) -> None:
    cluster, renamed = granted(), called("/OPS")
    settle(cluster, renamed)
    cluster.restart()
    where, one = cluster.bindings.popitem()
    drifted = replace(
        one.content, subjects=(*content("SRE", "OPS", "evil", "system:OPS").subjects,)
    )
    cluster.bindings[where] = replace(one, content=drifted)
    cluster.step(access(), held(renamed, hold, END))
    assert bound(cluster) == {"OPS"}


@pytest.mark.parametrize("remembered", [True, False])
def test_its_end_gives_back_nothing_that_was_taken_away_while_suspended(
    *, remembered: bool
) -> None:
    cluster, renamed = granted(), called("/OPS")
    settle(cluster, renamed)
    if not remembered:
        cluster.restart()
    where, one = cluster.bindings.popitem()
    left = replace(one.content, subjects=content("SRE").subjects)
    cluster.bindings[where] = replace(one, content=left)
    suspended = held(renamed, HOLDS["suspended"], END)
    settle(cluster, suspended)
    assert bound(cluster) == set()


def test_drift_is_repaired_with_it_only_until_its_end() -> None:
    cluster, renamed = granted(), called("/OPS")
    settle(cluster, renamed)
    down = held(renamed, HOLDS["outage"], NOW + MINUTE)
    cluster.bindings.clear()
    settle(cluster, down)
    assert bound(cluster) == {"SRE", "OPS"}
    assert ends(cluster) == {"SRE": END}
    cluster.bindings.clear()
    settle(cluster, replace(down, now=END))
    assert bound(cluster) == {"OPS"}


@RESTARTED
def test_a_b_c_a_keeps_each_to_its_own_end_and_lists_no_current_one(*, restarted: bool) -> None:
    cluster = granted(at=called("/a"), declared=access(mapping(group="a")))
    one = access(mapping(group="a"))
    for minute, name in enumerate(("b", "c", "a"), start=1):
        if restarted:
            cluster.restart()
        settle(cluster, called(f"/{name}", now=NOW + minute * MINUTE), one)
    assert bound(cluster) == {"a", "b", "c"}
    assert ends(cluster) == {"b": NOW + 7 * MINUTE, "c": NOW + 8 * MINUTE}
    settle(cluster, called("/a", now=NOW + 7 * MINUTE), one)
    assert bound(cluster) == {"a", "c"}


def test_more_than_four_are_not_kept_and_the_oldest_go_first() -> None:
    cluster = granted()
    for second in range(1, 7):
        settle(cluster, called(f"/g{second}", now=NOW + timedelta(seconds=second)))
    assert bound(cluster) == {"g2", "g3", "g4", "g5", "g6"}


@RESTARTED
def test_a_swap_of_two_mapped_groups_keeps_nothing(*, restarted: bool) -> None:
    two = access(mapping("a", group="A"), mapping("b", group="B", role="view"))
    realms = [
        replace(
            called("/A"),
            reading=make_context(
                realm(
                    group(one, uid="1"), group(two_, uid="2"), clients=[client("headlamp", leaf())]
                )
            ).reading,
        )
        for one, two_ in (("/A", "/B"), ("/B", "/A"))
    ]
    cluster = granted(two, realms[0])
    if restarted:
        cluster.restart()
    settle(cluster, realms[1], two)
    whom = {where.name.split(":")[2]: one.content.groups for where, one in cluster.bindings.items()}
    assert whom == {"a": ("B",), "b": ("A",)}


@RESTARTED
def test_another_group_of_the_former_name_ends_it_at_once(*, restarted: bool) -> None:
    cluster = granted()
    settle(cluster, called("/OPS"))
    if restarted:
        cluster.restart()
    settle(cluster, called("/OPS", "/x/SRE"))
    assert bound(cluster) == {"OPS"}


def test_a_role_of_the_former_name_ends_it_at_once() -> None:
    cluster = granted()
    settle(cluster, called("/OPS"))
    roles = mapper("roles", MapperKind.APPENDING, adds=["SRE"])
    settle(cluster, called("/OPS", clients=[client("headlamp", leaf(), roles)]))
    assert bound(cluster) == {"OPS"}


def test_another_group_of_the_former_name_changes_nothing_by_an_answer_that_does_not_count() -> (
    None
):
    cluster = granted()
    settle(cluster, called("/OPS"))
    for hold in ("suspended", "frozen", "outage"):
        settle(cluster, held(called("/OPS", "/SRE"), HOLDS[hold], NOW + MINUTE))
        assert bound(cluster) == {"SRE", "OPS"}


@RESTARTED
def test_it_ends_though_the_new_string_collides_and_is_not_bound(*, restarted: bool) -> None:
    cluster = granted()
    collided = called("/OPS", "/x/OPS")
    if restarted:
        cluster.restart()
    settle(cluster, collided)
    assert [one.reason for one in cluster.evaluate(access(), collided)] == [Reason.CLAIM_COLLISION]
    assert bound(cluster) == {"SRE"}
    assert ends(cluster) == {"SRE": END}
    settle(cluster, replace(collided, now=END))
    assert bound(cluster) == set()
    assert only(cluster).annotation("group-id") == "1"
    settle(cluster, called("/OPS", now=END))
    assert bound(cluster) == {"OPS"}


def test_it_ends_while_the_role_is_not_there() -> None:
    cluster = granted()
    without = replace(called("/OPS"), cluster_roles=frozenset())
    settle(cluster, without)
    assert (bound(cluster), ends(cluster)) == ({"SRE"}, {"SRE": END})


def test_what_kube_apiserver_is_seen_to_read_otherwise_ends_nothing() -> None:
    cluster = granted(at=called("/SRE"))
    prefixed = called("/SRE", of=directory(prefix="oidc:", canary="canary"))
    settle(cluster, replace(prefixed, oidc_check=check_mismatch("another prefix")))
    assert (bound(cluster), ends(cluster)) == ({"SRE"}, {})


def test_it_goes_with_its_mapping_and_with_a_group_that_was_replaced() -> None:
    cluster, renamed = granted(), called("/OPS")
    settle(cluster, renamed)
    anew = make_context(realm(group("/OPS", uid="2"), group("/SRE", uid="3")), of=directory())
    settle(cluster, anew)
    assert bound(cluster) == set()
    cluster = granted()
    settle(cluster, renamed)
    cluster.settle(access(mapping("other", "gone")), renamed)
    assert cluster.bindings == {}


def test_it_goes_with_a_group_that_was_replaced_and_is_followed() -> None:
    warn = directory(refuses_replaced=False)
    cluster = granted(at=called("/SRE", of=warn))
    settle(cluster, called("/OPS", of=warn))
    anew = make_context(
        realm(group("/SRE", uid="2"), clients=[client("headlamp", leaf())]), of=warn
    )
    settle(cluster, anew)
    assert bound(cluster) == {"SRE"}
    assert ends(cluster) == {}


def test_it_stays_to_its_end_while_the_group_is_missing() -> None:
    cluster = granted()
    settle(cluster, called("/OPS"))
    missing = make_context(realm("/other", clients=[client("headlamp", leaf())]), now=NOW + MINUTE)
    settle(cluster, missing)
    assert bound(cluster) == {"SRE", "OPS"}
    settle(cluster, replace(missing, now=END))
    assert bound(cluster) == {"OPS"}


TWO = directory("headlamp", "grafana")
PATH, NAME = client("headlamp", mapper()), client("grafana", leaf())


@RESTARTED
@pytest.mark.parametrize("left", [[PATH], [PATH, client("grafana")]], ids=["deleted", "no groups"])
def test_it_goes_with_the_client_whose_tokens_carried_it(
    left: list[Client], *, restarted: bool
) -> None:
    cluster = granted(at=called("/SRE", of=TWO, clients=[PATH, NAME]))
    settle(cluster, called("/OPS", of=TWO, clients=[PATH, NAME]))
    assert bound(cluster) == {"/SRE", "SRE", "/OPS", "OPS"}
    if restarted:
        cluster.restart()
    settle(cluster, called("/OPS", of=TWO, clients=left))
    assert bound(cluster) == {"/SRE", "/OPS"}


def test_what_only_a_client_carried_that_is_deleted_with_the_rename_goes_at_once() -> None:
    cluster = granted(at=called("/SRE", of=TWO, clients=[PATH, NAME]))
    settle(cluster, called("/OPS", of=TWO, clients=[PATH]))
    assert bound(cluster) == {"/SRE", "/OPS"}


def test_it_stays_while_its_client_is_disabled() -> None:
    cluster = granted(at=called("/SRE", of=TWO, clients=[PATH, NAME]))
    settle(cluster, called("/OPS", of=TWO, clients=[PATH, NAME]))
    off = client("grafana", leaf(), enabled=False)
    settle(cluster, called("/OPS", of=TWO, clients=[PATH, off]))
    assert bound(cluster) == {"/SRE", "SRE", "/OPS", "OPS"}
    settle(cluster, called("/OPS", of=TWO, clients=[PATH, off], now=END))
    assert bound(cluster) == {"/OPS", "OPS"}  # what a disabled client may carry is not removed


def test_the_last_client_that_is_deleted_ends_it_though_nothing_is_granted() -> None:
    cluster = granted()
    settle(cluster, called("/OPS"))
    settle(cluster, called("/OPS", clients=[client("another")]))
    assert bound(cluster) == {"OPS"}


def test_a_client_whose_tokens_carry_another_form_now_keeps_what_it_carried() -> None:
    """One of two forms leaves, and no new one comes: the mappers were made alike."""
    cluster = granted(at=called("/SRE", of=TWO, clients=[PATH, NAME]))
    alike = [client("headlamp", leaf()), NAME]
    settle(cluster, called("/SRE", of=TWO, clients=alike))
    assert (bound(cluster), ends(cluster)) == ({"/SRE", "SRE"}, {"/SRE": END})


def test_a_client_that_never_was_there_locks_nobody_out() -> None:
    cluster = granted(at=called("/SRE", of=TWO, clients=[NAME]))
    settle(cluster, called("/SRE", of=TWO, clients=[client("grafana", mapper())]))
    assert bound(cluster) == {"/SRE", "SRE"}


@pytest.mark.parametrize(
    ("lifetimes", "seconds"),
    [((None, None), 300), ((60, None), 60), ((60, 900), 900), ((7200, 60), 3600), ((0, 0), 300)],
)
def test_its_end_is_by_the_longest_lifetime_that_is_known(
    lifetimes: tuple[int | None, ...], seconds: int
) -> None:
    clients = [
        client(name, leaf(), proof=TokenProof(ProofResult.PROVEN, "as computed", NOW, lifetime))
        for name, lifetime in zip(("headlamp", "grafana"), lifetimes, strict=True)
    ]
    cluster = granted(at=called("/SRE", of=TWO, clients=clients))
    settle(cluster, called("/OPS", of=TWO, clients=clients, now=NOW + timedelta(milliseconds=999)))
    assert ends(cluster) == {"SRE": NOW + timedelta(seconds=seconds)}


def test_under_drop_the_former_subject_goes_at_once() -> None:
    drop = directory(keeps_renamed=False)
    cluster = granted(at=called("/SRE", of=drop))
    settle(cluster, called("/OPS", of=drop))
    assert bound(cluster) == {"OPS"}


@RESTARTED
@pytest.mark.parametrize("hold", [None, *list(HOLDS.values())[:4]])
def test_drop_ends_what_was_kept_before(hold: Hold | None, *, restarted: bool) -> None:
    cluster = granted()
    settle(cluster, called("/OPS"))
    if restarted:
        cluster.restart()
    drop = called("/OPS", of=directory(keeps_renamed=False))
    settle(cluster, held(drop, hold, NOW) if hold else drop)
    assert bound(cluster) == {"OPS"}


EDITS = {
    "role": access(mapping(role="view")),
    "name": access(mapping("renamed")),
    "namespaces": access(mapping(within=scope("shop", "bank"))),
    "a second mapping": access(mapping(), mapping("second", role="view")),
}


@pytest.mark.parametrize("down", [False, True], ids=["read", "outage"])
@pytest.mark.parametrize("edited", EDITS.values(), ids=EDITS)
def test_a_new_binding_takes_it_along_with_the_same_end(edited: Access, *, down: bool) -> None:
    cluster = granted()
    settle(cluster, called("/OPS"))
    later = called("/OPS", now=NOW + MINUTE)
    settle(cluster, held(later, HOLDS["outage"], later.now) if down else later, edited)
    for one in cluster.bindings.values():
        assert set(one.content.groups) == {"SRE", "OPS"}
        assert former_subjects(one.content)["SRE"].until == END


@pytest.mark.parametrize(("edit", "taken"), [("name", True), ("namespaces", True), ("role", False)])
def test_after_a_restart_it_is_taken_to_no_other_role(edit: str, *, taken: bool) -> None:
    """Who may edit a binding could list anybody, and would get a right that it does not give."""
    cluster = granted()
    settle(cluster, called("/OPS"))
    cluster.restart()
    settle(cluster, called("/OPS"), EDITS[edit])
    assert bound(cluster) == ({"SRE", "OPS"} if taken else {"OPS"})


def test_in_one_namespace_it_is_taken_to_no_other_after_a_restart() -> None:
    here, there_ = (access(mapping(within=scope(name))) for name in ("shop", "bank"))
    cluster = granted(here)
    settle(cluster, called("/OPS"), here)
    cluster.restart()
    settle(cluster, called("/OPS"), there_)
    assert bound(cluster) == {"OPS"}


def test_another_declared_group_takes_nothing_along() -> None:
    cluster = granted()
    settle(cluster, called("/OPS", "/Dev"))
    settle(cluster, called("/OPS", "/Dev"), access(mapping(group="Dev")))
    assert bound(cluster) == {"Dev"}


def forged(cluster: ModelCluster, *subjects: str, until: str) -> None:
    """Let somebody write a binding's subjects, and list the last of them as former."""
    where, one = cluster.bindings.popitem()
    text = f'{{"{subjects[-1]}": {{"until": "{until}"}}}}'
    listed = {**one.content.own_annotations, "former-subjects": text}
    annotations = tuple(sorted((f"groupaccess.io/{n}", text) for n, text in listed.items()))
    names = content(*subjects).subjects
    what = replace(one.content, subjects=names, annotations=annotations)
    cluster.bindings[where] = replace(one, content=what)


@RESTARTED
def test_what_is_listed_and_was_not_bound_is_not_bound_again(*, restarted: bool) -> None:
    cluster = granted()
    forged(cluster, "SRE", "evil", until="2026-03-01T12:05:00Z")
    (where,) = cluster.bindings
    one = cluster.bindings[where]
    cluster.bindings[where] = replace(
        one, content=replace(one.content, subjects=content("SRE").subjects)
    )
    if restarted:
        cluster.restart()
    settle(cluster, called("/SRE"))
    assert bound(cluster) == {"SRE"}


def test_what_somebody_lists_and_binds_beside_the_operator_is_repaired() -> None:
    cluster = granted()
    forged(cluster, "SRE", "evil", until="2026-03-01T12:05:00Z")
    settle(cluster, called("/SRE"))
    assert bound(cluster) == {"SRE"}


@pytest.mark.parametrize("hold", [None, *HOLDS.values()])
def test_an_end_far_away_is_an_hour_from_now_at_most(hold: Hold | None) -> None:
    cluster = granted()
    forged(cluster, "SRE", "kept", until="2036-03-01T12:00:00Z")
    cluster.restart()
    at = held(called("/SRE"), hold, NOW) if hold else called("/SRE")
    settle(cluster, at)
    assert ends(cluster) == {"kept": NOW + timedelta(hours=1)}
    settle(cluster, replace(at, now=NOW + timedelta(hours=1)))
    assert bound(cluster) == {"SRE"}


def test_while_a_write_fails_the_end_stays_where_it_was() -> None:
    cluster = granted()
    first = cluster.desired_state(access(), called("/OPS"))
    cluster.pending = first.contents
    later = cluster.desired_state(access(), called("/OPS", now=NOW + 2 * MINUTE))
    assert later.contents == first.contents
    down = held(called("/OPS"), HOLDS["outage"], NOW + 2 * MINUTE)
    (kept,) = cluster.desired_state(access(), down).bindings
    assert {n: one.until for n, one in former_subjects(kept.content).items()} == {"SRE": END}
    (ended,) = cluster.desired_state(access(), replace(down, now=END)).bindings
    assert ended.content.groups == ()


def test_a_new_binding_whose_write_fails_still_takes_it_along_at_the_next_try() -> None:
    cluster, edited = granted(), EDITS["role"]
    settle(cluster, called("/OPS"))
    cluster.pending = cluster.desired_state(edited, called("/OPS")).contents
    cluster.applied.clear()  # what was applied under a name that is no longer declared is forgotten
    (want,) = cluster.desired_state(edited, called("/OPS", now=NOW + MINUTE)).bindings
    assert want.content.groups == ("OPS", "SRE")


# Whatever comes in whatever order.

NAMES = ("a", "b", "c", "d", "e", "f")
Step = tuple[str, str, float, str, bool]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),  # what the group is called now
        st.sampled_from(("", *NAMES)),  # another one beside it
        st.sampled_from((0.0, 1.0, 59.0, 200.0, 4000.0)),  # seconds that pass before
        st.sampled_from(("", "", "", *HOLDS)),
        st.booleans(),  # restarted
    ),
    max_size=12,
)


@given(STEPS)
def test_nobody_is_bound_past_an_end_or_beside_another_group(steps: list[Step]) -> None:
    declared = access(mapping(group="a"))
    cluster, now, until = granted(declared, called("/a")), NOW, dict[str, datetime]()
    for name, other, seconds, hold, restarted in steps:
        now += timedelta(seconds=seconds)
        if restarted:
            cluster.restart()
        paths = (f"/{name}", *([f"/{other}"] if other and other != name else []))
        at = called(*paths, now=now)
        before = bound(cluster)
        cluster.settle(declared, held(at, HOLDS[hold], now) if hold else at)
        formers = former_subjects(only(cluster))
        assert len(formers) <= MAX_FORMER_SUBJECTS
        for former, one in formers.items():
            assert now < one.until <= now + 5 * MINUTE
            assert one.until <= until.get(former, one.until)
            assert hold or former not in {name, other}
        until = {former: one.until for former, one in formers.items()}
        if hold:
            assert bound(cluster) <= before
        else:
            assert bound(cluster) == {name, *formers}
            assert {one.outcome for one in cluster.evaluate(declared, at)} == {Outcome.GRANT}
        assert cluster.step(declared, held(at, HOLDS[hold], now) if hold else at).empty


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=8), st.booleans())
def test_no_token_of_the_last_minutes_is_locked_out(
    names: list[str],
    restarted: bool,  # noqa: FBT001 -- hypothesis gives it by position
) -> None:
    declared = access(mapping(group="a"))
    cluster, recent = granted(declared, called("/a")), ["a"]
    for second, name in enumerate(names, start=1):
        if restarted:
            cluster.restart()
        cluster.settle(declared, called(f"/{name}", now=NOW + timedelta(seconds=second)))
        recent = [*(each for each in recent if each != name), name]
        assert bound(cluster) == set(recent[-MAX_FORMER_SUBJECTS - 1 :])
