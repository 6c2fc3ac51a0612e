"""Write a status when it says something else than before, and only then."""

from dataclasses import replace

from groupaccess.api.conditions import Status
from groupaccess.application.declared import Observed
from groupaccess.application.ports import Cluster
from groupaccess.application.statuses import fingerprint, prior
from groupaccess.application.store import Store


class Publisher:
    """Publishes statuses of both kinds."""

    def __init__(self, cluster: Cluster, store: Store) -> None:
        self._cluster = cluster
        self._store = store

    async def publish(self, observed: Observed, status: Status) -> bool:
        """Write the status over the one that was observed; tell whether it was written.

        An object that changed meanwhile is left: the watch tells of it, and all is judged anew.
        """
        written = fingerprint(status)
        if written == observed.written:
            return False
        version = await self._cluster.write_status(
            observed.ref, observed.version, status.to_kubernetes()
        )
        if version is None:
            return False
        self._store.note_status(
            replace(observed, version=version, prior=prior(status), written=written)
        )
        return True
