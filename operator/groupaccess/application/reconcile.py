"""One GroupAccess, all the way: declared, directory, bound -> verdicts -> bindings -> status."""

import logging
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from groupaccess.application.answered import keep_answers
from groupaccess.application.background import Background
from groupaccess.application.declared import DeclaredAccess
from groupaccess.application.elsewhere import Elsewhere
from groupaccess.application.expiry import Expiry
from groupaccess.application.order import Order
from groupaccess.application.ports import Clock, Cluster, PassingError
from groupaccess.application.speaker import Speaker
from groupaccess.application.store import Store
from groupaccess.application.writer import PATIENCE_SECONDS, Writer
from groupaccess.domain.bindings import BindingKey, Content
from groupaccess.domain.desired import desired
from groupaccess.domain.directory import Failure
from groupaccess.domain.ladder import verdict
from groupaccess.domain.observation import Observation, by_mapping
from groupaccess.domain.plan import Plan, plan, plan_orphans
from groupaccess.domain.reasons import Reason, advise
from groupaccess.domain.status import status
from groupaccess.domain.verdict import Circumstances, Outcome, Verdict
from groupaccess.domain.wanted import Wanted

logger = logging.getLogger(__name__)

RETRY_SECONDS = 2.0  # after the API server did not say whether a GroupAccess is there
ABSENT_SECONDS = 5.0  # until a look for an object that exists, but was not watched yet


class Reconciler:
    """Makes what is bound true to what is declared, for one GroupAccess at a time.

    Nobody waits for a slow answer: a call that takes more than a second goes on in the background,
    and the object is looked at again when it ends.
    """

    def __init__(
        self,
        cluster: Cluster,
        store: Store,
        clock: Clock,
        writer: Writer,
        expiry: Expiry,
        speaker: Speaker,
        background: Background,
    ) -> None:
        self._cluster = cluster
        self._store = store
        self._clock = clock
        self._writer = writer
        self._expiry = expiry
        self._speaker = speaker
        self._background = background
        self._elsewhere = Elsewhere(store)
        self.suggest: Callable[[str, str], None] = lambda *_: None  # for a directory and a group

    async def reconcile(self, name: str) -> float | None:
        """Judge, desire, plan, write, observe, say.

        Return after how many seconds to look again, or None. Raise PassingError when something
        has to be tried again with a back-off.
        """
        declared = self._store.accesses.get(name)
        if declared is None:
            return await self._end_orphans(name)
        if declared.observed.deleting:
            ending = plan(Wanted(), self._store.standing(name).values())
            return await self._writer.write(Order(name, ending, declared.observed.ref))
        now, memory = self._clock.now(), self._store.memory(name)
        memory.observe(self._store.standing(name))
        given = self._store.circumstances(declared, now)
        verdicts, wanted = self._judge(declared, given)
        keys = _declared(declared, verdicts, wanted)
        keep_answers(declared.access, memory, verdicts, wanted)
        memory.keep(keys)
        memory.decide(wanted.contents, self._store.standing(name))
        contents = self._contents(name, wanted)
        self._expiry.watch(declared, memory, verdicts, contents, now)
        self._elsewhere.remember(declared.access, verdicts, wanted)
        todo = self._plan(name, wanted)
        order = Order(name, todo, declared.observed.ref, memory, keys)
        again = await self._writer.write(order)
        if not self._is_current(declared) or given.unread_yet:
            return again  # without a reading every start would write "unknown", and take it back
        if self._writer.is_busy(name):  # what is bound changes before it can be said
            order.look_again(PATIENCE_SECONDS)
            return order.again
        observed = self._observe(declared, given, verdicts, wanted, todo)
        if observed is None or self._speaker.is_busy(declared):
            return again
        patience = self._speaker.patience(declared)
        for each in verdicts:
            if (each.would or each).reason is Reason.GROUP_NOT_FOUND:  # a hint betters its message
                self.suggest(given.directory_name, each.mapping.group)
        said = status(declared.access, verdicts, wanted, observed, patient=patience > 0)
        if said.waiting:
            order.look_again(patience)
        try:
            await self._speaker.say(declared, said)
        except PassingError as error:
            raise PassingError(str(error), order.again) from error
        return order.again

    def _judge(
        self, declared: DeclaredAccess, given: Circumstances
    ) -> tuple[list[Verdict], Wanted]:
        verdicts = [verdict(mapping, given) for mapping in declared.access.mappings]
        return verdicts, self._desired(declared, verdicts, given)

    def _desired(
        self, declared: DeclaredAccess, verdicts: Sequence[Verdict], given: Circumstances
    ) -> Wanted:
        access = declared.access
        standing, memory = self._store.standing(access.name), self._store.memory(access.name)
        applied = memory.repairable(standing)
        return desired(access, verdicts, given, standing, applied, memory.pending, memory.ends)

    def _contents(self, name: str, wanted: Wanted) -> dict[BindingKey, Content]:
        """Return what each binding says that is to stand, or is left as it is."""
        standing = self._store.standing(name)
        kept = {key: standing[key].content for key in wanted.kept & standing.keys()}
        return kept | wanted.contents

    def _plan(self, name: str, wanted: Wanted) -> Plan:
        standing, memories = self._store.standing(name).values(), self._store.bindings.memories
        waiting = {each.uid: memories[each.uid] for each in standing if each.uid in memories}
        replacing = {uid: memory.replacements for uid, memory in waiting.items()}
        return plan(wanted, standing, replacing)

    def _is_current(self, declared: DeclaredAccess) -> bool:
        """Tell whether the object was not deleted while its bindings were written."""
        known = self._store.accesses.get(declared.access.name)
        return known is not None and known.access.uid == declared.access.uid

    def _observe(
        self,
        declared: DeclaredAccess,
        given: Circumstances,
        verdicts: list[Verdict],
        wanted: Wanted,
        todo: Plan,
    ) -> Observation | None:
        """Gather what is bound now and what was denied; None while a failure is new."""
        access, name = declared.access, declared.access.name
        memory, bindings = self._store.memory(name), self._store.standing(name)
        memories = self._store.bindings.memories
        attempts = dict(memory.attempts)
        for key, binding in bindings.items():
            attempt = memories[binding.uid].attempt if binding.uid in memories else None
            if attempt is not None:
                attempts[key] = attempt
        if any(attempt.is_new() for attempt in attempts.values()):
            return None
        faults = {key: fault for key, each in attempts.items() if (fault := each.fault())}
        return Observation(
            by_mapping(bindings.values()),
            {
                **self._unbindable(declared, verdicts, wanted),
                **_conflicts(todo),
                **faults,
                **self._drift(declared, given, verdicts),
            },
            self._writer.under_way(name),
            self._elsewhere.find(access, verdicts, wanted),
        )

    def _unbindable(
        self, declared: DeclaredAccess, verdicts: list[Verdict], wanted: Wanted
    ) -> dict[BindingKey, Failure]:
        """Name what is bound and could not be made again, since the operator's rights changed."""
        found: dict[BindingKey, Failure] = {}
        for mapping in (each.mapping for each in verdicts if each.outcome is Outcome.GRANT):
            if mapping.cluster_role in self._store.unbindable:
                fact = (
                    f'the operator may not bind ClusterRole "{mapping.cluster_role}" any more: '
                    "what is bound stays, and could not be made again"
                )
                failure = Failure(Reason.BIND_FORBIDDEN, advise(Reason.BIND_FORBIDDEN, fact))
                places = wanted.places[mapping.name].wanted
                keys = (declared.access.key(mapping, place) for place in places)
                found |= {key: failure for key in keys if key in self._store.bindings.all}
        return found

    def _drift(
        self, declared: DeclaredAccess, given: Circumstances, verdicts: list[Verdict]
    ) -> dict[BindingKey, Failure]:
        """Name what would be written for mappings that are suspended, so far as they would bind."""
        suspended = (each.would for each in verdicts if each.would)
        would = [each for each in suspended if each.outcome is Outcome.GRANT or each.unread]
        if not would:
            return {}
        wanted = self._desired(declared, would, given)
        found: dict[BindingKey, Failure] = {}
        for apply in plan(wanted, self._store.standing(declared.access.name).values()).applies:
            state = "is not there" if apply.over is None else "differs from what is declared"
            fact = f"{apply.desired.key} {state}, and is left so."
            found[apply.desired.key] = Failure(Reason.SUSPENDED, fact)
        return found

    async def _end_orphans(self, name: str) -> float | None:
        """Take back what is bound for a GroupAccess that may be gone."""
        self._expiry.forget(name)
        self._writer.withdraw(name)
        todo = plan_orphans(self._store.standing(name).values())
        if todo.empty or self._background.is_busy(name):
            return None
        order = Order(name, todo)
        try:
            await self._background.run(name, self._end(order))
        except PassingError as error:  # a revocation is not put off for long
            logger.info("GroupAccess %s: %s", name, error)
            return RETRY_SECONDS
        return order.again

    async def _end(self, order: Order) -> None:
        """Take it back once the API server, not a cache, says that the GroupAccess is gone."""
        if await self._cluster.uid_of(order.name) is not None:
            order.look_again(ABSENT_SECONDS)
        elif order.name not in self._store.accesses:
            order.plan = plan_orphans(self._store.standing(order.name).values())
            await self._writer.write(order)


def _declared(
    declared: DeclaredAccess, verdicts: list[Verdict], wanted: Wanted
) -> AbstractSet[BindingKey]:
    """Return the bindings that may be there; while suspended also what somebody deleted."""
    access = declared.access
    suspended = {
        access.key(each.mapping, place)
        for each in verdicts
        if each.suspended
        for place in wanted.places[each.mapping.name].wanted
    }
    return wanted.contents.keys() | wanted.kept | suspended


def _conflicts(todo: Plan) -> dict[BindingKey, Failure]:
    facts = {
        each.key: f"{each.key} exists, is not ours and gives another role"
        for each in todo.conflicts
    }
    return {
        key: Failure(Reason.CONFLICT, advise(Reason.CONFLICT, fact)) for key, fact in facts.items()
    }
