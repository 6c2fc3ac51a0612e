"""Why a binding is not as declared although no write failed: rights that are gone, a conflict."""

from groupaccess.application.reconcile.access_evaluation import Evaluation
from groupaccess.application.state.store import Store
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.bindings.plan import Plan
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import Outcome


def unbindable_faults(store: Store, evaluation: Evaluation) -> dict[BindingKey, Failure]:
    """Return the bindings that could not be created again: the operator's rights changed."""
    result: dict[BindingKey, Failure] = {}
    access, granted = evaluation.declared.access, Outcome.GRANT
    for mapping in (each.mapping for each in evaluation.verdicts if each.outcome is granted):
        if mapping.cluster_role in store.unbindable:
            fact = (
                f'the operator may no longer bind ClusterRole "{mapping.cluster_role}": '
                "existing bindings stay, but could not be created again"
            )
            failure = Failure.of(Reason.BIND_FORBIDDEN, fact)
            places = evaluation.desired.placements[mapping.name].active
            keys = (access.binding_key(mapping, place) for place in places)
            result |= {key: failure for key in keys if key in store.bindings.by_key}
    return result


def conflict_faults(todo: Plan) -> dict[BindingKey, Failure]:
    """Return the bindings that somebody else made with another role."""
    facts = {
        each.key: f"{each.key} exists with another roleRef, and was not created by the operator"
        for each in todo.conflicts
    }
    return {key: Failure.of(Reason.CONFLICT, fact) for key, fact in facts.items()}
