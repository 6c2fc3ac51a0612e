"""The promise of a suspended directory: nobody is bound anew, and nothing is repaired."""

from fakes.kube.requests import BINDINGS
from fakes.kube.storage import Change, Key
from simulation.cluster import SimulatedCluster
from simulation.declarations import DIRECTORY
from simulation.rules import Bound

WITHIN = 2.0  # seconds from when a process is told until it writes nothing any more


class Suspensions:
    """Keeps since when each process knows the directory as suspended, and looks at its writes."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster
        self._since: dict[str, tuple[int, float]] = {}  # replica -> generation, and when
        cluster.storage.listeners.append(self._changed)

    def look(self) -> None:
        """Take in what the processes were told."""
        before, self._since = self._since, {}
        for replica in self._cluster.replicas:
            directory = replica.link.seen.get("keycloakdirectories", {}).get(Key("", DIRECTORY))
            if directory is None or not directory.body["spec"]["suspend"]:
                continue
            generation = directory.body["metadata"]["generation"]
            known = before.get(replica.name)
            same = known is not None and known[0] == generation
            self._since[replica.name] = known if known and same else (generation, self._cluster.now)

    def _changed(self, change: Change) -> None:
        if change.plural not in BINDINGS or change.kind == "DELETED":
            return
        self.look()  # it may have been resumed since the last look
        _, since = self._since.get(change.by, (0, self._cluster.now))
        bound = Bound.of(change.plural, change.key, change.stored)
        before = change.before and Bound.of(change.plural, change.key, change.before)
        anew = set(bound.subjects if bound else ()) - set(before.subjects if before else ())
        if anew and self._cluster.requests.asked > since + WITHIN:
            whom = ", ".join(sorted(anew))
            self._cluster.violate(f"{whom} is bound by {bound}, though the directory is suspended")
