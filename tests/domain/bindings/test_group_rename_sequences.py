"""Renames, outages and restarts in any order: nobody is locked out, and every end comes."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.builders import (
    NOW,
    access,
    mapping,
)
from domain.renamed_group import HOLDS, MINUTE, bound, called, granted, held, only
from groupaccess.domain.identity.former_subjects import MAX_FORMER_SUBJECTS, former_subjects
from groupaccess.domain.verdict.verdict import Outcome

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
            assert {verdict.outcome for verdict in cluster.evaluate(declared, at)} == {
                Outcome.GRANT
            }
        assert cluster.step(declared, held(at, HOLDS[hold], now) if hold else at).empty


@given(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=8), restarted=st.booleans())
def test_no_token_of_the_last_minutes_is_locked_out(names: list[str], *, restarted: bool) -> None:
    declared = access(mapping(group="a"))
    cluster, recent = granted(declared, called("/a")), ["a"]
    for second, name in enumerate(names, start=1):
        if restarted:
            cluster.restart()
        cluster.settle(declared, called(f"/{name}", now=NOW + timedelta(seconds=second)))
        recent = [*(each for each in recent if each != name), name]
        assert bound(cluster) == set(recent[-MAX_FORMER_SUBJECTS - 1 :])
