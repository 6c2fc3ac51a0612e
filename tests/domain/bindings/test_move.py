"""A move between two directories that list each other: the new subjects replace the old ones."""

from dataclasses import replace

import pytest

from domain.builders import (
    UNAVAILABLE,
    access,
    binding,
    by_key,
    client,
    content,
    directory,
    key,
    leaf,
    make_context,
    mapping,
    realm,
    scope,
    there,
)
from domain.model_cluster import ModelCluster
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.tokens.prefixes import PeerPrefixes
from groupaccess.domain.verdict.verdict import EvaluationContext

LEAF = (client("headlamp", leaf()),)
OLD = content(
    "SRE", directory="old", directory_id="old realm", group_id="old id", group_path="/SRE"
)
NEW = content("SRE")
PARTNERS = PeerPrefixes(partners=frozenset({"old"}))


def moving(snapshot: Snapshot | None, beside: PeerPrefixes = PARTNERS) -> EvaluationContext:
    """Return what the new directory, `default`, knows; None for nothing yet."""
    return replace(make_context(snapshot), prefixes=beside)


HOLDS = pytest.mark.parametrize(
    "context",
    [
        moving(None),
        moving(realm("/Dev", clients=LEAF)),
        replace(moving(None), reading=Reading(realm("/SRE", clients=LEAF), UNAVAILABLE)),
        replace(moving(None), directory=None),
        replace(moving(realm("/SRE", clients=LEAF)), suspend=True),
    ],
    ids=["not read yet", "no such group", "no valid answer", "no such directory", "suspended"],
)


def moved(
    context: EvaluationContext, *mappings: AccessMapping, applied: bool = False
) -> ModelCluster:
    """Reconcile after the change of directoryRef; `applied` without a restart since the grant."""
    cluster = ModelCluster({key(): binding(what=OLD)}, {key(): OLD} if applied else {})
    cluster.settle(access(*mappings), context)
    return cluster


@HOLDS
@pytest.mark.parametrize("applied", [True, False])
def test_the_old_subjects_stay_while_the_new_directory_does_not_grant(
    context: EvaluationContext, *, applied: bool
) -> None:
    cluster = moved(context, applied=applied)
    assert {where: binding.content for where, binding in cluster.bindings.items()} == {key(): OLD}


@HOLDS
def test_they_go_where_the_two_do_not_list_each_other(context: EvaluationContext) -> None:
    apart = replace(context, prefixes=PeerPrefixes())
    assert moved(apart).bindings == {}


@HOLDS
def test_they_go_with_another_group(context: EvaluationContext) -> None:
    assert moved(context, mapping(group="Ops")).bindings == {}


def test_the_new_group_takes_the_place_in_one_write() -> None:
    cluster = ModelCluster({key(): binding(what=OLD)})
    todo = cluster.step(access(), moving(realm("/SRE", clients=LEAF)))
    assert not todo.deletes
    (apply,) = todo.applies
    assert (apply.existing, apply.desired.content) == (binding(what=OLD), NEW)


def test_drift_is_repaired_to_what_the_old_one_granted() -> None:
    cluster = ModelCluster({}, {key(): OLD})
    cluster.settle(access(), moving(None))
    assert cluster.bindings[key()].content == OLD


def test_they_come_along_to_another_role_while_nothing_is_read() -> None:
    silent = replace(moving(None), reading=Reading(failure=UNAVAILABLE))
    cluster = moved(silent, mapping(role="view"))
    assert {where: binding.content.groups for where, binding in cluster.bindings.items()} == {
        key(role="view"): ("SRE",)
    }


def test_strings_of_clients_that_the_new_one_does_not_know_stay() -> None:
    old = replace(OLD, subjects=content("/SRE", "SRE").subjects)
    cluster = ModelCluster({key(): binding(what=old)})
    both = [client("headlamp", leaf()), client("grafana", leaf(), enabled=False)]
    partial = replace(
        moving(realm("/SRE", clients=both)), directory=directory("headlamp", "grafana")
    )
    cluster.settle(access(), partial)
    said = cluster.bindings[key()].content
    assert (said.annotation("directory"), said.groups) == ("default", ("/SRE", "SRE"))


def test_what_is_known_of_the_new_realm_is_not_said_of_a_group_of_the_old_one() -> None:
    shop, bank = key(namespace="shop"), key(namespace="bank")
    old = content(directory="old", directory_id="old realm")  # a copied realm has the same ids
    held = PeerPrefixes(nested=(("third", "/"),), partners=PARTNERS.partners)
    both = replace(moving(realm(), held), namespaces=there("shop", "bank"))
    cluster = ModelCluster(
        by_key(binding(shop, old), binding(bank, content(directory_id="before")))
    )
    cluster.settle(access(mapping(within=scope("shop", "bank"))), both)
    said = {where: binding.content for where, binding in cluster.bindings.items()}
    assert said == {shop: old, bank: content()}
