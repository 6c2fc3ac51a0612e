"""One GroupAccess, all the way: declared, directory, standing -> verdicts -> bindings -> status."""

from groupaccess.application.declared import DeclaredAccess
from groupaccess.application.ports import Clock, Cluster, Note, PassingError
from groupaccess.application.publisher import Publisher
from groupaccess.application.statuses import access_status
from groupaccess.application.store import Store
from groupaccess.application.writer import Writer, Written
from groupaccess.domain.desired import Wanted, desired
from groupaccess.domain.plan import plan, plan_orphans
from groupaccess.domain.status import status
from groupaccess.domain.verdict import Verdict, verdict

LAGGING = 5.0  # seconds until a look for an object that exists, but was not watched yet


class Reconciler:
    """Makes what stands true to what is declared, for one GroupAccess at a time."""

    def __init__(self, cluster: Cluster, store: Store, clock: Clock, writer: Writer) -> None:
        self._cluster = cluster
        self._store = store
        self._clock = clock
        self._writer = writer
        self._publisher = Publisher(cluster, store)

    async def reconcile(self, name: str) -> float | None:
        """Judge, desire, plan, write, say. Return after how many seconds to look again, or None.

        Raise PassingError when something has to be tried again with a back-off.
        """
        declared = self._store.accesses.get(name)
        if declared is None or declared.observed.deleting:
            return await self._clean_up(name, declared)
        access, standing = declared.access, self._store.standing(name)
        given = self._store.circumstances(declared)
        verdicts = [verdict(mapping, given) for mapping in access.mappings]
        wanted = desired(access, verdicts, given, standing, self._store.proven(name))
        todo = plan(wanted, standing.values())
        written = await self._writer.carry_out(name, declared.observed.ref, todo)
        self._remember(name, wanted, written)
        (self._store.refused.add if written.refused else self._store.refused.discard)(name)
        if not given.unread_yet:  # else every start would write "unknown", and then take it back
            await self._say(declared, verdicts, wanted, written)
        return _look_again(written)

    async def _clean_up(self, name: str, declared: DeclaredAccess | None) -> float | None:
        """Take back what stands for a GroupAccess that ends, or that was proven gone."""
        standing = self._store.standing(name)
        if declared is not None:
            ending = plan(Wanted((), frozenset()), standing.values())
            return _look_again(await self._writer.carry_out(name, declared.observed.ref, ending))
        todo = plan_orphans(standing.values())
        if todo.empty:
            self._writer.forget(name)
            return None
        if await self._cluster.exists(name):
            return LAGGING
        return _look_again(await self._writer.carry_out(name, None, todo))

    def _remember(self, name: str, wanted: Wanted, written: Written) -> None:
        """Keep what now stands as proven: drift is repaired to it when Keycloak is silent."""
        proven = self._store.proven(name)
        proven.clear()
        proven.update(
            (want.key, want.content) for want in wanted.bindings if want.key not in written.faults
        )

    async def _say(
        self, declared: DeclaredAccess, verdicts: list[Verdict], wanted: Wanted, written: Written
    ) -> None:
        access, observed = declared.access, declared.observed
        now = self._clock.now()
        patience = observed.prior.patience_left(access.generation, now)
        stands = {want.key for want in wanted.bindings} | wanted.kept
        said = status(
            access,
            verdicts,
            stands - written.faults.keys(),
            written.faults,
            patient=patience.total_seconds() > 0,
        )
        if said.waiting:
            written.look_again(patience.total_seconds())
        body = access_status(access, said, observed.prior, now)
        if await self._publisher.publish(observed, body):
            ready, warning = said.ready, said.ready.status != "True"
            note = Note(observed.ref, ready.reason, "Judge", ready.message, warning)
            await self._cluster.post(note)


def _look_again(written: Written) -> float | None:
    """Return when; raise PassingError after a refusal, which only trying again shows to be over."""
    if written.refused:
        raise PassingError("the API server refused a write", written.again)
    return written.again
