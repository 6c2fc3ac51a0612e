"""What the API server's refusals mean for a mapping."""

from collections.abc import Iterable

from groupaccess.adapters.kubernetes.client import ApiError
from groupaccess.application.ports.errors import PassingError, RefusedError
from groupaccess.domain.binding import DesiredBinding
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason, with_advice

BAD_REQUEST, FORBIDDEN, NOT_FOUND, INVALID = 400, 403, 404, 422
ENDING = "NamespaceTerminating"  # the cause of a 403 in a namespace that is being deleted
NO_NAMESPACE = 'namespaces "'  # how the 404 of a namespace begins
ESCALATION = "attempting to grant RBAC permissions not currently held"
WORDS = 500  # characters of the server's own words that go into a status


def denied(error: ApiError, desired: DesiredBinding) -> RefusedError | PassingError:
    """Translate the answer to a binding's apply.

    Without `bind` on a role that does not exist the answer is 404: of the role, not the binding.
    It is 404 of the namespace, too, when that is gone before the watch tells.
    """
    role = desired.content.role.name
    if error.code == FORBIDDEN and ESCALATION in error.message:
        return _refused(Reason.BIND_FORBIDDEN, f'the operator may not bind ClusterRole "{role}"')
    if error.code == NOT_FOUND and not error.message.startswith(NO_NAMESPACE):
        return _refused(Reason.CLUSTER_ROLE_NOT_FOUND, f'there is no ClusterRole "{role}"')
    return judged(error)


def judged(error: ApiError) -> RefusedError | PassingError:
    """Tell a definite no from what goes by itself."""
    final = error.code in {BAD_REQUEST, FORBIDDEN, INVALID}
    if not final or ENDING in error.causes:
        return PassingError(str(error))
    return _refused(Reason.WRITE_REFUSED, f"the API server says: {error.message[:WORDS]}")


def awaited(finalizers: Iterable[str]) -> RefusedError:
    """Say that a deleted binding stays, and binds, until somebody takes its finalizers away."""
    named = ", ".join(finalizers)
    return _refused(Reason.WRITE_REFUSED, f"it is deleted, but its finalizers keep it: {named}")


def unreadable(error: ApiError, what: str) -> RefusedError | PassingError:
    """Translate the answer to reading a Secret or ConfigMap of the operator's own namespace."""
    if error.code == FORBIDDEN:
        return _refused(Reason.CREDENTIALS_NOT_FOUND, f"the operator may not read {what}")
    return PassingError(str(error))


def _refused(reason: Reason, fact: str) -> RefusedError:
    return RefusedError(Failure(reason, with_advice(reason, fact)))
