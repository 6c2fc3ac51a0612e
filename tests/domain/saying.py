"""What an object says of itself, under circumstances and after writes that a test makes up."""

from collections.abc import Iterable, Mapping

from domain.builders import binding, content, given, realm
from domain.world import judge
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.namespace_scope import places
from groupaccess.domain.binding import Binding, BindingKey, BindingName, Content
from groupaccess.domain.bindings.builder import desired
from groupaccess.domain.bindings.other_grants import AlsoGrantedBy
from groupaccess.domain.failure import Failure
from groupaccess.domain.status.access_status import AccessStatus, status
from groupaccess.domain.status.observation import Observation, by_mapping, name_of
from groupaccess.domain.verdict.verdict import Circumstances

HEALTHY = given(realm())

Faults = Mapping[BindingKey, Failure]
Also = Mapping[str, AlsoGrantedBy]


def say(  # noqa: PLR0913 -- each test makes up a few of them
    declared: Access,
    circumstances: Circumstances = HEALTHY,
    *,
    stands: Iterable[BindingKey] | None = None,
    faults: Faults | None = None,
    also: Also | None = None,
    left: Faults | None = None,
    bound: Mapping[BindingKey, Content] | None = None,
    patient: bool = True,
) -> AccessStatus:
    """Return the status; by default every granted binding is there.

    `bound` are other contents than those; `left` should be gone.
    """
    verdicts = judge(declared, circumstances)
    where = {one.name: places(one.scope, circumstances.namespaces) for one in declared.mappings}
    granted = (
        declared.key(one.mapping, namespace)
        for one in verdicts
        if one.subjects
        for namespace in where[one.mapping.name].wanted
    )
    keys = frozenset(granted if stands is None else stands)
    groups = {one.mapping.name: (one.mapping.group, one.subjects) for one in verdicts}
    there = {key: _bound(key, *groups.get(name_of(key) or "", ("SRE", ()))) for key in keys}
    if bound is not None:
        there = {key: binding(key, what) for key, what in bound.items()}
    wanted = desired(declared, verdicts, circumstances, there, {})
    there |= {key: _bound(key, "Old", ()) for key in left or {}}
    now = Observation(
        by_mapping(there.values()), {**(faults or {}), **(left or {})}, also=also or {}
    )
    return status(declared, verdicts, wanted, now, patient=patient)


def _bound(where: BindingKey, group: str, subjects: Iterable[str]) -> Binding:
    name = BindingName.parse(where.name)
    assert name is not None
    what = content(*(subjects or ("/SRE",)), role=name.cluster_role, group=group)
    return binding(where, what)
