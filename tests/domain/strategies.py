"""Values of the domain as hypothesis draws them: few names, so that they meet each other.

Most of what is drawn can be granted; each obstacle is rare, or no two of them would ever meet.
They are tables to draw a line from, which is ten times as fast as to draw each field.
"""

from dataclasses import replace
from itertools import product
from typing import TypeVar

from hypothesis import strategies as st

from domain.builders import client, directory, group, key, leaf, mapper
from domain.world import World
from groupaccess.domain.bindings import Binding, BindingKey, Content, Owner, RoleRef, Subject
from groupaccess.domain.directory import Client, Failure, MapperKind, Reading, Snapshot
from groupaccess.domain.model import Access, Mapping
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict import Circumstances

T = TypeVar("T")
Standing = dict[BindingKey, Binding]

ROLES = ("view", "edit", "cluster-admin")
MAPPINGS = ("a", "b", "c")
REFERENCES = ("SRE", "/SRE", "b", "/a/b", "dev")
ODD_REFERENCES = ("/a/SRE", "/x/system:masters", "system:masters", "nobody")

USUAL_GROUPS = (group("/SRE"), group("/a/b"), group("/platform/dev"))
ODD_GROUPS = (
    group("/a/SRE"),
    group("/a/b", "a/b", "a slash in its name"),
    group("//SRE", "/SRE", "a slash too"),
    group("/sre"),
    group("/x/system:masters"),
)
GROUPS = (
    *[USUAL_GROUPS] * 6,
    *((*USUAL_GROUPS, odd) for odd in ODD_GROUPS),
    *(tuple(one for one in USUAL_GROUPS if one != gone) for gone in USUAL_GROUPS),
    tuple(group(one.path, uid="made anew " + one.path) for one in USUAL_GROUPS),
    (group("/moved/SRE", uid=USUAL_GROUPS[0].id), *USUAL_GROUPS[1:]),
    (*USUAL_GROUPS, *ODD_GROUPS),
    (),
    USUAL_GROUPS,
)
MAPPERS = (
    *[(mapper(),)] * 4,
    *[(leaf(),)] * 3,
    *[(mapper(), leaf())] * 3,
    (mapper("roles", MapperKind.MERGING), leaf()),
    (mapper("other", claim="roles", full_path=False), mapper(tokens="Access")),
    (mapper(), mapper("x", MapperKind.REPLACING), mapper("y", MapperKind.REPLACING)),
)
DIRECTORIES = (
    *[directory()] * 4,
    *[directory(prefix="oidc:")] * 2,
    directory("grafana", prefix="oidc:"),
    directory(allowed=["view", "edit"]),
    directory(unsupported=("canary",)),
    None,
    *[directory("headlamp", "grafana")] * 3,
)
SILENT = Failure(Reason.KEYCLOAK_UNAVAILABLE, "no answer.")
FAILURES = (
    *[None] * 4,
    *[SILENT] * 3,
    Failure(Reason.LOGIN_FAILED, "wrong secret."),
    Failure(Reason.ISSUER_MISMATCH, "another issuer."),
    *[None] * 2,
)
MAPPING_FIELDS = (
    *product(REFERENCES, ROLES, [True]),
    *product(ODD_REFERENCES, ROLES[:1], [True]),
    *product(REFERENCES, ROLES[:1], [False]),
    *product(REFERENCES, ROLES, [True]),
)
SUBJECTS = ((), ("/SRE",), ("SRE",), ("/SRE", "SRE", "/evil"), ("b", "oidc:/a/b"), ("/a/b", "b"))
ANNOTATIONS = tuple(
    tuple(
        (f"groupaccess.io/{name}", value)
        for name, value in (("directory", of), ("group", reference), ("group-path", path))
        if value
    )
    for of, (reference, path) in product(
        ("default", "default", "other", ""),
        (
            ("SRE", "/SRE"),
            ("/SRE", "/SRE"),
            ("/a/b", ""),
            ("b", "/a/b"),
            ("SRE", "/evil"),
            ("", ""),
        ),
    )
)
OWNERS = ((), (Owner("uid", "platform"),), (Owner("another", "another"),))
KEYS = (
    *(key(name, role) for name in (*MAPPINGS, "removed") for role in ROLES),
    key("a", "view", namespace="shop"),
    BindingKey("", "cluster-admin"),
    BindingKey("", "groupaccess:platform:a"),
)


def clients(client_id: str) -> st.SearchStrategy[Client]:
    known = [client(client_id, *mappers) for mappers in MAPPERS]
    odd = [client(client_id, leaf(), enabled=False), client(client_id)]
    return st.sampled_from([*known[:5], *odd, *reversed(known)])


def snapshots() -> st.SearchStrategy[Snapshot]:
    both = st.tuples(clients("headlamp"), clients("grafana"))
    realms = st.sampled_from(["realm-1"] * 5 + ["realm-2", "realm-1"])
    return st.builds(Snapshot, realms, st.sampled_from(GROUPS), both)


def readings() -> st.SearchStrategy[Reading]:
    snapshot = st.integers(0, 15).flatmap(lambda n: st.none() if n == 7 else snapshots())
    return st.builds(Reading, snapshot, st.sampled_from(FAILURES))


def circumstances() -> st.SearchStrategy[Circumstances]:
    return st.builds(
        Circumstances,
        st.just("default"),
        st.sampled_from(DIRECTORIES),
        readings(),
        st.sampled_from([*[frozenset(ROLES)] * 5, frozenset({"edit"}), frozenset(ROLES)]),
    )


def mappings(name: str) -> st.SearchStrategy[Mapping]:
    def build(fields: tuple[str, str, bool]) -> Mapping:
        reference, role, everywhere = fields
        unsupported = () if everywhere else ("namespaces",)
        return Mapping(name, reference, role, everywhere, unsupported)

    return st.sampled_from(MAPPING_FIELDS).map(build)


def accesses() -> st.SearchStrategy[Access]:
    names = st.sampled_from([MAPPINGS[:1], MAPPINGS[:2], MAPPINGS[1:], MAPPINGS])
    declared = names.flatmap(lambda chosen: st.tuples(*map(mappings, chosen)))
    of = st.sampled_from(["default"] * 5 + ["other", "default"])
    return st.builds(Access, st.just("platform"), st.just("uid"), st.just(1), of, declared)


@st.composite
def forgeries(draw: st.DrawFn) -> Binding:
    """Draw what may stand under any name, whoever made it."""
    where = draw(st.sampled_from(KEYS))
    spelled = where.name.rpartition(":")[2]
    what = Content(
        RoleRef("ClusterRole", draw(st.sampled_from([spelled, spelled, "edit"]))),
        tuple(sorted(Subject("Group", text) for text in draw(st.sampled_from(SUBJECTS)))),
        draw(st.sampled_from(OWNERS)),
        draw(st.sampled_from(ANNOTATIONS)),
        managed=draw(st.booleans()),
    )
    return Binding(where, f"uid of {where}", "1", what)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw what stands: what was granted at some time, and what others did to it since.

    The operator remembers its own part of it, or was started anew.
    """
    world = World()
    declared = draw(accesses())
    world.settle(declared, draw(circumstances()))
    drift = draw(st.lists(forgeries(), max_size=3))
    world.standing |= {one.key: one for one in drift}
    for gone in draw(st.sampled_from([(), (), MAPPINGS[:1], MAPPINGS])):
        world.standing = {w: one for w, one in world.standing.items() if f":{gone}:" not in w.name}
    if draw(st.booleans()):
        world.restart()
    return world


def standings() -> st.SearchStrategy[Standing]:
    return worlds().map(lambda world: world.standing)


@st.composite
def outages(draw: st.DrawFn) -> tuple[World, Access, Circumstances]:
    """Draw a world in which something was granted, an edit of it, and a silent Keycloak."""
    world, before, given = World(), draw(accesses()), draw(circumstances())
    given = replace(given, reading=replace(given.reading, failure=None))
    world.settle(before, given)
    edited = tuple(
        replace(one, cluster_role=draw(st.sampled_from(ROLES)), name=draw(st.sampled_from(names)))
        for one, names in zip(before.mappings, (("a", "x"), ("b", "y"), ("c", "z")), strict=False)
    )
    if draw(st.booleans()):
        world.restart()
    silent = replace(given, reading=replace(given.reading, failure=SILENT))
    return world, replace(before, mappings=edited), silent
