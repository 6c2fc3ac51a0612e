"""Bindings to write and to delete."""

from fakes.values import desired
from fakes.writer_harness import NAME
from groupaccess.domain.binding import Binding, Owner
from groupaccess.domain.bindings.plan import Delete, DeleteReason

OWNER = Owner("uid-platform", NAME)
NEW = desired(OWNER, "sre", "view")


def undeclared(old: Binding) -> Delete:
    return Delete(old, DeleteReason.NOT_DECLARED)


def replaced(old: Binding) -> Delete:
    return Delete(old, DeleteReason.REPLACED, frozenset({NEW.key}))
