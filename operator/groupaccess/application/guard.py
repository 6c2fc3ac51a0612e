"""Who was not checked: which GroupAccesses were written while the bind guard refused nothing.

Their authors may have handed out roles that they may not bind, and no object says who wrote it.
Nothing is taken back for that: it is told, so that a person looks.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from groupaccess.application.declared import DeclaredAccess
from groupaccess.application.ports import Clock, Metrics, Note, PassingError
from groupaccess.application.recorder import Recorder

logger = logging.getLogger(__name__)

EVERY = 10.0  # seconds between two readings, beside those that a change asks for
HEEDED = timedelta(seconds=5)  # the API server heeds a policy about a second after its creation
LATE = timedelta(minutes=2)  # no news takes longer: who is cut off is not the writer by then
LONG_AGO = datetime.min.replace(tzinfo=UTC)

Spec = tuple[str, int]  # uid and generation of a GroupAccess


@dataclass(frozen=True, slots=True)
class Guard:
    """An admission policy as it stands: why it refuses nothing ("" if it does), and since when."""

    lacks: str
    since: datetime = LONG_AGO


class Guards(Protocol):
    """The admission policies of the API server."""

    async def read(self, name: str) -> Guard:
        """Read a policy and its binding, which have one name, as they stand now.

        Raise PassingError for what may be tried again.
        """


class BindGuard:
    """Judges each spec once; without a name of the policy, none is expected and none is judged.

    The policy is read anew for each spec, after that was watched: no view of it can be late.
    """

    def __init__(
        self, guards: Guards, recorder: Recorder, clock: Clock, metrics: Metrics, name: str
    ) -> None:
        self._guards = guards
        self._recorder = recorder
        self._clock = clock
        self._metrics = metrics
        self._name = name
        self._judged: dict[str, Spec] = {}
        self._found: dict[str, Spec] = {}  # at the start: it may be long since they changed
        self._lock = asyncio.Lock()
        self._read_at = -1.0
        self._guard = Guard("")
        self._off = LONG_AGO  # when it was last seen to refuse nothing

    async def run(self) -> None:
        """Show whether the guard is in force, until cancelled."""
        if not self._name:
            logger.info("no bind guard: who may write a GroupAccess hands out every bindable role")
        while self._name:
            try:
                await self._read()
            except PassingError as error:
                logger.warning("admission policy %s was not read: %s", self._name, error)
            await asyncio.sleep(EVERY)
        await asyncio.Event().wait()  # a part that ends would end the operator

    def begin(self, accesses: Iterable[DeclaredAccess]) -> None:
        """Begin to judge: what has a status of its generation was judged when that was written.

        Where none has a status at all the operator is new here, and likely the guard, too: then
        the log alone names what was there before.
        """
        found = {each.access.name: each for each in accesses}
        seen = {name: each.observed.prior.generation for name, each in found.items()}
        new = {name for name, each in found.items() if each.access.generation != seen[name]}
        if self._name and found and max(seen.values()) < 1:
            text = "GroupAccesses that were there before the operator, look through them: %s"
            logger.warning(text, ", ".join(sorted(new)))
            new.clear()
        if self._name:
            self._judged = {name: _spec(each) for name, each in found.items() if name not in new}
            self._found = {name: _spec(found[name]) for name in new}

    async def look(self, declared: DeclaredAccess) -> None:
        """Judge a spec that is new, and tell of it when nobody checked its author.

        Raise PassingError when that cannot be known yet.
        """
        name, spec = declared.access.name, _spec(declared)
        if not self._name or self._judged.get(name) == spec:
            return
        changed = declared.changed or LONG_AGO
        if self._found.get(name) != spec:
            changed = max(changed, self._clock.now() - LATE)
        guard = await self._read()
        since = max(guard.since, self._off)
        if guard.lacks or changed < since + HEEDED:
            self._tell(declared, guard.lacks or f"it is so since {since:%Y-%m-%d %H:%M:%S} Z")
        self._judged[name] = spec
        self._found.pop(name, None)

    def forget(self, name: str) -> None:
        """Forget a GroupAccess that is gone."""
        self._judged.pop(name, None)
        self._found.pop(name, None)

    async def _read(self) -> Guard:
        """Read the policy, or take what a reading tells that began after this call."""
        asked = self._clock.monotonic()
        async with self._lock:
            if self._read_at <= asked:
                began = self._clock.monotonic()
                self._take(await self._guards.read(self._name))
                self._read_at = began
            return self._guard

    def _take(self, guard: Guard) -> None:
        before, self._guard = self._guard, guard
        self._metrics.guarded(self._name, yes=not guard.lacks)
        if guard.lacks:
            self._off = self._clock.now()
        if guard.lacks != before.lacks:
            state = f"is not in force: {guard.lacks}" if guard.lacks else "is in force again"
            logger.warning("admission policy %s %s", self._name, state)

    def _tell(self, declared: DeclaredAccess, why: str) -> None:
        ref, generation = declared.observed.ref, declared.access.generation
        text = (
            f"written while the admission policy {self._name} was not in force ({why}): nobody "
            "checked that the author may bind its ClusterRoles. Find the author in the API "
            "server's audit log, and correct or delete the GroupAccess if it must not stand."
        )
        logger.warning("GroupAccess %s, generation %d: %s", ref.name, generation, text)
        once = f"{ref.uid}/{generation}/unguarded"
        self._recorder.post(Note(ref, "Unguarded", "Check", text, warning=True, once=once))


def _spec(declared: DeclaredAccess) -> Spec:
    return declared.access.uid, declared.access.generation
