"""Values of the domain as hypothesis draws them from the tables.

To draw a line of a table is ten times as fast as to draw each field.
"""

from dataclasses import replace
from datetime import datetime

from hypothesis import strategies as st

from domain.builders import client, leaf
from domain.model_cluster import ModelCluster
from domain.tables import (
    ANNOTATIONS,
    DIRECTORIES,
    ENDS,
    FAILURES,
    FROZEN,
    GROUPS,
    IDS,
    KEYS,
    MAPPERS,
    MAPPING_FIELDS,
    MAPPINGS,
    MOMENTS,
    NAMESPACES,
    OWNERS,
    PREFIXES,
    ROLES,
    SCOPES,
    SILENT,
    SUBJECTS,
)
from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.access.namespace_scope import NamespaceScope
from groupaccess.domain.binding import Binding, BindingContent, BindingKey, RoleRef, Subject
from groupaccess.domain.directory.client import Client
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.verdict.verdict import EvaluationContext

BindingsByKey = dict[BindingKey, Binding]


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


def contexts() -> st.SearchStrategy[EvaluationContext]:
    return st.builds(
        EvaluationContext,
        st.just("default"),
        st.sampled_from(DIRECTORIES),
        readings(),
        st.sampled_from([*[frozenset(ROLES)] * 5, frozenset({"edit"}), frozenset(ROLES)]),
        st.sampled_from(MOMENTS),
        st.sampled_from(NAMESPACES),
        st.sampled_from([*[False] * 5, True, False]),
        frozen=st.sampled_from(FROZEN),
        prefixes=st.sampled_from(PREFIXES),
    )


def mappings(name: str) -> st.SearchStrategy[AccessMapping]:
    def build(
        fields: tuple[str, str],
        within: NamespaceScope | None,
        end: datetime | None,
        group_id: str | None,
    ) -> AccessMapping:
        return AccessMapping(name, *fields, within, end, group_id)

    tables = (MAPPING_FIELDS, SCOPES, ENDS, IDS)
    return st.builds(build, *map(st.sampled_from, tables))


def accesses() -> st.SearchStrategy[Access]:
    names = st.sampled_from([MAPPINGS[:1], MAPPINGS[:2], MAPPINGS[1:], MAPPINGS])
    declared = names.flatmap(lambda chosen: st.tuples(*map(mappings, chosen)))
    of = st.sampled_from(["default"] * 5 + ["other", "default"])
    return st.builds(Access, st.just("platform"), st.just("uid"), st.just(1), of, declared)


@st.composite
def forgeries(draw: st.DrawFn) -> Binding:
    """Draw a binding of any name, whoever made it."""
    where = draw(st.sampled_from(KEYS))
    spelled = where.name.rpartition(":")[2]
    what = BindingContent(
        RoleRef("ClusterRole", draw(st.sampled_from([spelled, spelled, "edit"]))),
        tuple(sorted(Subject("Group", text) for text in draw(st.sampled_from(SUBJECTS)))),
        draw(st.sampled_from(OWNERS)),
        draw(st.sampled_from(ANNOTATIONS)),
        has_managed_by_label=draw(st.booleans()),
    )
    return Binding(where, f"uid of {where}", "1", what)


@st.composite
def clusters(draw: st.DrawFn) -> ModelCluster:
    """Draw existing bindings: what was granted at some time, and what others did to it since.

    The operator remembers its own part of it, or was started anew.
    """
    cluster = ModelCluster()
    declared = draw(accesses())
    cluster.settle(declared, draw(contexts()))
    drift = draw(st.lists(forgeries(), max_size=3))
    cluster.bindings |= {one.key: one for one in drift}
    for gone in draw(st.sampled_from([(), (), MAPPINGS[:1], MAPPINGS])):
        cluster.bindings = {
            w: one for w, one in cluster.bindings.items() if f":{gone}:" not in w.name
        }
    if draw(st.booleans()):
        cluster.restart()
    return cluster


def existing_bindings() -> st.SearchStrategy[BindingsByKey]:
    return clusters().map(lambda cluster: cluster.bindings)


@st.composite
def outages(draw: st.DrawFn) -> tuple[ModelCluster, Access, EvaluationContext]:
    """Draw a cluster in which something was granted, an edit of it, and a silent Keycloak."""
    cluster, before, context = ModelCluster(), draw(accesses()), draw(contexts())
    context = replace(context, reading=replace(context.reading, failure=None))
    cluster.settle(before, context)
    edited = tuple(
        replace(
            one,
            cluster_role=draw(st.sampled_from(ROLES)),
            name=draw(st.sampled_from(names)),
            scope=draw(st.sampled_from([one.scope, *SCOPES])),
        )
        for one, names in zip(before.mappings, (("a", "x"), ("b", "y"), ("c", "z")), strict=False)
    )
    if draw(st.booleans()):
        cluster.restart()
    silent = replace(context, reading=replace(context.reading, failure=SILENT))
    return cluster, replace(before, mappings=edited), silent
