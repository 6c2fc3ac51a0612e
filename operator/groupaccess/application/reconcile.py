"""One GroupAccess, all the way: declared, directory, standing -> verdicts -> bindings -> status."""

from dataclasses import replace

from groupaccess.application.alarms import Alarms
from groupaccess.application.declared import DeclaredAccess
from groupaccess.application.elsewhere import Elsewhere
from groupaccess.application.expiry import Expiry
from groupaccess.application.guard import BindGuard
from groupaccess.application.ports import Clock, Cluster, Note, PassingError
from groupaccess.application.publisher import Publisher
from groupaccess.application.statuses import access_status
from groupaccess.application.store import Store
from groupaccess.application.writer import Writer, Written
from groupaccess.domain.bindings import BindingKey
from groupaccess.domain.desired import desired
from groupaccess.domain.directory import Failure
from groupaccess.domain.ladder import verdict
from groupaccess.domain.mapping_status import Outcomes
from groupaccess.domain.model import Access
from groupaccess.domain.plan import Plan, plan, plan_orphans
from groupaccess.domain.reasons import Reason, advise
from groupaccess.domain.status import status
from groupaccess.domain.verdict import Circumstances, Verdict
from groupaccess.domain.wanted import Wanted

LAGGING = 5.0  # seconds until a look for an object that exists, but was not watched yet


class Reconciler:
    """Makes what stands true to what is declared, for one GroupAccess at a time."""

    def __init__(
        self,
        cluster: Cluster,
        store: Store,
        clock: Clock,
        writer: Writer,
        alarms: Alarms,
        guard: BindGuard,
    ) -> None:
        self._cluster = cluster
        self._store = store
        self._clock = clock
        self._writer = writer
        self._guard = guard
        self._publisher = Publisher(cluster, store)
        self._expiry = Expiry(cluster, alarms)
        self._elsewhere = Elsewhere(store)

    async def reconcile(self, name: str) -> float | None:
        """Judge, desire, plan, write, say. Return after how many seconds to look again, or None.

        Raise PassingError when something has to be tried again with a back-off.
        """
        declared = self._store.accesses.get(name)
        if declared is None or declared.observed.deleting:
            return await self._clean_up(name, declared)
        now = self._clock.now()
        given = self._store.circumstances(declared, now)
        verdicts, wanted = self._judge(declared, given)
        await self._expiry.watch(declared, verdicts, now)
        todo = plan(wanted, self._store.standing(name).values())
        if self._remakes(name, todo) and await self._cluster.uid_of(name) != declared.access.uid:
            return LAGGING
        self._elsewhere.remember(declared.access, verdicts, wanted)
        written = await self._writer.carry_out(name, declared.observed.ref, todo)
        if not written.passing:  # else it would forget what the next try repairs
            self._remember(declared.access, verdicts, wanted, written)
        try:
            await self._guard.look(declared)  # before the status takes this spec for observed
            # Without a reading every start would write "unknown", and then take it back.
            if not given.unread_yet and written.settled:
                outcomes = self._outcomes(declared, given, wanted, written)
                also = self._elsewhere.find(declared.access, verdicts, wanted)
                outcomes = replace(outcomes, also=also)
                await self._say(declared, verdicts, wanted, outcomes, written)
        except PassingError as error:
            raise PassingError(str(error), written.again) from error
        return _look_again(written)

    def _remakes(self, name: str, todo: Plan) -> bool:
        """Tell whether a binding that stood is to be made again.

        It may have been deleted with its GroupAccess, of which kopf tells nothing after a gap.
        """
        proven = self._store.proven(name)
        return any(apply.over is None and apply.desired.key in proven for apply in todo.applies)

    def _judge(
        self, declared: DeclaredAccess, given: Circumstances
    ) -> tuple[list[Verdict], Wanted]:
        access = declared.access
        verdicts = [verdict(mapping, given) for mapping in access.mappings]
        standing, proven = self._store.standing(access.name), self._store.proven(access.name)
        return verdicts, desired(access, verdicts, given, standing, proven)

    def _outcomes(
        self, declared: DeclaredAccess, given: Circumstances, wanted: Wanted, written: Written
    ) -> Outcomes:
        """Gather where bindings stand now, and what was denied."""
        faults = written.faults | self._drift(declared, given)
        new = {want.key for want in wanted.bindings if want.content.subjects}
        left = {key: fault for key, fault in written.faults.items() if key not in new}
        standing = self._store.standing(declared.access.name).items()
        empty = {key for key, binding in standing if not binding.content.subjects}
        return Outcomes((new | (wanted.kept - empty)) - faults.keys(), faults, left=left)

    def _drift(self, declared: DeclaredAccess, given: Circumstances) -> dict[BindingKey, Failure]:
        """Name what would be written, were the object not suspended."""
        if not given.suspend:
            return {}
        _, wanted = self._judge(declared, replace(given, suspend=False))
        todo = plan(wanted, self._store.standing(declared.access.name).values())
        found: dict[BindingKey, Failure] = {}
        for apply in todo.applies:
            state = "is not there" if apply.over is None else "differs from what is declared"
            fact = f"suspended: {apply.desired.key} {state}, and is left so"
            found[apply.desired.key] = Failure(Reason.SUSPENDED, advise(Reason.SUSPENDED, fact))
        return found

    async def _clean_up(self, name: str, declared: DeclaredAccess | None) -> float | None:
        """Take back what stands for a GroupAccess that ends, or that was proven gone."""
        standing = self._store.standing(name)
        if declared is not None:
            ending = plan(Wanted(), standing.values())
            return _look_again(await self._writer.carry_out(name, declared.observed.ref, ending))
        todo = plan_orphans(standing.values())
        if todo.empty:
            self._writer.forget(name)
            self._expiry.forget(name)
            self._elsewhere.forget(name)
            self._guard.forget(name)
            return None
        if await self._cluster.uid_of(name) is not None:
            return LAGGING
        return _look_again(await self._writer.carry_out(name, None, todo))

    def _remember(
        self, access: Access, verdicts: list[Verdict], wanted: Wanted, written: Written
    ) -> None:
        """Keep what now stands as proven: drift is repaired to it when Keycloak is silent.

        While suspended also what somebody deleted: it is repaired afterwards.
        """
        name, proven, stays = access.name, self._store.proven(access.name), set(wanted.kept)
        for mapping in (each.mapping for each in verdicts if each.suspended):
            stays |= {access.key(mapping, each) for each in wanted.places[mapping.name].wanted}
        kept = {key: content for key, content in proven.items() if key in stays}
        proven.clear()
        proven.update(kept)
        proven.update(
            (want.key, want.content) for want in wanted.bindings if want.key not in written.faults
        )
        (self._store.refused.add if written.refused else self._store.refused.discard)(name)

    async def _say(
        self,
        declared: DeclaredAccess,
        verdicts: list[Verdict],
        wanted: Wanted,
        outcomes: Outcomes,
        written: Written,
    ) -> None:
        """Write the status, and post an event, only when it says something else than before."""
        access, observed, now = declared.access, declared.observed, self._clock.now()
        patience = observed.prior.patience_left(access.generation, now).total_seconds()
        said = status(access, verdicts, wanted.places, outcomes, patient=patience > 0)
        if said.waiting:
            written.look_again(patience)
        if await self._publisher.publish(
            observed, access_status(access, said, observed.prior, now)
        ):
            ready, warning = said.ready, said.ready.status != "True"
            note = Note(observed.ref, ready.reason, "Judge", ready.message, warning)
            await self._cluster.post(note)


def _look_again(written: Written) -> float | None:
    """Return when; raise PassingError for what only trying again shows to be over."""
    for error in written.passing.values():
        raise PassingError(str(error), written.again) from error
    if written.refused:
        raise PassingError("the API server refused a write", written.again)
    return written.again
