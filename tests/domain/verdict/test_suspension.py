"""While an object or its directory is suspended, nothing new is granted and nothing is repaired."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.builders import (
    NOW,
    UNAVAILABLE,
    access,
    binding,
    by_key,
    client,
    content,
    directory,
    group,
    key,
    leaf,
    make_context,
    mapper,
    mapping,
    realm,
    scope,
    team,
    there,
)
from domain.model_cluster import ModelCluster
from domain.strategies import accesses, clusters, contexts
from domain.suspended import BY, BY_DIRECTORY, DRIFTED, SUSPENDED, WAYS
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.binding import Binding
from groupaccess.domain.directory.suggestions import Suggestion
from groupaccess.domain.reasons import REASONS, Reason
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome


@pytest.mark.parametrize(
    ("way", "by"),
    [
        (SUSPENDED, "this GroupAccess"),
        (BY_DIRECTORY, 'KeycloakDirectory "default"'),
        (replace(BY_DIRECTORY, suspend=True), 'KeycloakDirectory "default" and this GroupAccess'),
    ],
)
def test_suspended_says_so_by_what_and_what_to_do(way: EvaluationContext, by: str) -> None:
    said = evaluate(mapping(), way)
    assert (said.outcome, said.reason) == (Outcome.HOLD, Reason.SUSPENDED)
    would = 'would bind Group "/SRE" to ClusterRole "edit" in the whole cluster'
    assert said.message == f"suspended by {by}: {would}. {REASONS[Reason.SUSPENDED].advice}"
    assert said.suspended
    assert not said.directory_unavailable


@pytest.mark.parametrize(
    ("names", "where"),
    [
        (("shop", "bank", "nowhere"), "in 2 namespaces"),
        (("shop",), "in 1 namespace"),
        ((), "in 0 "),
    ],
)
def test_it_says_in_how_many_namespaces_it_would_be_bound(
    names: tuple[str, ...], where: str
) -> None:
    now = replace(BY_DIRECTORY, namespaces=there("shop", "bank"))
    said = evaluate(mapping(within=scope(*names)), now)
    assert f'to ClusterRole "edit" {where}' in said.message


def test_it_names_each_string_that_would_be_bound() -> None:
    both = (client("headlamp", mapper()), client("kubectl", leaf()))
    way = make_context(realm(clients=both), of=directory("headlamp", "kubectl", suspend=True))
    said = evaluate(mapping(), way)
    assert said.message.startswith(f'{BY} Group "/SRE" and Group "SRE" to')


def test_what_would_not_be_bound_says_why() -> None:
    found = replace(BY_DIRECTORY, cluster_roles=frozenset())
    said = evaluate(mapping(), found)
    assert said.message.startswith(f'{BY} nothing new: there is no ClusterRole "edit".')
    hinted = replace(BY_DIRECTORY, suggestions={"SREE": Suggestion(("SRE",))})
    absent = evaluate(mapping(group="SREE"), hinted)
    assert f'{BY} nothing new: Keycloak has no group "SREE": did you mean SRE?' in absent.message


def test_who_would_lose_the_binding_is_told() -> None:
    cluster = ModelCluster()
    cluster.settle(access(), make_context(realm()))
    anew = make_context(realm(group("/SRE", uid="new")), of=directory(suspend=True))
    (said,) = cluster.evaluate(access(), anew)
    assert said.message.startswith(f"{BY} nobody: group /SRE (id id of /SRE) no longer")
    assert cluster.step(access(), anew).empty


def test_a_grace_still_has_its_end() -> None:
    cluster = ModelCluster()
    cluster.settle(access(), make_context(realm()))
    (said,) = cluster.evaluate(access(), make_context(realm("/x"), of=directory(suspend=True)))
    assert said.grace_ends == NOW + timedelta(minutes=10)


@pytest.mark.parametrize("group", ["SRE", "SREE"])
def test_the_words_stay_while_keycloak_cannot_be_read(group: str) -> None:
    declared = mapping(group=group)
    silent = replace(BY_DIRECTORY, reading=make_context(realm(), failure=UNAVAILABLE).reading)
    assert evaluate(declared, silent).message == evaluate(declared, BY_DIRECTORY).message
    unread = replace(BY_DIRECTORY, reading=make_context(failure=UNAVAILABLE).reading)
    assert f"{BY} nothing new: no answer." in evaluate(declared, unread).message


def test_a_directory_that_cannot_be_read_any_more_repairs_nothing_either() -> None:
    cluster, applied = ModelCluster(by_key(DRIFTED), {key(): content()}), {key(): content()}
    assert cluster.step(access(), replace(BY_DIRECTORY, unreadable="spec.x is odd")).empty
    assert cluster.applied == applied


@given(data=st.data())
def test_a_suspended_directory_is_as_if_each_object_were(data: st.DataObject) -> None:
    now = data.draw(contexts())
    declared, cluster = data.draw(accesses()), data.draw(clusters())
    assume(now.directory is not None)
    assert now.directory is not None
    another = ModelCluster(dict(cluster.bindings), dict(cluster.applied))
    by_object = replace(now, suspend=True, directory=replace(now.directory, suspend=False))
    by_directory = replace(now, suspend=False, directory=replace(now.directory, suspend=True))
    assert cluster.step(declared, by_object) == another.step(declared, by_directory)
    assert all(not apply.grants for apply in another.step(declared, by_directory).applies)
    for verdict, other in zip(
        cluster.evaluate(declared, by_object), another.evaluate(declared, by_directory), strict=True
    ):
        assert (verdict.outcome, verdict.reason, verdict.without_suspend) == (
            other.outcome,
            other.reason,
            other.without_suspend,
        )


@WAYS
@pytest.mark.parametrize("remembered", [True, False])
def test_nothing_new_is_granted_and_nothing_that_was_deleted_comes_back(
    way: EvaluationContext, *, remembered: bool
) -> None:
    applied = {key(): content()} if remembered else {}
    cluster = ModelCluster({}, dict(applied))
    assert cluster.step(access(), way).empty
    assert cluster.applied == applied


@pytest.mark.parametrize("remembered", [True, False])
@pytest.mark.parametrize("existing", [binding(), DRIFTED], ids=["as declared", "drifted"])
@WAYS
def test_suspend_changes_no_existing_binding(
    way: EvaluationContext, existing: Binding, *, remembered: bool
) -> None:
    cluster = ModelCluster(by_key(existing), {key(): content()} if remembered else {})
    assert cluster.step(access(), way).empty
    assert cluster.applied == ({key(): content()} if remembered else {})


def test_what_was_proven_is_still_known_when_it_goes_on_while_keycloak_is_silent() -> None:
    cluster = ModelCluster(by_key(DRIFTED), {key(): content()})
    cluster.settle(access(), SUSPENDED)
    cluster.settle(access(), make_context(realm(), failure=UNAVAILABLE))
    assert cluster.bindings[key()].content == content()


def test_nothing_is_carried_to_another_role() -> None:
    cluster = ModelCluster(by_key(binding()), {key(): content()})
    silent = replace(SUSPENDED, reading=make_context(realm(), failure=UNAVAILABLE).reading)
    cluster.settle(access(mapping(role="view")), silent)
    assert cluster.bindings == {}


@WAYS
def test_removal_still_acts(way: EvaluationContext) -> None:
    cluster = ModelCluster(by_key(binding(key("a")), binding(key("b"))))
    cluster.settle(access(mapping("b")), way)
    assert list(cluster.bindings) == [key("b")]


def test_another_group_ends_the_grant_of_the_one_before() -> None:
    cluster = ModelCluster(by_key(binding()))
    cluster.settle(access(mapping(group="Dev")), SUSPENDED)
    assert cluster.bindings == {}


def test_a_namespace_that_leaves_the_scope_loses_its_binding_and_a_new_one_gets_none() -> None:
    cluster = ModelCluster(by_key(binding(key(namespace="shop")), binding(key(namespace="bank"))))
    now = replace(SUSPENDED, namespaces=there(shop="x", bank="other", new="x"))
    cluster.settle(access(mapping(within=scope(of=[team("x")]))), now)
    assert list(cluster.bindings) == [key(namespace="shop")]


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        (mapping(until=NOW), Reason.EXPIRED),
        (mapping(role="admin"), Reason.CLUSTER_ROLE_NOT_ALLOWED),
        (mapping(group="system:masters"), Reason.INVALID_SUBJECT),
    ],
)
@pytest.mark.parametrize("by_directory", [False, True])
def test_what_kubernetes_alone_decides_is_still_revoked(
    declared: AccessMapping, reason: Reason, *, by_directory: bool
) -> None:
    only_edit = directory(allowed=["edit"], suspend=by_directory)
    strict = make_context(realm(), of=only_edit, suspend=not by_directory)
    said = evaluate(declared, strict)
    assert (said.outcome, said.reason, said.suspended) == (Outcome.REVOKE, reason, False)
