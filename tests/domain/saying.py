"""What an object says of itself, in a context and after writes that a test makes up."""

from collections.abc import Iterable, Mapping

from domain.builders import binding, content, make_context, realm
from domain.model_cluster import evaluate_all
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.namespace_scope import resolve_scope
from groupaccess.domain.binding import Binding, BindingContent, BindingKey, BindingName
from groupaccess.domain.bindings.builder import build_desired_state
from groupaccess.domain.bindings.other_grants import OtherGrants
from groupaccess.domain.failure import Failure
from groupaccess.domain.status.access_status import AccessStatus, access_status
from groupaccess.domain.status.observation import Observation, bindings_by_mapping, mapping_in_name
from groupaccess.domain.verdict.verdict import EvaluationContext

HEALTHY = make_context(realm())

Faults = Mapping[BindingKey, Failure]
Also = Mapping[str, OtherGrants]


def say(  # noqa: PLR0913 -- each test makes up a few of them
    declared: Access,
    context: EvaluationContext = HEALTHY,
    *,
    existing: Iterable[BindingKey] | None = None,
    faults: Faults | None = None,
    also: Also | None = None,
    left: Faults | None = None,
    bound: Mapping[BindingKey, BindingContent] | None = None,
    patient: bool = True,
) -> AccessStatus:
    """Return the status; by default every granted binding is there.

    `bound` are other contents than those; `left` should be gone.
    """
    verdicts = evaluate_all(declared, context)
    where = {
        mapping.name: resolve_scope(mapping.scope, context.namespaces)
        for mapping in declared.mappings
    }
    granted = (
        declared.binding_key(verdict.mapping, namespace)
        for verdict in verdicts
        if verdict.subjects
        for namespace in where[verdict.mapping.name].active
    )
    keys = frozenset(granted if existing is None else existing)
    groups = {
        verdict.mapping.name: (verdict.mapping.group, verdict.subjects) for verdict in verdicts
    }
    there = {key: _bound(key, *groups.get(mapping_in_name(key) or "", ("SRE", ()))) for key in keys}
    if bound is not None:
        there = {key: binding(key, what) for key, what in bound.items()}
    desired = build_desired_state(declared, verdicts, context, there, {})
    there |= {key: _bound(key, "Old", ()) for key in left or {}}
    now = Observation(
        bindings_by_mapping(there.values()),
        {**(faults or {}), **(left or {})},
        other_grants=also or {},
    )
    return access_status(declared, verdicts, desired, now, patient=patient)


def _bound(where: BindingKey, group: str, subjects: Iterable[str]) -> Binding:
    name = BindingName.parse(where.name)
    assert name is not None
    what = content(*(subjects or ("/SRE",)), role=name.cluster_role, group=group)
    return binding(where, what)
