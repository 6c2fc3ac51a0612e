"""What `groupaccess import` needs from Kubernetes."""

from collections.abc import Sequence
from typing import Protocol

from groupaccess.api import v1alpha1 as api
from groupaccess.domain.adoption.candidates import CandidateBinding
from groupaccess.domain.binding import Binding, BindingKey


class AdoptionCluster(Protocol):
    """The cluster with the rights of the person who runs the command.

    Every method raises TransientError when the API server is not reached or cannot answer now,
    NotAllowedError when it does not let the person read, and InvalidRequestError when it does not
    understand the request, above all a selector.
    """

    async def list_bindings(self, selector: str = "") -> Sequence[CandidateBinding]:
        """List the bindings of both kinds, in the whole cluster, whose labels match `selector`."""

    async def list_accesses(self) -> Sequence[api.GroupAccess]:
        """List the GroupAccesses; none when the API server does not serve the kind."""

    async def get_binding(self, key: BindingKey) -> Binding | None:
        """Read one binding from the API server; None when it does not exist."""

    async def get_access(self, name: str) -> api.GroupAccess | None:
        """Read one GroupAccess from the API server; None when it does not exist."""

    async def delete_binding(self, binding: Binding) -> bool:
        """Delete exactly this version; return False when the binding is already gone.

        Raise TransientError when it has another version, RejectedError when the API server refuses.
        """
