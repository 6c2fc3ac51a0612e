"""What the application asks of the world. The adapters give it, the fakes of the tests too."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from groupaccess.domain.apiserver import OwnToken, Review
from groupaccess.domain.bindings import Binding, Desired
from groupaccess.domain.directory import Failure, Group, Realm
from groupaccess.domain.model import Directory
from groupaccess.domain.question import Answer, Question


class RefusedError(Exception):
    """The other side understood and said no: trying the same again at once is of no use."""

    def __init__(self, failure: Failure) -> None:
        """Keep the failure, whose message is for people."""
        super().__init__(failure.message)
        self.failure = failure


class UnansweredError(RefusedError):
    """One question has no answer; that says nothing of any other."""


class PassingError(Exception):
    """Something that goes by itself: a race, an overload, a broken connection. Try again."""

    def __init__(self, message: str, again: float | None = None) -> None:
        """Keep what happened, and after how many seconds to look again at the latest."""
        super().__init__(message)
        self.again = again


class RestartError(Exception):
    """What is known can no longer be relied upon: only a new start puts it right."""


class NotInstalledError(Exception):
    """The API server does not serve one of our kinds."""


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """Names what an event or a status is about: one of our objects, or an admission policy.

    `uid` is "" where there may be no such object.
    """

    kind: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Note:
    """A Kubernetes event about an object. `warning` picks its type.

    With a text in `once`, an event for the same text is posted only once, also after a restart.
    One that is `urgent`, and each warning, is kept when too many wait.
    """

    about: ObjectRef
    reason: str
    action: str
    message: str
    warning: bool = False
    once: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """All objects of a kind, name to (uid, version), as they were when the list began.

    `version` is the resourceVersion of that moment: every change up to it is in the list, and none
    after it, however long its pages took.
    """

    version: str
    objects: Mapping[str, tuple[str, str]]


class Cluster(Protocol):
    """Kubernetes. Writes are server-side apply with field manager `groupaccess`, or deletes.

    Every method raises PassingError for what may be tried again.
    """

    async def apply(self, desired: Desired, over: Binding | None) -> Binding:
        """Write the binding; over a standing one only if it is still the same version.

        Raise RefusedError with BindForbidden or WriteRefused when the API server denies it.
        """

    async def delete(self, binding: Binding) -> bool:
        """Delete it if it is still the same version; False when it is gone already."""

    async def uid_of(self, access: str) -> str | None:
        """Ask the API server, not a cache, for a GroupAccess's uid; None when there is none."""

    async def write_status(
        self, ref: ObjectRef, version: str, status: Mapping[str, Any]
    ) -> str | None:
        """Replace the object's status and return its new version.

        Return None when the object is gone, or has another version by now: then the watch tells
        of it, and it is looked at again.
        """

    async def versions(self, kind: str) -> Listing:
        """List the objects of one of our kinds.

        Raise NotInstalledError when the API server does not serve the kind.
        """

    async def post(self, note: Note) -> None:
        """Post an event. It never raises: an event that is lost is only logged."""

    async def secret(self, name: str) -> Mapping[str, str] | None:
        """Read a Secret of the operator's own namespace, decoded; None when there is none."""

    async def config_map(self, name: str) -> Mapping[str, str] | None:
        """Read a ConfigMap of the operator's own namespace; None when there is none."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How a realm is reached. `admin_url` is the server's base URL, with its trailing slash.

    Without a `client_secret`, the pod's own token proves that the operator is that client. `ca` is
    a PEM bundle, or None for the system's. `credentials` names where the login comes from, for
    people.
    """

    admin_url: str
    realm: str
    client_id: str
    client_secret: str | None = field(repr=False)
    ca: str | None = field(default=None, repr=False)
    credentials: str = "its credentials"


class DirectoryReader(Protocol):
    """Keycloak's admin API, one question at a time.

    Every method raises RefusedError with the reason why Keycloak is not known: nothing that fails
    is ever an empty answer. What is kept for the next question, such as a login, is kept by the
    directory's name.
    """

    async def realm(
        self, directory: Directory, connection: Connection, members_of: Sequence[Group] | None
    ) -> Realm:
        """Read who the operator is there, and the clients that the directory names.

        Example tokens of members of one of the groups prove what the clients' tokens carry; with
        None, while no group is known yet, none is looked for.
        """

    async def ask(
        self, directory: Directory, connection: Connection, identity: str, question: Question
    ) -> Answer:
        """Return the answer, which is complete but for `more`, of the realm with this `identity`.

        Raise UnansweredError where others may still get an answer: a 403, a 5xx, a 404 that is not
        Keycloak's own word.
        """

    async def see_some(self, directory: Directory, connection: Connection) -> None:
        """Look whether any group is shown, if there is one; raise RefusedError if not."""

    async def holding(
        self, directory: Directory, connection: Connection, text: str
    ) -> Sequence[Group]:
        """Return some groups whose names hold a text, in any case."""

    async def has_role(self, directory: Directory, connection: Connection, name: str) -> bool:
        """Tell whether the realm has a role of this name, as far as that may be seen."""

    async def forget(self, directory: str) -> None:
        """Let go of what is kept for a directory, which is asked no more."""


class OwnTokens(Protocol):
    """Keycloak's tokens for the operator itself."""

    async def own_token(self, connection: Connection) -> OwnToken:
        """Return a new ID token of the operator's own account, or raise RefusedError."""


class ApiServer(Protocol):
    """How kube-apiserver reads tokens."""

    async def review(self, token: str) -> Review:
        """Return what kube-apiserver reads from a token; no error has the token in it.

        Raise RefusedError where the right is missing, naming the chart's value that gives it.
        """


class TimerHandle(Protocol):
    """A call that is still to come."""

    def cancel(self) -> None:
        """Do not make the call."""


class Clock(Protocol):
    """Time. `now` is the wall clock in UTC, `monotonic` counts seconds and never steps back."""

    def now(self) -> datetime:
        """Return the time of day, aware."""

    def monotonic(self) -> float:
        """Return seconds since some moment."""

    def call_later(self, seconds: float, call: Callable[[], None]) -> TimerHandle:
        """Make the call after that time, in the event loop."""


class Metrics(Protocol):
    """What is counted. Names and labels are the adapter's."""

    def queue_added(self) -> None:
        """Count an added key."""

    def queue_retried(self) -> None:
        """Count a key that is tried again."""

    def queue_depth(self, depth: int) -> None:
        """Set how many keys wait."""

    def queue_waited(self, seconds: float) -> None:
        """Observe how long a key waited."""

    def reconciled(self, result: str, seconds: float) -> None:
        """Count and time one reconcile: success, requeue_after or error."""

    def drift_corrected(self) -> None:
        """Count a binding that somebody else had changed or deleted."""

    def audited(self, differences: int) -> None:
        """Count what an audit found that the watches had not told."""

    def leads(self, *, yes: bool) -> None:
        """Set whether this replica is the one that writes."""

    def clock_differs(self, seconds: float) -> None:
        """Set by how much the own clock is ahead of the API server's."""

    def guarded(self, policy: str, *, yes: bool) -> None:
        """Set whether an admission policy that is expected is in force."""

    def directory_read(self, name: str, reason: str, seconds: float) -> None:
        """Count and time one reading of a directory: "" for success, else the reason."""
