"""What `groupaccess keycloak-setup` does with a realm."""

from collections.abc import AsyncGenerator, Sequence

from groupaccess.application.ports.keycloak_setup import RealmAdmin
from groupaccess.domain.keycloak_setup.options import SetupOptions
from groupaccess.domain.keycloak_setup.plan import SetupChange, call_of, plan_setup, plan_undo
from groupaccess.domain.keycloak_setup.state import RealmState


def plan_for(options: SetupOptions, state: RealmState, *, undo: bool) -> tuple[SetupChange, ...]:
    """Return the changes of a setup, or of its undo."""
    return plan_undo(options, state) if undo else plan_setup(options, state)


async def apply_changes(
    realm: RealmAdmin, state: RealmState, changes: Sequence[SetupChange]
) -> AsyncGenerator[SetupChange]:
    """Make the changes in their order, and yield each when it is made.

    An error ends it. What was made stays, and the next run makes the rest.
    """
    ids = state.ids
    for change in changes:
        ids = await realm.make(call_of(change, ids), ids)
        yield change
