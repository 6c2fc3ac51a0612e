"""One GroupAccess from end to end: spec, Keycloak, bindings -> verdicts -> writes -> status."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.reconcile.access_evaluation import Evaluation
from groupaccess.application.reconcile.access_status_writer import AccessStatusWriter
from groupaccess.application.reconcile.access_writes import AccessWrites
from groupaccess.application.reconcile.binding_faults import conflict_faults, unbindable_faults
from groupaccess.application.reconcile.binding_writer import WAIT_SECONDS, BindingWriter
from groupaccess.application.reconcile.expiry import ExpiryWatch
from groupaccess.application.reconcile.orphans import OrphanCleanup
from groupaccess.application.reconcile.other_grants import OtherGrantsFinder
from groupaccess.application.state.declared_objects import DeclaredAccess
from groupaccess.application.state.evaluation import evaluation_context, needed_questions
from groupaccess.application.state.store import Store
from groupaccess.domain.binding import BindingContent, BindingKey
from groupaccess.domain.bindings.builder import build_desired_state
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.bindings.group_reading import group_readings
from groupaccess.domain.bindings.history import GrantMemory
from groupaccess.domain.bindings.plan import Plan, plan
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.status.access_status import access_status
from groupaccess.domain.status.observation import Observation, bindings_by_mapping
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome, Verdict


class Reconciler:
    """Makes the bindings match what is declared, for one GroupAccess at a time.

    No reconcile waits for a slow call: one that takes more than a second continues in the
    background and requeues the object when it ends. `suggest` is called with a directory and a
    declared group that it does not have.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        writer: BindingWriter,
        orphans: OrphanCleanup,
        expiry: ExpiryWatch,
        status: AccessStatusWriter,
        suggest: Callable[[str, str], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._writer = writer
        self._orphans = orphans
        self._expiry = expiry
        self._status = status
        self._suggest = suggest
        self._other_grants = OtherGrantsFinder(store)

    async def reconcile(self, name: str) -> float | None:
        """Evaluate, build the desired state, plan, write, observe, and write the status.

        Return after how many seconds to requeue, or None. Raise TransientError for a retry with
        back-off.
        """
        declared = self._store.accesses.get(name)
        if declared is None:
            self._expiry.forget(name)
            return await self._orphans.delete(name)
        if declared.state.deleting:
            ending = plan(DesiredState(), self._store.bindings_of(name).values())
            return await self._writer.write(AccessWrites(name, ending, declared.state.ref))
        self._store.memory(name).observe(self._store.bindings_of(name))
        evaluation = self._evaluate(declared)
        return None if evaluation is None else await self._apply(evaluation)

    async def _apply(self, evaluation: Evaluation) -> float | None:
        """Write what follows from the verdicts, then the status."""
        declared, keys = evaluation.declared, evaluation.declared_keys
        name = declared.access.name
        self._remember(evaluation, keys)
        todo = self._plan(name, evaluation.desired)
        writes = AccessWrites(name, todo, declared.state.ref, self._store.memory(name), keys)
        again = await self._writer.write(writes)
        if not self._is_current(declared) or evaluation.context.awaits_first_reading:
            return again  # else every start would first write "unknown"
        if self._writer.is_busy(name):  # the bindings change before the status is written
            writes.requeue_within(WAIT_SECONDS)
            return writes.requeue_after
        self._request_suggestions(evaluation)
        if self._status.delay_first(declared, self._store.memory(name)):
            return again
        observed = self._observe(evaluation, todo)
        if observed is None or self._status.is_busy(declared):
            return again
        await self._report(evaluation, observed, writes)
        return writes.requeue_after

    def _evaluate(self, declared: DeclaredAccess) -> Evaluation | None:
        """Judge the mappings; from now on, the answers that this depends on affect the object.

        Return None when there is nothing to do before the first answers: the object is new.
        """
        name, directory = declared.access.name, declared.access.directory
        if self._store.is_unread(directory) and not self._has_binding(name):
            self._store.memory(name).lacks_answer = True
            return None  # its first round affects all users
        needed = needed_questions(self._store, declared)
        self._store.question_index.put(name, directory, needed.all)
        context = evaluation_context(self._store, declared, needed, self._clock.now())
        self._store.memory(name).lacks_answer = context.lacks_answer
        if context.awaits_first_reading and not self._has_binding(name):
            return None
        verdicts = [evaluate(mapping, context) for mapping in declared.access.mappings]
        desired = self._desired(declared, verdicts, context)
        return Evaluation(declared, context, verdicts, desired)

    def _has_binding(self, name: str) -> bool:
        """Tell whether an object has a binding, or may have one."""
        memory = self._store.memory(name)
        return any(
            (
                self._store.bindings_of(name),
                memory.applied,
                memory.attempts,
                self._writer.pending(name),
            )
        )

    def _remember(self, evaluation: Evaluation, keys: AbstractSet[BindingKey]) -> None:
        """Remember what a later reconcile needs of this one, and when it is due at the latest."""
        access, desired = evaluation.declared.access, evaluation.desired
        verdicts, memory = evaluation.verdicts, self._store.memory(access.name)
        memory.keep_only(keys)
        memory.keep_former_ends(desired.contents, self._store.bindings_of(access.name))
        contents, now = self._contents(access.name, desired), evaluation.context.now
        self._expiry.set_timer(evaluation.declared, memory, verdicts, contents, now)
        self._other_grants.remember_revoked(access, verdicts, desired)

    async def _report(
        self, evaluation: Evaluation, observed: Observation, writes: AccessWrites
    ) -> None:
        """Write the status."""
        declared, verdicts = evaluation.declared, evaluation.verdicts
        patience = self._status.transient_wait_left(declared)
        status = access_status(
            declared.access, verdicts, evaluation.desired, observed, patient=patience > 0
        )
        if status.waiting:
            writes.requeue_within(patience)
        try:
            await self._status.write(declared, status)
        except TransientError as error:
            raise TransientError(str(error), writes.requeue_after) from error

    def _request_suggestions(self, evaluation: Evaluation) -> None:
        """Look for what was meant with a group that does not exist: it improves the message."""
        for each in evaluation.verdicts:
            if (each.without_suspend or each).reason is Reason.GROUP_NOT_FOUND:
                self._suggest(evaluation.context.directory_name, each.mapping.group)

    def _desired(
        self, declared: DeclaredAccess, verdicts: Sequence[Verdict], context: EvaluationContext
    ) -> DesiredState:
        """Return what is to be bound, and remember what was read of its groups."""
        access = declared.access
        existing, memory = self._store.bindings_of(access.name), self._store.memory(access.name)
        bound = (binding.content for binding in existing.values())
        contents = (*bound, *memory.applied.values())
        memory.readings = group_readings(context, verdicts, contents, memory.readings)
        return build_desired_state(
            access,
            verdicts,
            context,
            existing,
            memory.acknowledged,
            GrantMemory(memory.pending, memory.former_ends, memory.readings),
        )

    def _contents(self, name: str, desired: DesiredState) -> dict[BindingKey, BindingContent]:
        """Return the content of each binding that is desired or preserved."""
        existing = self._store.bindings_of(name)
        preserved = {key: existing[key].content for key in desired.preserved & existing.keys()}
        return preserved | desired.contents

    def _plan(self, name: str, desired: DesiredState) -> Plan:
        existing, memories = self._store.bindings_of(name).values(), self._store.bindings.memories
        waiting = {each.uid: memories[each.uid] for each in existing if each.uid in memories}
        replacing = {uid: memory.replacements for uid, memory in waiting.items()}
        return plan(desired, existing, replacing)

    def _is_current(self, declared: DeclaredAccess) -> bool:
        """Return whether the object was not deleted while its bindings were written."""
        current = self._store.accesses.get(declared.access.name)
        return current is not None and current.access.uid == declared.access.uid

    def _observe(self, evaluation: Evaluation, todo: Plan) -> Observation | None:
        """Return what is bound now and what was refused; None while a failure is new."""
        access, name = evaluation.declared.access, evaluation.declared.access.name
        memory, bindings = self._store.memory(name), self._store.bindings_of(name)
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
            bindings_by_mapping(bindings.values()),
            {
                **unbindable_faults(self._store, evaluation),
                **conflict_faults(todo),
                **faults,
                **self._drift(evaluation),
            },
            self._writer.pending(name),
            self._other_grants.find_and_track(access, evaluation.verdicts, evaluation.desired),
        )

    def _drift(self, evaluation: Evaluation) -> dict[BindingKey, Failure]:
        """Return the writes that only the suspension prevents, as far as they would grant."""
        declared, verdicts = evaluation.declared, evaluation.verdicts
        suspended = (each.without_suspend for each in verdicts if each.without_suspend)
        would = [
            each
            for each in suspended
            if each.outcome is Outcome.GRANT or each.directory_unavailable
        ]
        if not would:
            return {}
        desired = self._desired(declared, would, evaluation.context)
        result: dict[BindingKey, Failure] = {}
        for apply in plan(desired, self._store.bindings_of(declared.access.name).values()).applies:
            state = (
                "does not exist, and is not created"
                if apply.existing is None
                else "differs from what is declared, and is not repaired"
            )
            fact = f"{apply.desired.key} {state} while it is suspended."
            result[apply.desired.key] = Failure(Reason.SUSPENDED, fact)
        return result
