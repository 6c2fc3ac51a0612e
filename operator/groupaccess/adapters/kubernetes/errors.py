"""What the API server's refusals mean for a mapping."""

from collections.abc import Iterable

from groupaccess.adapters.kubernetes.client import ApiError
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.domain.binding import DesiredBinding
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason, with_advice

BAD_REQUEST, FORBIDDEN, NOT_FOUND, INVALID = 400, 403, 404, 422
NAMESPACE_TERMINATING = (
    "NamespaceTerminating"  # the cause of a 403 in a namespace that is being deleted
)
NAMESPACE_NOT_FOUND = 'namespaces "'  # how the 404 of a namespace begins
ESCALATION = "attempting to grant RBAC permissions not currently held"
MAX_MESSAGE_CHARACTERS = 500  # characters of the server's own words that go into a status


def classify_apply_error(
    error: ApiError, desired: DesiredBinding
) -> RejectedError | TransientError:
    """Translate the answer to a binding's apply.

    Without `bind` on a role that does not exist the answer is 404: of the role, not the binding.
    It is 404 of the namespace, too, when that is gone before the watch tells.
    """
    role = desired.content.role.name
    if error.code == FORBIDDEN and ESCALATION in error.message:
        return _rejected(Reason.BIND_FORBIDDEN, f'the operator may not bind ClusterRole "{role}"')
    if error.code == NOT_FOUND and not error.message.startswith(NAMESPACE_NOT_FOUND):
        return _rejected(Reason.CLUSTER_ROLE_NOT_FOUND, f'there is no ClusterRole "{role}"')
    return classify_error(error)


def classify_error(error: ApiError) -> RejectedError | TransientError:
    """Tell a definite no from what goes by itself."""
    final = error.code in {BAD_REQUEST, FORBIDDEN, INVALID}
    if not final or NAMESPACE_TERMINATING in error.causes:
        return TransientError(str(error))
    return _rejected(
        Reason.WRITE_REFUSED, f"the API server says: {error.message[:MAX_MESSAGE_CHARACTERS]}"
    )


def finalizers_left(finalizers: Iterable[str]) -> RejectedError:
    """Say that a deleted binding stays, and binds, until somebody takes its finalizers away."""
    named = ", ".join(finalizers)
    return _rejected(Reason.WRITE_REFUSED, f"it is deleted, but its finalizers keep it: {named}")


def classify_read_error(error: ApiError, what: str) -> RejectedError | TransientError:
    """Translate the answer to reading a Secret or ConfigMap of the operator's own namespace."""
    if error.code == FORBIDDEN:
        return _rejected(Reason.CREDENTIALS_NOT_FOUND, f"the operator may not read {what}")
    return TransientError(str(error))


def _rejected(reason: Reason, fact: str) -> RejectedError:
    return RejectedError(Failure(reason, with_advice(reason, fact)))
