"""The promise of a suspended directory: nobody is bound anew, and nothing is repaired."""

from fakes.kube.requests import BINDINGS
from fakes.kube.storage import Change, Key
from simulation.declared import DIRECTORY
from simulation.rules import Bound
from simulation.world import SimulatedCluster

WITHIN = 2.0  # seconds from when a process is told until it writes nothing any more


class Suspensions:
    """Keeps since when each process knows the directory as suspended, and looks at its writes."""

    def __init__(self, world: SimulatedCluster) -> None:
        self._world = world
        self._since: dict[str, tuple[int, float]] = {}  # replica -> generation, and when
        world.storage.listeners.append(self._changed)

    def look(self) -> None:
        """Take in what the processes were told."""
        before, self._since = self._since, {}
        for replica in self._world.replicas:
            directory = replica.link.seen.get("keycloakdirectories", {}).get(Key("", DIRECTORY))
            if directory is None or not directory.body["spec"]["suspend"]:
                continue
            generation = directory.body["metadata"]["generation"]
            known = before.get(replica.name)
            same = known is not None and known[0] == generation
            self._since[replica.name] = known if known and same else (generation, self._world.now)

    def _changed(self, change: Change) -> None:
        if change.plural not in BINDINGS or change.kind == "DELETED":
            return
        self.look()  # it may have been resumed since the last look
        _, since = self._since.get(change.by, (0, self._world.now))
        bound = Bound.of(change.plural, change.key, change.stored)
        before = change.before and Bound.of(change.plural, change.key, change.before)
        anew = set(bound.subjects if bound else ()) - set(before.subjects if before else ())
        if anew and self._world.requests.asked > since + WITHIN:
            whom = ", ".join(sorted(anew))
            self._world.violate(f"{whom} is bound by {bound}, though the directory is suspended")
