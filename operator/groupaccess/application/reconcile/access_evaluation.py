"""What one reconcile has found for its GroupAccess."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from groupaccess.application.state.declared_objects import DeclaredAccess
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.verdict.verdict import EvaluationContext, Verdict


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The verdicts on the mappings of a GroupAccess, their inputs, and the desired state."""

    declared: DeclaredAccess
    context: EvaluationContext
    verdicts: list[Verdict]
    desired: DesiredState

    @property
    def declared_keys(self) -> AbstractSet[BindingKey]:
        """Return the bindings that may exist; while suspended also those that somebody deleted."""
        access, desired = self.declared.access, self.desired
        suspended = {
            access.binding_key(each.mapping, place)
            for each in self.verdicts
            if each.suspended
            for place in desired.placements[each.mapping.name].active
        }
        return desired.contents.keys() | desired.preserved | suspended
