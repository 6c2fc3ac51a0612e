"""Keep reading the directories: each on its own loop, so that one that is down slows no other."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Mapping

from groupaccess.api import v1alpha1 as api
from groupaccess.application.declared import DeclaredDirectory
from groupaccess.application.ports import (
    Clock,
    Cluster,
    Connection,
    DirectoryReader,
    Metrics,
    PassingError,
    RefusedError,
)
from groupaccess.application.publisher import Publisher
from groupaccess.application.statuses import directory_status
from groupaccess.application.store import Store
from groupaccess.domain.directory import Failure, Reading
from groupaccess.domain.directory_status import directory_conditions
from groupaccess.domain.reasons import Reason, advise

logger = logging.getLogger(__name__)

READ_TIMEOUT = 60.0  # seconds for one whole reading
FIRST_RETRY = 1.0  # seconds after a failed reading; doubles up to the sync interval
JITTER = 0.1  # of the interval, so that many clusters do not ask at the same time


class DirectorySync:
    """Reads every KeycloakDirectory that is declared, and says in its status how that went."""

    def __init__(
        self,
        cluster: Cluster,
        reader: DirectoryReader,
        store: Store,
        clock: Clock,
        metrics: Metrics,
        enqueue: Callable[[Iterable[str]], None],
        leads: Callable[[], bool],
    ) -> None:
        self._cluster = cluster
        self._publisher = Publisher(cluster, store)
        self._reader = reader
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._enqueue = enqueue
        self._leads = leads
        self._loops: dict[str, tuple[asyncio.Task[None], asyncio.Event]] = {}

    def changed(self, name: str) -> None:
        """Begin to read a directory, or read it again at once because its spec changed."""
        if name in self._loops:
            self._loops[name][1].set()
            return
        wake = asyncio.Event()
        self._loops[name] = (asyncio.create_task(self._follow(name, wake)), wake)

    def gone(self, name: str) -> None:
        """Stop to read a directory."""
        if name in self._loops:
            self._loops.pop(name)[0].cancel()

    async def close(self) -> None:
        """Stop all loops and wait for their end."""
        tasks = [task for task, _ in self._loops.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, name: str, wake: asyncio.Event) -> None:
        failures = 0
        while (declared := self._store.directories.get(name)) is not None:
            wake.clear()
            healthy = await self._once(declared)
            failures = 0 if healthy else failures + 1
            pause = _pause(declared.spec.sync_interval.total_seconds(), failures)
            try:
                async with asyncio.timeout(pause):
                    await wake.wait()
            except TimeoutError:
                continue

    async def _once(self, declared: DeclaredDirectory) -> bool:
        """Read once, tell whom it touches, and write the status. Return whether it was read."""
        name = declared.directory.name
        reading = await self._read(declared)
        current = self._store.directories.get(name)
        if current is None or not current.reads_the_same(declared):
            return True  # it was for another realm: read again at once, `wake` is set
        self._enqueue(self._store.put_reading(name, reading))
        try:
            if self._leads():
                await self._say(current)
        except PassingError as passing:
            logger.warning("directory %s: status not written: %s", name, passing)
        return reading.failure is None

    async def _read(self, declared: DeclaredDirectory) -> Reading:
        directory = declared.directory
        if directory.unsupported:
            fields = ", ".join(directory.unsupported)
            return Reading(failure=_failure(Reason.NOT_SUPPORTED, f"not supported: {fields}"))
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(READ_TIMEOUT):
                connection = await self._connection(declared.spec)
                reading = Reading(await self._reader.read(directory, connection))
        except RefusedError as refused:
            reading = Reading(failure=refused.failure)
        except (PassingError, TimeoutError) as error:
            why = "no answer in time" if isinstance(error, TimeoutError) else str(error)
            reading = Reading(failure=_failure(Reason.KEYCLOAK_UNAVAILABLE, why))
        except Exception as error:  # it must not end the loop
            logger.exception("directory %s: unexpected", directory.name)
            why = f"the reading failed in an unexpected way ({type(error).__name__})"
            reading = Reading(failure=_failure(Reason.KEYCLOAK_UNAVAILABLE, why))
        reason = reading.failure.reason if reading.failure else ""
        if reading.failure is not None:
            logger.warning("directory %s: %s", directory.name, reading.failure.message)
        self._metrics.directory_read(directory.name, reason, self._clock.monotonic() - began)
        return reading

    async def _connection(self, spec: api.KeycloakDirectorySpec) -> Connection:
        """Gather the credentials and the CA from the operator's own namespace."""
        login = spec.auth.client_secret
        if login is None:
            raise RefusedError(_failure(Reason.NOT_SUPPORTED, "spec.auth.serviceAccountToken"))
        where = f'Secret "{login.secret_ref.name}"'
        secret = await self._cluster.secret(login.secret_ref.name)
        return Connection(
            admin_url=f"{spec.admin_url or spec.base_url}/",
            realm=spec.realm,
            client_id=_entry(secret, "client-id", where),
            client_secret=_entry(secret, "client-secret", where),
            ca=await self._ca(spec.ca_bundle),
        )

    async def _ca(self, bundle: api.CaBundle | None) -> str | None:
        match bundle:
            case None:
                return None
            case api.CaBundle(config_map_ref=api.KeyRef(name=name, key=key)):
                return _entry(await self._cluster.config_map(name), key, f'ConfigMap "{name}"')
            case api.CaBundle(secret_ref=api.KeyRef(name=name, key=key)):
                return _entry(await self._cluster.secret(name), key, f'Secret "{name}"')
            case _:
                return bundle.inline

    async def _say(self, declared: DeclaredDirectory) -> None:
        observed, directory = declared.observed, declared.directory
        reading, now = self._store.readings[directory.name], self._clock.now()
        patient = observed.prior.patience_left(observed.generation, now).total_seconds() > 0
        conditions = directory_conditions(reading, patient=patient)
        body = directory_status(
            observed.generation, conditions, reading.snapshot, observed.prior, now
        )
        await self._publisher.publish(observed, body)


def _entry(data: Mapping[str, str] | None, key: str, where: str) -> str:
    value = (data or {}).get(key, "").strip()
    if value:
        return value
    missing = f'has no "{key}"' if data is not None else "is not in the operator's namespace"
    raise RefusedError(_failure(Reason.CREDENTIALS_NOT_FOUND, f"{where} {missing}"))


def _failure(reason: Reason, fact: str) -> Failure:
    return Failure(reason, advise(reason, fact))


def _pause(interval: float, failures: int) -> float:
    pause = min(interval, FIRST_RETRY * 2.0 ** min(failures - 1, 16)) if failures else interval
    return pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 -- no secret
