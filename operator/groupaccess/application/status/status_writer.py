"""Writes a status if it has changed, and only then."""

from collections.abc import Callable
from dataclasses import replace

from groupaccess.api.v1alpha1.conditions import Status
from groupaccess.application.ports.cluster import Cluster, Event
from groupaccess.application.state.declared_objects import ObjectState
from groupaccess.application.state.observed_status import fingerprint, previous_status
from groupaccess.application.state.store import Store
from groupaccess.application.status.event_recorder import EventRecorder


class StatusWriter:
    """Writes the statuses of both kinds; a replica that is not the leader writes none."""

    def __init__(
        self, cluster: Cluster, store: Store, recorder: EventRecorder, leads: Callable[[], bool]
    ) -> None:
        self._cluster = cluster
        self._store = store
        self._recorder = recorder
        self._leads = leads

    async def write_if_changed(
        self, state: ObjectState, status: Status, *events: Event | None
    ) -> None:
        """Replace the observed status, and then post events about it.

        An object that has changed meanwhile is left alone: the watch reports it, and it is
        reconciled again.
        """
        body = status.to_kubernetes()
        written = fingerprint(body)
        if written == state.status_fingerprint or not self._leads():
            return
        version = await self._cluster.write_status(state.ref, state.resource_version, body)
        if version is None:
            return
        self._store.put_status(
            replace(
                state,
                resource_version=version,
                previous_status=previous_status(status),
                status_fingerprint=written,
            )
        )
        for note in filter(None, events):
            self._recorder.record(note)
