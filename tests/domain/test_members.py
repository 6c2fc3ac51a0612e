"""A group that nobody is in is granted as declared, with a warning beside it."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from domain.builders import access, client, directory, given, group, leaf, mapper, mapping, realm
from domain.saying import say
from groupaccess.domain.conditions import Condition
from groupaccess.domain.directory import Reading, Snapshot, groups_in_use
from groupaccess.domain.identity import changed_ids
from groupaccess.domain.in_use import InUse
from groupaccess.domain.mapping_status import MappingStatus, State
from groupaccess.domain.members import Unpeopled

PLATFORM = group("/platform")
EMPTY = Unpeopled(PLATFORM.id)
IN_CHILDREN = Unpeopled(PLATFORM.id, "/platform/sre")
OTHERS = Unpeopled("id of /SRE")


def peopled(*unpeopled: Unpeopled, full_path: bool = True) -> Snapshot:
    writes = mapper() if full_path else leaf()
    found = realm(PLATFORM, "/platform/sre", "/SRE", clients=[client("headlamp", writes)])
    return replace(found, unpeopled=frozenset(unpeopled))


def said(
    snapshot: Snapshot, *, prefix: str = "", stands: bool = True
) -> tuple[MappingStatus, tuple[Condition, ...]]:
    declared = access(mapping(group="/platform"))
    now = given(snapshot, of=directory(prefix=prefix))
    status = say(declared, now) if stands else say(declared, now, stands=())
    return status.mappings[0], status.conditions


@pytest.mark.parametrize(
    ("unpeopled", "warning"),
    [
        ((), ""),
        ((OTHERS,), ""),
        ((OTHERS, EMPTY), " /platform has no members: nobody gets access by it."),
        (
            (IN_CHILDREN,),
            (
                " No one is a direct member of /platform; members of /platform/sre do not carry "
                "/platform: add a mapping for each, or put people into the group itself."
            ),
        ),
    ],
    ids=["has members", "another group", "nobody", "in children"],
)
def test_it_is_granted_and_warned_about(unpeopled: Iterable[Unpeopled], warning: str) -> None:
    one, conditions = said(peopled(*unpeopled))
    assert one.state is State.GRANTED
    assert one.message == f"members of /platform carry /platform.{warning}"
    assert conditions == said(peopled())[1]


def test_warning_names_the_strings_that_kube_apiserver_sees() -> None:
    one, _ = said(peopled(IN_CHILDREN, full_path=False), prefix="oidc:")
    assert "members of /platform/sre do not carry oidc:platform: add" in one.message
    both = IN_CHILDREN.said_of("/platform", ("/platform", "platform"))
    assert "members of /platform/sre do not carry /platform and platform: add" in both


def test_where_clients_carry_different_strings_it_is_warned_about_as_well() -> None:
    clients = [client("headlamp", mapper()), client("grafana", leaf())]
    found = replace(peopled(EMPTY), clients=tuple(clients))
    now = given(found, of=directory("headlamp", "grafana"))
    (one,) = say(access(mapping(group="/platform")), now).mappings
    assert one.message == (
        "members of /platform carry /platform by client headlamp; platform by client grafana. "
        "/platform has no members: nobody gets access by it."
    )


def test_change_of_it_is_a_change_of_that_group_alone() -> None:
    def ids(before: Snapshot, after: Snapshot) -> frozenset[str]:
        return changed_ids(Reading(before), Reading(after))

    assert ids(peopled(), peopled(EMPTY)) == {PLATFORM.id}
    assert ids(peopled(EMPTY, OTHERS), peopled(OTHERS)) == {PLATFORM.id}
    assert ids(peopled(EMPTY), peopled(IN_CHILDREN)) == {PLATFORM.id}
    assert ids(peopled(EMPTY, OTHERS), peopled(OTHERS, EMPTY)) == frozenset()


DEV = (group("/a/dev"), group("/b/dev"))
ODD = group("/x/SRE", "x/SRE", "odd")


@pytest.mark.parametrize(
    ("used", "meant"),
    [
        (InUse(), []),
        (InUse(frozenset({"/a/dev"})), ["/a/dev"]),
        (InUse(frozenset({"SRE"})), ["/SRE"]),
        (InUse(frozenset({"/SRE", "SRE"})), ["/SRE"]),
        (InUse(frozenset({"sre", "/sre", "SRE/", "a/dev"})), []),
        (InUse(frozenset({"dev"})), []),
        (InUse(frozenset({"dev", "/b/dev"})), ["/b/dev"]),
        (InUse(frozenset({"gone"}), frozenset({"id of /a/dev", "gone"})), ["/a/dev"]),
        (InUse(frozenset({"SRE"}), frozenset({"id of /a/dev", "id of /SRE"})), ["/SRE", "/a/dev"]),
        (InUse(frozenset({"x/SRE"})), ["/x/SRE"]),
    ],
)
def test_group_in_use_is_pinned_by_id_or_meant_by_a_reference_alone(
    used: InUse, meant: list[str]
) -> None:
    known = (group("/SRE"), *DEV, ODD)
    assert [each.path for each in groups_in_use(known, used)] == meant
