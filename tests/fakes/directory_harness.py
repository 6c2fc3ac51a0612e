"""A DirectorySync on fakes, and what is declared to it."""

from typing import Any

from fakes.answers import context_of
from fakes.clock import FakeClock
from fakes.cluster import FakeCluster
from fakes.keycloak import FakeDirectoryReader
from fakes.keycloak_realm import SECRET, FakeClient, membership
from fakes.metrics import FakeMetrics
from fakes.oidc_check import FakeOidcChecker
from fakes.values import Spec, access_spec, directory_spec
from groupaccess.api import v1alpha1 as api
from groupaccess.application.directory.credentials import Credentials
from groupaccess.application.directory.directory_status_writer import DirectoryStatusWriter
from groupaccess.application.directory.requests import DirectoryRequests
from groupaccess.application.directory.rounds import DirectoryRounds
from groupaccess.application.directory.suggestions import SuggestionSearch
from groupaccess.application.directory.sync import DirectorySync
from groupaccess.application.directory.turns import DirectoryTurns, OidcCheckStep
from groupaccess.application.ports.keycloak import DirectoryReader
from groupaccess.application.state.declared_objects import (
    read_declared_access,
    read_declared_directory,
)
from groupaccess.application.state.store import Store
from groupaccess.application.status.event_recorder import EventRecorder
from groupaccess.application.status.status_writer import StatusWriter
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext, Verdict

LOGIN = {"client-id": "groupaccess", "client-secret": f"{SECRET}\n"}


class DirectoryHarness:
    """A DirectorySync on fakes, with the directories that a test declares."""

    def __init__(self, clock: FakeClock) -> None:
        self.cluster = FakeCluster()
        self.cluster.secrets["keycloak"] = dict(LOGIN)
        self.reader = FakeDirectoryReader()
        self.realm = self.reader.create_realm()
        self.realm.clients["headlamp"] = FakeClient((membership(),))
        self.realm.create_group("/SRE")
        self.metrics, self.touched = FakeMetrics(), list[str]()
        self.requests = DirectoryRequests(lambda _: None)
        self.store = Store(on_directory_change=self.requests.update_directory)
        self.checker = FakeOidcChecker()
        self.store.put_cluster_role("view")
        self.leads = True
        self._clock = clock
        self.recorder = EventRecorder(self.cluster, clock, self._leads)
        self.sync = self.reading_by(self.reader)
        self.suggestions = SuggestionSearch(
            Credentials(self.cluster, "groupaccess"),
            self.reader,
            self.store,
            clock,
            self.touched.extend,
        )

    def reading_by(
        self,
        reader: DirectoryReader,
        *,
        begins: bool = True,
        checker: OidcCheckStep | None = None,
    ) -> DirectorySync:
        """Return a DirectorySync that reads by another reader, or looks by another checker."""
        credentials, enqueue = Credentials(self.cluster, "groupaccess"), self.touched.extend
        publisher = StatusWriter(self.cluster, self.store, self.recorder, self._leads)
        turns = DirectoryTurns(
            credentials,
            DirectoryRounds(credentials, reader, self.store, self._clock, enqueue),
            DirectoryStatusWriter(publisher, self.store, self._clock),
            self.store,
            self._clock,
            self.metrics,
            enqueue,
            checker or self.checker,
        )
        sync = DirectorySync(turns, self.requests, self.store, self._clock, reader)
        if begins:
            sync.begin()
        return sync

    def use(self, name: str = "platform", *mappings: Spec, **more: Any) -> None:
        """Declare a GroupAccess, tell of it, and judge it as a worker does."""
        self.cluster.objects.apply("GroupAccess", name, access_spec(*mappings, **more))
        body = self.cluster.objects.find("GroupAccess", name)
        assert body is not None
        self.store.put_access(read_declared_access(api.GroupAccess.read(body)))
        self.context(name)
        self.requests.ask_new("default", [name])

    def context(self, name: str = "platform") -> EvaluationContext:
        """Return what a GroupAccess is judged by now, which is what it depends on."""
        return context_of(self.store, name, self._clock.now())

    def verdict(self, name: str = "platform") -> Verdict:
        """Judge the first mapping of a GroupAccess."""
        return evaluate(self.store.accesses[name].access.mappings[0], self.context(name))

    def _leads(self) -> bool:
        return self.leads

    def declare(self, name: str = "default", **spec: Any) -> None:
        """Apply a directory, and tell of it as the handlers do."""
        self.cluster.objects.apply("KeycloakDirectory", name, directory_spec(**spec))
        self.tell(name)

    def tell(self, name: str = "default") -> None:
        """Let the watch tell of the directory as it is now."""
        body = self.cluster.objects.find("KeycloakDirectory", name)
        assert body is not None
        declared = read_declared_directory(api.KeycloakDirectory.read(body))
        known = self.store.directories.declared.get(name)
        self.store.put_directory(declared)
        if known is None or not known.requests_the_same(declared):
            self.sync.start_or_wake(name)
        else:
            self.requests.ask_new(name)

    def annotate(self, annotation: str, value: str) -> None:
        """Annotate the directory, and tell of it."""
        self.cluster.objects.annotate("KeycloakDirectory", "default", {annotation: value})
        self.tell()

    def status(self, name: str = "default") -> Spec:
        """Return a directory's status as it was written last."""
        body = self.cluster.objects.find("KeycloakDirectory", name)
        status: Spec = body["status"] if body else {}
        return status

    def ready(self, name: str = "default") -> tuple[str, str]:
        """Return status and reason of its condition Ready."""
        first = self.status(name)["conditions"][0]
        return first["status"], first["reason"]

    @property
    def groups(self) -> list[str]:
        """Return the groups that are known of the directory `default`."""
        known = self.store.directories.reading("default").snapshot
        return [group.path for group in known.groups] if known else []
