"""The former subject of a renamed group stays as long as some client has tokens that carry it."""

from datetime import timedelta

import pytest

from domain.builders import (
    NOW,
    client,
    directory,
    leaf,
    mapper,
)
from domain.renamed_group import (
    END,
    HOLDS,
    RESTARTED,
    Hold,
    bound,
    called,
    ends,
    granted,
    held,
    settle,
)
from groupaccess.domain.directory.client import (
    Client,
    ProofResult,
    TokenProof,
)

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
