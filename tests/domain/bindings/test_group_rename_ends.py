"""What ends the former subject of a renamed group before its time."""

from dataclasses import replace

from domain.builders import (
    NOW,
    access,
    client,
    directory,
    group,
    leaf,
    make_context,
    mapper,
    mapping,
    realm,
)
from domain.renamed_group import (
    END,
    HOLDS,
    MINUTE,
    RESTARTED,
    bound,
    called,
    ends,
    granted,
    held,
    only,
    settle,
)
from groupaccess.domain.apiserver.oidc_check_result import check_mismatch
from groupaccess.domain.directory.client import (
    MapperKind,
)
from groupaccess.domain.reasons import Reason


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
    whom = {
        where.name.split(":")[2]: binding.content.groups
        for where, binding in cluster.bindings.items()
    }
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
    assert [verdict.reason for verdict in cluster.evaluate(access(), collided)] == [
        Reason.CLAIM_COLLISION
    ]
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
