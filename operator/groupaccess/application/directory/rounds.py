"""Asks a directory about all groups in use, or about new ones, and stores the answers."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from groupaccess.application.directory.credentials import Credentials
from groupaccess.application.directory.inquiry import Inquiry
from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.keycloak import DirectoryReader
from groupaccess.application.state.declared_objects import DeclaredDirectory
from groupaccess.application.state.demand import awaits_proof, sample_groups
from groupaccess.application.state.directory_memory import RoundResult
from groupaccess.application.state.evaluation import open_questions
from groupaccess.application.state.store import Store
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.tokens.client_claims import claim_content


class DirectoryRounds:
    """Asks directories, and enqueues the GroupAccesses that the answers affect.

    No answer counts before everything is answered: only then is it known whether the account sees
    all groups, and whether the realm can be trusted.
    """

    def __init__(
        self,
        credentials: Credentials,
        reader: DirectoryReader,
        store: Store,
        clock: Clock,
        enqueue: Callable[[Iterable[str]], None],
    ) -> None:
        self._credentials = credentials
        self._reader = reader
        self._store = store
        self._clock = clock
        self._enqueue = enqueue

    async def ask_all(self, declared: DeclaredDirectory) -> float:
        """Ask about all groups in use; return how many seconds Keycloak worked for it.

        Raise RejectedError or TransientError when that failed.
        """
        directory, name = declared.directory, declared.directory.name
        inquiry, used = await self._inquiry(declared), self._store.groups_in_use(name)
        realm = await inquiry.read_realm(sample_groups(directory, self._snapshot(name), used))
        if self._store.is_same_realm(name, realm):
            self._store_unless_changed(declared, lambda: self._store.put_realm(name, realm))
        await inquiry.ask_all(used, claim_content(directory, realm.clients))
        ended = RoundResult(realm, inquiry.results, used, self._clock.now())
        if self._store.is_other_account(name, realm) and not ended.is_whole:
            failures = (each for each in ended.results.values() if isinstance(each, Failure))
            raise RejectedError(next(failures))  # an id without an answer has a failure
        self._store_unless_changed(declared, lambda: self._store.put_round(name, ended))
        await self._prove(declared, inquiry)
        return inquiry.seconds

    async def ask_new(
        self, declared: DeclaredDirectory, accesses: AbstractSet[str]
    ) -> Failure | None:
        """Ask what is not known yet of the groups of some GroupAccesses.

        Return why some question has no answer for now, None if none has failed so. Raise
        RejectedError or TransientError when no answer can be trusted.
        """
        name = declared.directory.name
        inquiry = await self._inquiry(declared)
        if (snapshot := self._snapshot(name)) is not None:
            inquiry.identity = snapshot.directory_id
        await inquiry.ask_for(lambda fresh: open_questions(self._store, name, accesses, fresh))
        results, now = inquiry.results, self._clock.now()
        self._store_unless_changed(declared, lambda: self._store.put_results(name, results, now))
        await self._prove(declared, inquiry)
        return inquiry.transient_failure

    async def _inquiry(self, declared: DeclaredDirectory) -> Inquiry:
        connection = await self._credentials.connection_for(declared.spec)
        return Inquiry(self._reader, declared.directory, connection, self._clock)

    async def _prove(self, declared: DeclaredDirectory, inquiry: Inquiry) -> None:
        """Read the clients again once a group in use can provide an example token."""
        directory, name = declared.directory, declared.directory.name
        if not awaits_proof(self._snapshot(name)):
            return
        groups = sample_groups(directory, self._snapshot(name), self._store.groups_in_use(name))
        if groups or directory.canary is not None:
            realm = await inquiry.read_realm(groups)
            if self._store.is_same_realm(name, realm):
                self._store_unless_changed(declared, lambda: self._store.put_realm(name, realm))

    def _snapshot(self, name: str) -> Snapshot | None:
        return self._store.directories.memory(name).snapshot

    def _store_unless_changed(
        self, declared: DeclaredDirectory, put: Callable[[], AbstractSet[str]]
    ) -> None:
        """Store something, unless the directory now reads another realm; enqueue whom it affects.

        Those of a group follow each other, so that the first status of each can name the others.
        """
        current = self._store.directories.declared.get(declared.directory.name)
        if current is not None and current.reads_same_realm(declared):
            self._enqueue(sorted(put(), key=self._groups_of))

    def _groups_of(self, name: str) -> tuple[list[str], str]:
        """Return the groups of a GroupAccess as declared, and its name."""
        declared = self._store.accesses.get(name)
        mappings = declared.access.mappings if declared else ()
        return sorted(each.group for each in mappings), name
