"""What the checks of `groupaccess doctor` share: each thing is read once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from groupaccess.api import v1alpha1 as api
from groupaccess.application.diagnosis.declared_facts import mapping_facts
from groupaccess.application.diagnosis.fact import Fact, attempt
from groupaccess.application.diagnosis.settings import ApiServerSettings, read_settings
from groupaccess.application.ports.diagnosis import (
    DiagnosisCluster,
    DiscoveryReader,
    InstallationReader,
    ServerFacts,
)
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.people import RealmClient, RealmPeople
from groupaccess.application.state.declared_objects import read_declared_directory
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.binding import Binding
from groupaccess.domain.diagnosis.access_facts import (
    ACCESSES,
    BINDINGS,
    DIRECTORIES,
    MappingFacts,
)
from groupaccess.domain.diagnosis.authenticator import Authenticator
from groupaccess.domain.diagnosis.finding import NotChecked
from groupaccess.domain.diagnosis.login_facts import RealmDiscovery
from groupaccess.domain.diagnosis.program_rules import Program
from groupaccess.domain.failure import Failure

T = TypeVar("T")
LOG_IN = (
    "log in to Keycloak to have it checked: set KEYCLOAK_USER, or give --keycloak-token or --device"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorOptions:
    """What was typed. `directory` takes the place of KeycloakDirectories, before there are any.

    `authenticators` is what a person knows of kube-apiserver's settings, from the file that
    `configuration` names; it takes the place of what the cluster shows. `token` is a token of a
    person, `program` what they log in with.
    """

    directory: Directory | None = None
    authenticators: tuple[Authenticator, ...] | None = None
    configuration: str = ""
    token: str | None = None
    program: Program | None = None


@dataclass(frozen=True, slots=True)
class DoctorServers:
    """The servers that are asked. `log_in` is None when whoever asks gave no login to Keycloak."""

    cluster: DiagnosisCluster
    installation: InstallationReader
    realm: DiscoveryReader
    log_in: Callable[[Directory], Awaitable[RealmPeople]] | None = None


@dataclass(slots=True)
class DoctorFacts:
    """What was read so far. A NotChecked says why something could not be read."""

    servers: DoctorServers
    now: datetime
    options: DoctorOptions
    _read: dict[object, Any] = field(default_factory=dict)

    async def settings(self) -> ApiServerSettings:
        """Return what kube-apiserver was told about tokens."""
        read = await self._once("settings", lambda: read_settings(self.servers.cluster))
        return read.with_file(self.options.authenticators)

    async def bodies(self) -> Sequence[api.KeycloakDirectory] | NotChecked:
        """Return the KeycloakDirectories of the cluster."""
        return await self._attempt(DIRECTORIES, self.servers.cluster.list_directories)

    async def directories(self) -> Sequence[Directory]:
        """Return what is declared, or what was typed in its place; nothing if nobody can say."""
        if self.options.directory is not None:
            return [self.options.directory]
        bodies = await self.bodies()
        declared = () if isinstance(bodies, NotChecked) else bodies
        return [read_declared_directory(body).directory for body in declared]

    async def is_installed(self) -> bool:
        """Tell whether there is a KeycloakDirectory, so that an operator should be there, too."""
        bodies = await self.bodies()
        return not isinstance(bodies, NotChecked) and bool(bodies)

    async def server(self) -> ServerFacts | NotChecked:
        """Return the version and the clock of kube-apiserver."""
        return await self._attempt(
            "kube-apiserver's version", self.servers.installation.read_server
        )

    async def mappings(self) -> Sequence[MappingFacts] | NotChecked:
        """Return each declared mapping with its status."""
        accesses = await self._attempt(ACCESSES, self.servers.cluster.list_accesses)
        return accesses if isinstance(accesses, NotChecked) else mapping_facts(accesses)

    async def bindings(self) -> Sequence[Binding] | NotChecked:
        """Return the bindings of both kinds."""
        return await self._attempt(BINDINGS, self.servers.cluster.list_bindings)

    async def discovery(self, issuer: str) -> RealmDiscovery | Failure:
        """Return what the realm at an issuer says of itself, or why that is not known."""

        async def read() -> RealmDiscovery | Failure:
            try:
                return await self.servers.realm.discover(issuer)
            except RejectedError as refused:
                return refused.failure

        return await self._once(("discovery", issuer), read)

    async def realm(self, directory: Directory) -> RealmPeople | NotChecked | None:
        """Return the realm of a directory as the person's login sees it, None without a login."""
        log_in = self.servers.log_in
        if log_in is None:
            return None
        return await self._attempt(f"realm {directory.realm}", lambda: log_in(directory))

    async def client(
        self, directory: Directory, client: LoginClient
    ) -> RealmClient | NotChecked | None:
        """Return a client as Keycloak has it; None without a login, or if there is none."""
        realm = await self.realm(directory)
        if realm is None or isinstance(realm, NotChecked):
            return realm
        what = f'client "{client.client_id}"'
        return await self._attempt((what, directory.name), lambda: realm.read_client(client))

    async def _attempt(
        self, what: str | tuple[str, str], call: Callable[[], Awaitable[T]]
    ) -> T | NotChecked:
        name = what if isinstance(what, str) else what[0]

        async def read() -> T | NotChecked:
            result = await attempt(name, call())
            return result.value if isinstance(result, Fact) else result

        return await self._once(what, read)

    async def _once(self, key: object, call: Callable[[], Awaitable[T]]) -> T:
        if key not in self._read:
            self._read[key] = await call()
        result: T = self._read[key]
        return result
