"""The port `Cluster` as a small API server in memory."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fakes.objects import Objects
from groupaccess.application.ports.cluster import Event, ObjectList, ObjectRef
from groupaccess.application.ports.errors import NotInstalledError, RejectedError, TransientError
from groupaccess.domain.access.namespace_scope import Namespace
from groupaccess.domain.binding import Binding, BindingContent, BindingKey, DesiredBinding
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

Interruption = Callable[[], object]


class FakeCluster:
    """Keeps bindings and objects with uids and versions, and refuses what the real one does.

    `roles` exist, `bindable` are those that the operator may bind; `namespaces` exist, with labels
    or terminating. `calls` holds every write that was asked for, whatever came of it.
    """

    def __init__(self) -> None:
        self.version = "0"  # of the last write
        self.objects = Objects(self._next)
        self.bindings: dict[BindingKey, Binding] = {}
        self.roles = {"view", "edit", "admin", "cluster-admin"}
        self.bindable = {"view", "edit"}
        self.namespaces: dict[str, Namespace] = {}
        self.secrets: dict[str, dict[str, str]] = {}
        self.config_maps: dict[str, dict[str, str]] = {}
        self.notes: list[Event] = []
        self.calls: list[tuple[str, str]] = []
        self.missing_kinds: set[str] = set()
        self._applied: dict[BindingKey, BindingContent] = {}
        self.takes = 0.0  # seconds that a write takes
        self._hanging: defaultdict[str, deque[asyncio.Event]] = defaultdict(deque)
        self._interruptions: defaultdict[str, deque[Interruption]] = defaultdict(deque)

    # What the port has.

    async def apply(self, desired: DesiredBinding, over: Binding | None) -> Binding:
        await self._begin("apply", str(desired.key))
        existing = self.bindings.get(desired.key)
        if over is not None:
            self._check(over, existing)
        self._admit(desired.key.namespace, creates=existing is None)
        self._authorize(desired)
        if existing is None:
            return self._put(desired.key, self._next(), desired.content)
        if existing.content.role != desired.content.role:
            raise _says(f'"{desired.key.name}" is invalid: roleRef: cannot change roleRef')
        merged = self._merge(existing.content, desired)
        self._applied[desired.key] = desired.content
        return existing if merged == existing.content else self._put(desired.key, None, merged)

    async def delete(self, binding: Binding) -> bool:
        await self._begin("delete", str(binding.key))
        existing = self.bindings.get(binding.key)
        if existing is None:
            return False
        self._check(binding, existing)
        self.remove(binding.key)
        return True

    async def get_access_uid(self, access: str) -> str | None:
        self._interrupt("access_uid")
        body = self.objects.find("GroupAccess", access)
        return None if body is None else str(body["metadata"]["uid"])

    async def write_status(
        self, ref: ObjectRef, version: str, status: Mapping[str, Any]
    ) -> str | None:
        await self._begin("status", f"{ref.kind} {ref.name}")
        return self.objects.write_status(ref, version, status)

    async def list_objects(self, kind: str) -> ObjectList:
        self._interrupt("versions")
        if kind in self.missing_kinds:
            raise NotInstalledError(f"the API server does not serve the kind {kind}")
        return ObjectList(self.version, self.objects.versions(kind))

    async def create_event(self, note: Event) -> None:
        if self._hanging["post"]:
            await self._hanging["post"].popleft().wait()
        if not note.dedup_key or note.dedup_key not in {other.dedup_key for other in self.notes}:
            self.notes.append(note)

    async def get_secret(self, name: str) -> Mapping[str, str] | None:
        self._interrupt("secret")
        return self.secrets.get(name)

    async def get_config_map(self, name: str) -> Mapping[str, str] | None:
        self._interrupt("config_map")
        return self.config_maps.get(name)

    # What others do, behind the operator's back.

    def edit(self, key: BindingKey, **changes: Any) -> Binding:
        """Change fields of a binding's content by hand."""
        return self._put(key, None, replace(self.bindings[key].content, **changes))

    def create(self, key: BindingKey, content: BindingContent) -> Binding:
        """Make a binding by hand."""
        return self._put(key, self._next(), content)

    def remove(self, key: BindingKey) -> None:
        """Delete a binding by hand."""
        del self.bindings[key]
        self._applied.pop(key, None)
        self._next()

    def label(self, namespace: str, **labels: str) -> None:
        """Make a namespace, or put other labels on it."""
        self.namespaces[namespace] = Namespace(labels)

    def begin_end_of(self, namespace: str) -> None:
        """Let a namespace terminate; its bindings still stand."""
        self.namespaces[namespace] = replace(self.namespaces[namespace], terminating=True)

    def end(self, namespace: str) -> None:
        """Let a namespace be gone with all that it held."""
        del self.namespaces[namespace]
        for key in [key for key in self.bindings if key.namespace == namespace]:
            self.remove(key)

    # What goes wrong.

    def fail(self, call: str, error: Exception | None = None, times: int = 1) -> None:
        """Let the next calls of a kind (apply, delete, status, secret ...) raise."""
        raised = error or TransientError("503: the server is overloaded")

        def interrupt() -> None:
            raise raised

        self._interruptions[call].extend([interrupt] * times)

    def hang(self, call: str, times: int = 1) -> asyncio.Event:
        """Let the next calls of a kind wait for the event."""
        answer = asyncio.Event()
        self._hanging[call].extend([answer] * times)
        return answer

    def before(self, call: str, race: Interruption) -> None:
        """Let somebody else be faster, once, when the next call of a kind arrives."""
        self._interruptions[call].append(race)

    @property
    def writes(self) -> list[str]:
        """Return the writes that were asked for since `calls` was last cleared, as text."""
        return [f"{call} {what}" for call, what in self.calls]

    async def _begin(self, call: str, what: str) -> None:
        self.calls.append((call, what))
        if self._hanging[call]:
            await self._hanging[call].popleft().wait()
        if self.takes:
            await asyncio.sleep(self.takes)
        self._interrupt(call)

    def _interrupt(self, call: str) -> None:
        if self._interruptions[call]:
            self._interruptions[call].popleft()()

    def _check(self, expected: Binding, existing: Binding | None) -> None:
        if existing is None:
            raise TransientError("409: uid mismatch: the object is gone")
        if (expected.uid, expected.resource_version) != (existing.uid, existing.resource_version):
            raise TransientError("409: the object has been modified")

    def _admit(self, namespace: str, *, creates: bool) -> None:
        if not namespace:
            return
        if namespace not in self.namespaces:
            raise TransientError(f'404: namespaces "{namespace}" not found')
        if creates and self.namespaces[namespace].terminating:
            raise TransientError(f"403: namespace {namespace} is being terminated")

    def _authorize(self, desired: DesiredBinding) -> None:
        role = desired.content.role.name
        if "%" in desired.key.name:
            raise _says(f"\"{desired.key.name}\" is invalid: metadata.name: may not contain '%'")
        if role in self.bindable:
            return
        if role not in self.roles:
            raise _refused(Reason.CLUSTER_ROLE_NOT_FOUND, f'there is no ClusterRole "{role}"')
        raise _refused(Reason.BIND_FORBIDDEN, f'the operator may not bind ClusterRole "{role}"')

    def _merge(self, existing: BindingContent, desired: DesiredBinding) -> BindingContent:
        """Merge as server-side apply does: what others added to lists and maps by key stays."""
        mine, before = desired.content, self._applied.get(desired.key)
        owners = {owner.uid: owner for owner in existing.owners}
        annotations = dict(existing.annotations)
        for owner in before.owners if before else ():
            owners.pop(owner.uid, None)
        for name, _ in before.annotations if before else ():
            annotations.pop(name, None)
        owners |= {owner.uid: owner for owner in mine.owners}
        annotations |= dict(mine.annotations)
        return replace(
            mine,
            owners=tuple(sorted(owners.values())),
            annotations=tuple(sorted(annotations.items())),
        )

    def _put(self, key: BindingKey, uid: str | None, content: BindingContent) -> Binding:
        if uid is not None:
            self._applied[key] = content
        kept = uid or self.bindings[key].uid
        self.bindings[key] = Binding(key, kept, self._next(), content)
        return self.bindings[key]

    def _next(self) -> str:
        self.version = str(int(self.version) + 1)
        return self.version


def _refused(reason: Reason, fact: str) -> RejectedError:
    return RejectedError(Failure.of(reason, fact))


def _says(words: str) -> RejectedError:
    return _refused(Reason.WRITE_REFUSED, f"the API server refuses the write: {words}")
