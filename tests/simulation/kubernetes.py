"""Kubernetes without the operator: its objects, what people do to them, and what it does itself."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any

from fakes.clock import VirtualLoop
from fakes.kube.faults import Faults
from fakes.kube.requests import BINDINGS, Requests
from fakes.kube.storage import Body, Change, Key, Storage, Stored
from simulation.declarations import NAMESPACES, ROLES, Access, declared
from simulation.story import describe_binding, describe_status


class SimulatedKubernetes:
    """The objects of a cluster in virtual time, and the story of what is done to them."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.clock = loop.clock
        self.storage = Storage(self.clock.monotonic)
        self.requests = Requests(self.storage)
        self.faults = Faults()
        self.story: list[str] = []
        self.broken: list[str] = []
        self.deleted: set[str] = set()  # uids
        self.collects = True  # Kubernetes' garbage collection
        self.declared: dict[str, Access] = {}
        self.busy = 0.0  # until when people write one thing after the other
        self._background: set[asyncio.Task[Any]] = set()
        self.storage.listeners.append(self._changed)
        for role in ROLES:
            self.put("clusterroles", Key("", role), {"metadata": {"name": role}})
        for namespace in NAMESPACES:
            self.label(namespace, team=namespace == "x")

    @property
    def now(self) -> float:
        return self.clock.monotonic()

    def say(self, text: str) -> None:
        self.story.append(f"{self.now:8.2f}  {text}")

    def violate(self, text: str) -> None:
        """Note that a promise was broken; only the first few matter."""
        if len(self.broken) < 3:
            self.broken.append(text)
            self.say(f"!! {text}")

    # What people do.

    def put(self, plural: str, key: Key, body: Body) -> Stored:
        return self.storage.put(plural, key, body, "somebody")

    def declare(self, access: Access) -> None:
        self.apply("groupaccesses", "GroupAccess", access.name, access.spec())

    def apply(self, plural: str, kind: str, name: str, spec: Body) -> None:
        before = self.storage.get(plural, Key("", name))
        generation = 1
        if before is not None:
            generation = before.body["metadata"]["generation"] + (spec != before.body["spec"])
        body = declared(kind, name, spec, generation)
        if before is not None and "status" in before.body:
            body["status"] = before.body["status"]
        self.put(plural, Key("", name), body)

    def delete(self, plural: str, key: Key) -> bool:
        if self.storage.get(plural, key) is None:
            return False
        self.storage.delete(plural, key, "somebody")
        return True

    def label(self, namespace: str, *, team: bool) -> None:
        labels = {"team": "t"} if team else {}
        stored = self.storage.get("namespaces", Key("", namespace))
        if stored is not None and "deletionTimestamp" in stored.body["metadata"]:
            return
        metadata = {"name": namespace, "labels": labels}
        self.put("namespaces", Key("", namespace), {"metadata": metadata})

    def terminate(self, namespace: str) -> None:
        """Delete a namespace, which takes what is in it along after a second."""
        stored = self.storage.get("namespaces", Key("", namespace))
        if stored is None or "deletionTimestamp" in stored.body["metadata"]:
            return
        metadata = {**stored.body["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}
        self.put("namespaces", Key("", namespace), {"metadata": metadata})
        self.later(self._terminated(namespace))

    async def _terminated(self, namespace: str) -> None:
        await asyncio.sleep(1)
        for key in [key for key in self.storage.objects["rolebindings"] if key[0] == namespace]:
            self.storage.delete("rolebindings", key, "Kubernetes")
        await asyncio.sleep(0.5)
        for key in [key for key in self.storage.objects["rolebindings"] if key[0] == namespace]:
            self.storage.delete("rolebindings", key, "Kubernetes")
        self.storage.delete("namespaces", Key("", namespace), "Kubernetes")

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work, context=Context())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # What is written down.

    def _changed(self, change: Change) -> None:
        body, key = change.stored.body, change.key
        if change.kind == "DELETED":
            self.deleted.add(change.stored.uid)
        if change.plural in BINDINGS:
            self.say(f"{change.by}: {describe_binding(change)}")
        elif change.plural == "groupaccesses" and change.by.startswith("operator"):
            self.say(
                f"{change.by}: status of {key.name}: {describe_status(body.get('status', {}))}"
            )
        elif change.plural == "leases":
            holder = body["spec"]["holderIdentity"]
            before = change.before.body["spec"]["holderIdentity"] if change.before else ""
            if holder != before:
                self.say(f"the lease is held by {holder or 'nobody'}")
        if change.plural == "groupaccesses" and change.kind == "DELETED" and self.collects:
            self.later(self._collect(change.stored.uid))

    async def _collect(self, owner: str) -> None:
        """Delete what is owned by an object that is gone, a little later."""
        await asyncio.sleep(0.7)
        for plural in BINDINGS:
            for key, stored in tuple(self.storage.objects[plural].items()):
                owners = stored.body["metadata"].get("ownerReferences", ())
                if owners and all(each["uid"] == owner for each in owners):
                    self.storage.delete(plural, key, "Kubernetes")
