"""What the API server's errors mean for a mapping."""

from collections.abc import Iterable

from groupaccess.adapters.kubernetes.client import ApiError
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.domain.binding import DesiredBinding
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

BAD_REQUEST, FORBIDDEN, NOT_FOUND, INVALID = 400, 403, 404, 422
NAMESPACE_TERMINATING = "NamespaceTerminating"  # cause of a 403 while a namespace is deleted
NAMESPACE_NOT_FOUND = 'namespaces "'  # how the message of a namespace's 404 begins
ESCALATION = "attempting to grant RBAC permissions not currently held"
MAX_MESSAGE_CHARACTERS = 500  # of the server's message, in a status


def classify_apply_error(
    error: ApiError, desired: DesiredBinding
) -> RejectedError | TransientError:
    """Classify the error of a binding's apply.

    If the operator has no right to `bind` a role that does not exist, the API server answers 404
    for the role, not for the binding. It answers 404 for the namespace, too, when that was deleted
    before the watch reports it.
    """
    role = desired.content.role.name
    if error.code == FORBIDDEN and ESCALATION in error.message:
        return _rejected(Reason.BIND_FORBIDDEN, f'the operator may not bind ClusterRole "{role}"')
    if error.code == NOT_FOUND and not error.message.startswith(NAMESPACE_NOT_FOUND):
        return _rejected(Reason.CLUSTER_ROLE_NOT_FOUND, f'there is no ClusterRole "{role}"')
    return classify_error(error)


def classify_error(error: ApiError) -> RejectedError | TransientError:
    """Return RejectedError for a definite refusal, TransientError for what may be retried."""
    final = error.code in {BAD_REQUEST, FORBIDDEN, INVALID}
    if not final or NAMESPACE_TERMINATING in error.causes:
        return TransientError(str(error))
    return _rejected(
        Reason.WRITE_REFUSED,
        f"the API server refuses the write: {error.message[:MAX_MESSAGE_CHARACTERS]}",
    )


def finalizers_left(finalizers: Iterable[str]) -> RejectedError:
    """Return the error for a deleted binding that grants until its finalizers are removed."""
    named = ", ".join(finalizers)
    return _rejected(
        Reason.WRITE_REFUSED, f"the binding is being deleted, but its finalizers keep it: {named}"
    )


def classify_read_error(error: ApiError, what: str) -> RejectedError | TransientError:
    """Classify the error of reading a Secret or ConfigMap in the operator's namespace."""
    if error.code == FORBIDDEN:
        return _rejected(Reason.CREDENTIALS_NOT_FOUND, f"the operator may not read {what}")
    return TransientError(str(error))


def _rejected(reason: Reason, fact: str) -> RejectedError:
    return RejectedError(Failure.of(reason, fact))
