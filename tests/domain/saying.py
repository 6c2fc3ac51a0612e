"""What an object says of itself, under circumstances and after writes that a test makes up."""

from collections.abc import Iterable, Mapping

from domain.builders import given, realm
from domain.world import judge
from groupaccess.domain.bindings import BindingKey
from groupaccess.domain.directory import Failure
from groupaccess.domain.elsewhere import AlsoGrantedBy
from groupaccess.domain.mapping_status import Outcomes
from groupaccess.domain.model import Access
from groupaccess.domain.namespaces import places
from groupaccess.domain.status import AccessStatus, status
from groupaccess.domain.verdict import Circumstances

HEALTHY = given(realm())

Faults = Mapping[BindingKey, Failure]
Also = Mapping[str, AlsoGrantedBy]


def say(
    declared: Access,
    circumstances: Circumstances = HEALTHY,
    *,
    stands: Iterable[BindingKey] | None = None,
    faults: Faults | None = None,
    also: Also | None = None,
    left: Faults | None = None,
    patient: bool = True,
) -> AccessStatus:
    """Return the status; by default every granted binding stands."""
    verdicts = judge(declared, circumstances)
    where = {one.name: places(one.scope, circumstances.namespaces) for one in declared.mappings}
    granted = (
        declared.key(one.mapping, namespace)
        for one in verdicts
        if one.subjects
        for namespace in where[one.mapping.name].wanted
    )
    stand = frozenset(granted if stands is None else stands)
    outcomes = Outcomes(stand, faults or {}, also or {}, left or {})
    return status(declared, verdicts, where, outcomes, patient=patient)
