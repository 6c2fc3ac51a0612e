"""Desired states, and why a plan deletes what they do not hold."""

from domain.builders import content, key
from groupaccess.domain.binding import Binding, BindingKey, DesiredBinding
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.bindings.plan import DeleteReason, plan

WANT = DesiredBinding(key(), "sre", content())


def wanting(*wants: DesiredBinding, kept: tuple[BindingKey, ...] = ()) -> DesiredState:
    return DesiredState(wants, frozenset(kept))


def why(*existing: Binding, wants: tuple[DesiredBinding, ...] = ()) -> list[DeleteReason]:
    return [delete.reason for delete in plan(wanting(*wants), existing).deletes]
