"""Scenarios as hypothesis draws them: few names, so that much happens to the same things."""

import asyncio
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from fakes.kube.faults import Way
from fakes.kube.link import ON_THE_WAY
from simulation.actions import Action, Crowd, Declare, Delete, Direct, Edit, Group, Namespace
from simulation.cluster import SimulatedCluster
from simulation.declarations import NAMESPACES, ROLES, Access, Line, Realm
from simulation.troubles import WATCHED, Cut, Fail, Lag, Meddle, Outage, Process

NAMES = ("alpha", "beta", "gamma")
LONG = 90.0  # seconds
GROUPS = ("g1", "g2", "g3")
WHERES = ("*", "x", "x+y", "team", "y")


@dataclass(frozen=True)
class Pause:
    """Seconds that pass; with a verb after the operator sent its next call of that verb."""

    seconds: float
    verb: str = ""

    async def wait(self, cluster: SimulatedCluster) -> None:
        if self.verb:
            await cluster.call_of(self.verb, seconds=12.0)
        await asyncio.sleep(self.seconds)


Steps = tuple[tuple[Pause, Action], ...]


@dataclass(frozen=True)
class Scenario:
    """What is there when the operator starts, and what happens then, each after a pause."""

    realm: Realm
    accesses: tuple[Access, ...]
    replicas: int  # 0 for one that runs without an election
    page: int
    thorough: bool  # whether an audit is waited for in the end
    event_delay: float  # seconds that each event of a watch takes
    steps: Steps


TIMES = st.builds(Pause, st.sampled_from((0.0, 0.05, 0.3, 1.0, 3.0, 12.0, 12.0)))
CALLS = st.builds(
    Pause,
    seconds=st.sampled_from((0.0, ON_THE_WAY * 1.5, 0.3)),  # before it acts, before its answer
    verb=st.sampled_from(("apply", "apply", "delete", "status", "list", "get")),
)
PAUSES = st.one_of(TIMES, TIMES, CALLS)
LINES = st.builds(
    Line,
    name=st.sampled_from(("m", "n", "o")),
    group=st.sampled_from(("g1", "g1", "g2", "/g1", "g3")),
    role=st.sampled_from(ROLES),
    where=st.sampled_from(WHERES),
    ends=st.sampled_from((None, None, None, 8, 20, 40)),
)
ACCESSES = st.builds(
    Access,
    name=st.sampled_from(NAMES),
    lines=st.lists(LINES, min_size=1, max_size=3, unique_by=lambda line: line.name).map(tuple),
)
REALMS = st.builds(
    Realm,
    roles=st.sampled_from((ROLES, ROLES, ("view", "edit"), ("view",))),
    grace=st.sampled_from((600, 5, 0)),
    on_replaced=st.sampled_from(("Refuse", "Warn")),
    on_renamed=st.sampled_from(("Keep", "Drop")),
    suspend=st.sampled_from((False, False, False, True)),
)
WRITES_FAIL = st.builds(
    Fail,
    way=st.sampled_from(tuple(Way)),
    verbs=st.sampled_from(
        tuple(map(frozenset, (("apply",), ("apply",), ("delete",), ("apply", "delete"))))
    ),
    seconds=st.sampled_from((2.0, 12.0, 25.0)),
    place=st.sampled_from((None, "", *NAMESPACES)),
    name=st.sampled_from(("", ":m:", ":n:", *NAMES)),
    late=st.sampled_from((0.5, 5.0, 20.0)),
)
CALLS_FAIL = st.builds(
    Fail,
    way=st.sampled_from((Way.ERROR, Way.HANGS, Way.LATE, Way.LOST)),
    verbs=st.sampled_from(
        tuple(map(frozenset, (("status",), ("create",), ("get",), ("list",), ("list",))))
    ),
    seconds=st.sampled_from((2.0, 12.0, 25.0)),
    late=st.sampled_from((0.5, 5.0)),
)
EDITS = st.builds(
    Edit,
    name=st.sampled_from(NAMES),
    at=st.integers(0, 2),
    what=st.sampled_from(
        ("role", "role", "where", "where", "group", "name", "ends", "remove", "add", "suspend")
    ),
    line=LINES,
)
# What is out of order all the time: most that goes wrong with a write goes wrong beside another,
# and of what comes and goes while a watch is cut off no event tells. (It is not a watch of our own
# kinds: cut off for a minute, these end the operator.)
LONG_FAIL = st.tuples(
    TIMES,
    st.builds(replace, WRITES_FAIL, seconds=st.just(LONG), verbs=st.just(frozenset(("apply",)))),
)
LONG_CUT = st.tuples(TIMES, st.just(Cut(WATCHED[2:], LONG, gap=True)))
TROUBLES = st.one_of(
    st.just(()), st.tuples(LONG_FAIL), st.tuples(LONG_CUT), st.tuples(LONG_FAIL, LONG_CUT)
)
KINDS: tuple[st.SearchStrategy[Action], ...] = (
    EDITS,
    st.builds(Declare, ACCESSES),
    st.one_of(st.builds(Delete, st.sampled_from(NAMES)), st.builds(Declare, ACCESSES)),
    st.builds(Direct, st.one_of(REALMS, REALMS, REALMS, st.none())),
    st.builds(
        Namespace,
        st.sampled_from(NAMESPACES),
        st.sampled_from(("delete", "in the team", "in no team")),
    ),
    st.builds(
        Meddle,
        st.sampled_from(("delete", "other role", "subjects", "label", "annotations", "foreign")),
        st.integers(0, 3),
        st.sampled_from(ROLES),
    ),
    st.builds(
        Group,
        st.sampled_from(GROUPS),
        st.sampled_from(("rename", "rename", "rename back", "delete", "create", "make anew")),
        st.sampled_from(("g4", "g2", "g5", "system:g4")),
    ),
    st.builds(
        Outage, st.sampled_from(("down", "refuses", "hangs")), st.sampled_from((3.0, 15.0, 30.0))
    ),
    WRITES_FAIL,
    CALLS_FAIL,
    st.builds(
        Cut,
        st.sampled_from((WATCHED, WATCHED[:2], WATCHED[2:4])),
        st.sampled_from((0.5, 4.0, 15.0)),
        st.booleans(),
    ),
    st.builds(
        Lag,
        st.sampled_from(((), WATCHED[2:4], WATCHED[:1], WATCHED)),
        st.sampled_from(("", *NAMES)),
        st.sampled_from((0.0, 0.5, 3.0)),
    ),
    st.builds(Process, st.sampled_from(("kill", "stop", "start")), st.integers(0, 1)),
)


@st.composite
def steps(draw: st.DrawFn, most: int) -> Steps:
    """Draw steps of a few kinds: what rarely meets among all kinds often meets among few."""
    few = draw(st.lists(st.integers(0, len(KINDS) - 1), min_size=1, max_size=5, unique=True))
    kinds = st.one_of(*(KINDS[kind] for kind in few))
    step = st.tuples(PAUSES, kinds)
    first, second = (draw(st.lists(step, min_size=2, max_size=most)) for _ in range(2))
    return (*draw(TROUBLES), *first, *second)


CROWDS: st.SearchStrategy[Action] = st.builds(
    Crowd,
    count=st.sampled_from((30, 100, 200)),
    each=st.sampled_from((0.0, 0.2)),
    line=LINES,
)


def _scenarios(steps: st.SearchStrategy[Steps]) -> "Strategy":
    return st.builds(
        Scenario,
        realm=REALMS,
        accesses=st.lists(
            ACCESSES, min_size=1, max_size=2, unique_by=lambda access: access.name
        ).map(tuple),
        replicas=st.sampled_from((0, 0, 0, 1, 2)),
        page=st.sampled_from((500, 1)),
        thorough=st.sampled_from((False,) * 15 + (True,)),
        event_delay=st.sampled_from((ON_THE_WAY, ON_THE_WAY * 3, 0.2)),  # before an answer, after
        steps=steps,
    )


def _crowded(first: Action, steps: Steps) -> Steps:
    """Let a crowd come first, and go last."""
    if not isinstance(first, Crowd):
        raise TypeError(first)
    return ((Pause(0.0), first), *steps, (Pause(1.0), replace(first, delete=True)))


Strategy = st.SearchStrategy[Scenario]
SCENARIOS = _scenarios(steps(most=12))
CROWDED = _scenarios(st.builds(_crowded, CROWDS, steps(most=4)))
