"""What is adopted grants exactly what the bindings granted to groups that Keycloak can have."""

from dataclasses import dataclass
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from domain.builders import client, directory, leaf, make_context, mapper, realm, there
from domain.builders import group as keycloak_group
from domain.handmade import account, found, group
from domain.model_cluster import evaluate_all
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.adoption.candidates import CandidateBinding
from groupaccess.domain.adoption.drafts import (
    MAPPINGS,
    NAMES,
    Adoption,
    AdoptionOptions,
    draft_accesses,
)
from groupaccess.domain.adoption.redundancy import find_redundant as judge_replaced
from groupaccess.domain.binding import Binding, Subject
from groupaccess.domain.bindings.builder import build_desired_state
from groupaccess.domain.directory.snapshot import Snapshot

ROLES = ("view", "edit", "cluster-admin")
NAMESPACES = tuple(f"n{number:02}" for number in range(70))
BY_NAME = (*(f"g{number}" for number in range(30)), "SRE", "sre", "a b", "größe", "x/y")
BY_PATH = ("/SRE", "/sre", "/platform/sre", "/platform-sre", "/a b", "/platform")
INEXPRESSIBLE = (
    Subject("User", "bob"),
    account("bot"),
    group("system:authenticated"),
    group("keycloakoidc_group://SRE"),
    group("kubeadm:cluster-admins"),
    group("/ends/"),
)
Grant = tuple[str, str, str]  # subject, role, namespace


@dataclass(frozen=True)
class Cluster:
    """Bindings that were made by hand, and a realm that has every group they name."""

    prefix: str
    snapshot: Snapshot
    names: tuple[str, ...]
    founds: tuple[CandidateBinding, ...]

    @property
    def expressible(self) -> set[Grant]:
        """Return who has which ClusterRole where, so far as a GroupAccess can say it."""
        known = {self.prefix + name for name in self.names}
        return {
            (subject.name, candidate.binding.content.role.name, candidate.binding.key.namespace)
            for candidate in self.founds
            if candidate.adoptable and candidate.binding.content.role.kind == "ClusterRole"
            for subject in candidate.binding.content.subjects
            if subject.kind == "Group" and subject.name in known
        }


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    prefix = draw(st.sampled_from(["", "", "oidc:"]))
    by_path = draw(st.booleans())
    names = BY_PATH if by_path else BY_NAME
    tokens = client("headlamp", mapper() if by_path else leaf())
    groups = [keycloak_group(name if by_path else f"/{name}", name) for name in names]
    snapshot = realm(*groups, clients=[tokens])
    whom = st.sampled_from([*(group(prefix + name) for name in names), *INEXPRESSIBLE])
    made = st.builds(
        lambda number, subjects, role, where, kind: found(
            f"b{number}",
            *subjects,
            role=role,
            namespace=where,
            kind=kind if where else "ClusterRole",
        ),
        st.integers(0, 10_000),
        st.lists(whom, min_size=1, max_size=4),
        st.sampled_from(ROLES),
        st.sampled_from(["", "", "", *NAMESPACES]),
        st.sampled_from(["ClusterRole"] * 6 + ["Role"]),
    )
    founds = draw(st.lists(made, max_size=80, unique_by=lambda one: one.binding.key))
    widely = draw(st.sampled_from([(), NAMESPACES]))
    founds += [found("wide", prefix + names[0], namespace=name) for name in widely]
    return Cluster(prefix, snapshot, names, tuple(founds))


def bindings(cluster: Cluster, adoption: Adoption) -> list[Binding]:
    """Return what the operator makes of the drafts."""
    given_now = make_context(
        cluster.snapshot, of=directory(prefix=cluster.prefix), namespaces=there(*NAMESPACES)
    )
    made = []
    for draft in adoption.drafts:
        access = Access(
            draft.name, draft.name, 1, "default", tuple(x.mapping for x in draft.mappings)
        )
        desired = build_desired_state(access, evaluate_all(access, given_now), given_now, {}, {})
        made += [
            Binding(binding.key, f"uid of {binding.key}", "1", binding.content)
            for binding in desired.bindings
        ]
    return made


@given(clusters())
def test_the_drafts_grant_the_same_to_the_same_in_the_same_places(cluster: Cluster) -> None:
    adoption = draft_accesses(cluster.founds, AdoptionOptions(groups_prefix=cluster.prefix))
    made = bindings(cluster, adoption)
    grants = {
        (subject, one.content.role.name, one.key.namespace)
        for one in made
        for subject in one.content.groups
    }
    assert grants == cluster.expressible


@given(clusters())
def test_the_drafts_keep_the_bounds_and_their_names_apart(cluster: Cluster) -> None:
    drafts = draft_accesses(cluster.founds, AdoptionOptions(groups_prefix=cluster.prefix)).drafts
    mappings = [line.mapping for draft in drafts for line in draft.mappings]
    assert len({draft.name for draft in drafts}) == len(drafts)
    assert len({mapping.name for mapping in mappings}) == len(mappings)
    assert all(1 <= len(draft.mappings) <= MAPPINGS for draft in drafts)
    assert all(1 <= len(one.scope.names) <= NAMES for one in mappings if one.scope)


@given(clusters(), st.randoms())
def test_the_order_of_what_is_read_does_not_matter(cluster: Cluster, random: Random) -> None:
    shuffled = list(cluster.founds)
    random.shuffle(shuffled)
    wishes = AdoptionOptions(groups_prefix=cluster.prefix)
    assert draft_accesses(shuffled, wishes) == draft_accesses(cluster.founds, wishes)


@given(clusters())
def test_each_binding_is_either_wholly_adopted_or_spoken_of(cluster: Cluster) -> None:
    """Afterwards exactly those that nothing is said of are covered."""
    adoption = draft_accesses(cluster.founds, AdoptionOptions(groups_prefix=cluster.prefix))
    remarks = [*adoption.remarks]
    for draft in adoption.drafts:
        remarks += [*draft.remarks, *(text for line in draft.mappings for text in line.remarks)]
    granted = {draft.name: [line.mapping for line in draft.mappings] for draft in adoption.drafts}
    adoptable = [candidate for candidate in cluster.founds if candidate.adoptable]
    for judged in judge_replaced(adoptable, bindings(cluster, adoption), granted):
        spoken_of = any(text.startswith(f"{judged.candidate.binding.key}: ") for text in remarks)
        assert judged.is_covered != spoken_of
