"""Values of the domain as hypothesis draws them from the tables.

To draw a line of a table is ten times as fast as to draw each field. Each strategy is made once:
hypothesis checks a new one, with all that it consists of, before it draws.
"""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

from domain.builders import client, leaf, mapper
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
    MISSING_ANSWERS,
    MOMENTS,
    NAMESPACES,
    OIDC_CHECKS,
    OPTIONAL_MAPPERS,
    OWNERS,
    PREFIXES,
    ROLES,
    SCOPES,
    SILENT,
    SUBJECTS,
    SUGGESTIONS,
    UNREADABLE,
)
from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.access.namespace_scope import NamespaceScope
from groupaccess.domain.binding import Binding, BindingContent, BindingKey, RoleRef, Subject
from groupaccess.domain.directory.client import Client
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.verdict.verdict import EvaluationContext

BindingsByKey = dict[BindingKey, Binding]
Line = TypeVar("Line")
BOOLEANS = st.booleans()


@cache
def line_of(table: tuple[Line, ...]) -> st.SearchStrategy[Line]:
    return st.sampled_from(table)


@cache
def clients(client_id: str) -> st.SearchStrategy[Client]:
    known = [client(client_id, *mappers) for mappers in MAPPERS]
    odd = [client(client_id, leaf(), enabled=False), client(client_id)]
    odd += [client(client_id, mapper(), optional=optional) for optional in OPTIONAL_MAPPERS]
    return st.sampled_from([*known[:5], *odd, *reversed(known)])


@cache
def snapshots() -> st.SearchStrategy[Snapshot]:
    both = st.tuples(clients("headlamp"), clients("grafana"))
    realms = st.sampled_from(["realm-1"] * 5 + ["realm-2", "realm-1"])
    return st.builds(Snapshot, realms, st.sampled_from(GROUPS), both)


@cache
def readings() -> st.SearchStrategy[Reading]:
    nothing = st.none()
    snapshot = st.integers(0, 15).flatmap(lambda n: nothing if n == 7 else snapshots())
    return st.builds(Reading, snapshot, st.sampled_from(FAILURES))


@cache
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
        oidc_check=st.sampled_from(OIDC_CHECKS),
        frozen=st.sampled_from(FROZEN),
        prefixes=st.sampled_from(PREFIXES),
        unreadable=st.sampled_from(UNREADABLE),
        missing_answers=st.sampled_from(MISSING_ANSWERS),
        suggestions=st.sampled_from(SUGGESTIONS),
    )


@cache
def mappings(name: str) -> st.SearchStrategy[AccessMapping]:
    def build(
        fields: tuple[str, str],
        within: NamespaceScope | None,
        end: datetime | None,
        group_id: str | None,
        unreadable: str | None,
    ) -> AccessMapping:
        return AccessMapping(name, *fields, within, end, group_id, unreadable)

    tables = (MAPPING_FIELDS, SCOPES, ENDS, IDS, UNREADABLE)
    return st.builds(build, *map(st.sampled_from, tables))


@cache
def named_mappings(names: tuple[str, ...]) -> st.SearchStrategy[tuple[AccessMapping, ...]]:
    return st.tuples(*map(mappings, names))


@cache
def accesses() -> st.SearchStrategy[Access]:
    names = st.sampled_from([MAPPINGS[:1], MAPPINGS[:2], MAPPINGS[1:], MAPPINGS])
    declared = names.flatmap(named_mappings)
    of = st.sampled_from(["default"] * 5 + ["other", "default"])
    return st.builds(Access, st.just("platform"), st.just("uid"), st.just(1), of, declared)


@cache
@st.composite
def forgeries(draw: st.DrawFn) -> Binding:
    """Draw a binding of any name, whoever made it."""
    where = draw(line_of(KEYS))
    spelled = where.name.rpartition(":")[2]
    what = BindingContent(
        RoleRef("ClusterRole", draw(line_of((spelled, spelled, "edit")))),
        tuple(sorted(Subject("Group", text) for text in draw(line_of(SUBJECTS)))),
        draw(line_of(OWNERS)),
        draw(line_of(ANNOTATIONS)),
        has_managed_by_label=draw(BOOLEANS),
    )
    return Binding(where, f"uid of {where}", "1", what)


DRIFT = st.lists(forgeries(), max_size=3)


@cache
@st.composite
def clusters(draw: st.DrawFn) -> ModelCluster:
    """Draw existing bindings: what was granted at some time, and what others did to it since.

    The operator remembers its own part of it, or was started anew. Some of its writes may have no
    answer yet.
    """
    cluster = ModelCluster()
    declared = draw(accesses())
    cluster.settle(declared, draw(contexts()))
    drift = draw(DRIFT)
    cluster.bindings |= {one.key: one for one in drift}
    for gone in draw(line_of(((), (), MAPPINGS[:1], MAPPINGS))):
        cluster.bindings = {
            w: binding for w, binding in cluster.bindings.items() if f":{gone}:" not in w.name
        }
    if draw(BOOLEANS):
        cluster.restart()
    if draw(line_of((False, False, False, True))):
        cluster.pending = cluster.desired_state(draw(accesses()), draw(contexts())).contents
    return cluster


@cache
def existing_bindings() -> st.SearchStrategy[BindingsByKey]:
    return clusters().map(lambda cluster: cluster.bindings)


@cache
@st.composite
def outages(draw: st.DrawFn) -> tuple[ModelCluster, Access, EvaluationContext]:
    """Draw a cluster in which something was granted, an edit of it, and a silent Keycloak."""
    cluster, before, context = ModelCluster(), draw(accesses()), draw(contexts())
    context = replace(context, reading=replace(context.reading, failure=None))
    cluster.settle(before, context)
    edited = tuple(
        replace(
            mapping,
            cluster_role=draw(line_of(ROLES)),
            name=draw(line_of(names)),
            scope=draw(line_of((mapping.scope, *SCOPES))),
        )
        for mapping, names in zip(
            before.mappings, (("a", "x"), ("b", "y"), ("c", "z")), strict=False
        )
    )
    if draw(BOOLEANS):
        cluster.restart()
    silent = replace(context, reading=replace(context.reading, failure=SILENT))
    return cluster, replace(before, mappings=edited), silent
