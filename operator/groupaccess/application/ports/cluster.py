"""What the application needs from Kubernetes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from groupaccess.domain.binding import Binding, DesiredBinding


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """The object of an event or a status: one of our objects, or an admission policy.

    `uid` is "" when the object may not exist.
    """

    kind: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Event:
    """A Kubernetes event about an object; `warning` makes it a Warning.

    `reason` is an EventReason, or the Reason of a condition. Events with the same `dedup_key` are
    posted only once, also after a restart. When too many events wait, `urgent` ones and warnings
    are kept.
    """

    regarding: ObjectRef
    reason: str
    action: str
    message: str
    warning: bool = False
    dedup_key: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class ObjectList:
    """All objects of a kind, name to (uid, resourceVersion), as of when the list began.

    `resource_version` is that of the list: it contains every change up to it and none after it,
    however long its pages took.
    """

    resource_version: str
    objects: Mapping[str, tuple[str, str]]


class Cluster(Protocol):
    """Kubernetes. Bindings are written by server-side apply with field manager `groupaccess`.

    Every method raises TransientError for what may be retried.
    """

    async def apply(self, desired: DesiredBinding, existing: Binding | None) -> Binding:
        """Write the binding; over `existing` only if that still has the same resourceVersion.

        Raise RejectedError when the API server refuses: BindForbidden, ClusterRoleNotFound,
        WriteRefused.
        """

    async def delete(self, binding: Binding) -> bool:
        """Delete exactly this version; return False when the binding is already gone.

        Raise RejectedError when the API server refuses, or when finalizers keep the binding.
        """

    async def get_access_uid(self, access: str) -> str | None:
        """Return a GroupAccess's uid from the API server, not a cache; None if there is none."""

    async def write_status(
        self, ref: ObjectRef, version: str, status: Mapping[str, Any]
    ) -> str | None:
        """Replace the object's status and return its new resourceVersion.

        Return None when the object is gone, or when its resourceVersion is not `version` any more:
        then the watch reports the change, and the object is reconciled again.
        """

    async def list_objects(self, kind: str) -> ObjectList:
        """List the objects of one of our kinds.

        Raise NotInstalledError when the API server does not serve the kind.
        """

    async def create_event(self, event: Event) -> None:
        """Post an event. It never raises: a lost event is only logged."""

    async def get_secret(self, name: str) -> Mapping[str, str] | None:
        """Read a Secret of the operator's own namespace, decoded; None if it does not exist.

        Raise RejectedError when the operator may not read it.
        """

    async def get_config_map(self, name: str) -> Mapping[str, str] | None:
        """Read a ConfigMap of the operator's own namespace; None if it does not exist.

        Raise RejectedError when the operator may not read it.
        """
