"""What a new snapshot touches: nothing that means the same, all that means something else."""

from dataclasses import replace

from hypothesis import given as each

from domain.builders import client, group, leaf, mapper, mapping, realm
from domain.builders import given as circumstances
from domain.strategies import snapshots
from groupaccess.domain.directory import Group, Snapshot, changed_references
from groupaccess.domain.ladder import verdict

OLD = realm("/SRE", "/apps/dev")


def test_first_snapshot_touches_all() -> None:
    assert changed_references(None, OLD) is None


def test_another_realm_touches_all() -> None:
    assert changed_references(OLD, replace(OLD, identity="realm-2")) is None


def test_another_mapper_touches_all() -> None:
    changed = replace(OLD, clients=(client("headlamp", leaf()),))
    assert changed_references(OLD, changed) is None


def test_equal_snapshots_touch_nothing() -> None:
    assert changed_references(OLD, realm("/apps/dev", "/SRE")) == frozenset()


def test_group_that_comes_touches_its_path_and_leaf_name() -> None:
    new = realm("/SRE", "/apps/dev", "/apps/ops")
    assert changed_references(OLD, new) == frozenset({"/apps/ops", "ops"})


def test_group_that_goes_touches_its_path_and_leaf_name() -> None:
    assert changed_references(OLD, realm("/SRE")) == frozenset({"/apps/dev", "dev"})


def test_group_that_moves_touches_both_paths() -> None:
    new = realm("/SRE", group("/platform/dev", uid="id of /apps/dev"))
    assert changed_references(OLD, new) == frozenset({"/apps/dev", "/platform/dev", "dev"})


def test_group_that_is_made_anew_touches_its_references() -> None:
    new = realm(group("/SRE", uid="another"), "/apps/dev")
    assert changed_references(OLD, new) == frozenset({"/SRE", "SRE"})


def test_namesake_touches_the_path_of_the_other_since_their_strings_may_collide() -> None:
    new = realm("/SRE", "/apps/dev", "/evil/dev")
    assert changed_references(OLD, new) == frozenset({"/apps/dev", "/evil/dev", "dev"})


def test_slash_in_a_name_touches_the_leaf_name_of_the_group_with_that_path() -> None:
    new = realm("/SRE", "/apps/dev", group("/apps/dev", "apps/dev", "evil"))
    assert changed_references(OLD, new) == frozenset({"/apps/dev", "apps/dev", "dev"})


BOTH = (client("headlamp", mapper(), leaf()),)


@each(snapshots(), snapshots())
def test_mapping_whose_group_was_not_touched_gets_the_same_verdict(
    old: Snapshot, new: Snapshot
) -> None:
    old, new = (replace(s, identity="realm-1", clients=BOTH) for s in (old, new))
    changed = changed_references(old, new)
    assert changed is not None
    for reference in sorted(old.by_reference):
        found = isinstance(new.find(reference), Group)
        if found and reference not in changed:
            one = mapping(group=reference)
            assert verdict(one, circumstances(old)) == verdict(one, circumstances(new))
