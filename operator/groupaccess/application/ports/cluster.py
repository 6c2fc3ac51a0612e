"""What the application asks of Kubernetes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from groupaccess.domain.binding import Binding, DesiredBinding


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """Names what an event or a status is about: one of our objects, or an admission policy.

    `uid` is "" where there may be no such object.
    """

    kind: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Event:
    """A Kubernetes event about an object. `warning` picks its type.

    With a text in `dedup_key`, an event for the same text is posted only once, also after a
    restart. One that is `urgent`, and each warning, is kept when too many wait.
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
    """All objects of a kind, name to (uid, version), as they were when the list began.

    `resource_version` is the resourceVersion of that moment: every change up to it is in the list,
    and none after it, however long its pages took.
    """

    resource_version: str
    objects: Mapping[str, tuple[str, str]]


class Cluster(Protocol):
    """Kubernetes. Writes are server-side apply with field manager `groupaccess`, or deletes.

    Every method raises PassingError for what may be tried again.
    """

    async def apply(self, desired: DesiredBinding, existing: Binding | None) -> Binding:
        """Write the binding; over a standing one only if it is still the same version.

        Raise RefusedError with BindForbidden or WriteRefused when the API server denies it.
        """

    async def delete(self, binding: Binding) -> bool:
        """Delete it if it is still the same version; False when it is gone already."""

    async def get_access_uid(self, access: str) -> str | None:
        """Ask the API server, not a cache, for a GroupAccess's uid; None when there is none."""

    async def write_status(
        self, ref: ObjectRef, version: str, status: Mapping[str, Any]
    ) -> str | None:
        """Replace the object's status and return its new version.

        Return None when the object is gone, or has another version by now: then the watch tells
        of it, and it is looked at again.
        """

    async def list_objects(self, kind: str) -> ObjectList:
        """List the objects of one of our kinds.

        Raise NotInstalledError when the API server does not serve the kind.
        """

    async def create_event(self, event: Event) -> None:
        """Post an event. It never raises: an event that is lost is only logged."""

    async def get_secret(self, name: str) -> Mapping[str, str] | None:
        """Read a Secret of the operator's own namespace, decoded; None when there is none."""

    async def get_config_map(self, name: str) -> Mapping[str, str] | None:
        """Read a ConfigMap of the operator's own namespace; None when there is none."""
