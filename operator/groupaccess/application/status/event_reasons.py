"""The reasons of events that are not the reason of a condition."""

from enum import StrEnum


class EventReason(StrEnum):
    """Why an event is posted; the page docs/reasons.md has a table of them.

    An event for a changed `Ready` has the reason of that condition instead.
    """

    BINDING_CREATED = "BindingCreated"
    BINDING_UPDATED = "BindingUpdated"
    BINDING_REPAIRED = "BindingRepaired"
    BINDING_DELETED = "BindingDeleted"
    EXPIRING = "Expiring"
    FORMER_SUBJECT = "FormerSubject"
    ACCOUNT_CHANGED = "AccountChanged"
    NOT_IN_FORCE = "NotInForce"
