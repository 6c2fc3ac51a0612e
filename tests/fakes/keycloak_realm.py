"""One realm of the Keycloak in memory: its groups and clients, and what each account may see."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from fakes.answers import answer
from groupaccess.application.ports.errors import QuestionFailedError
from groupaccess.domain.access.keycloak_directory import LoginClient
from groupaccess.domain.directory.client import ClaimMapper, Client, MapperKind
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import Answer, ById, Question
from groupaccess.domain.directory.visibility import VIEW_GROUPS
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

ADMIN_URL = "https://keycloak.example.com/auth/"
SECRET = "s3cret-of-the-operator"  # noqa: S105 -- of a fake
VIEW_USERS, VIEW_CLIENTS, VIEW_REALM = "view-users", "view-clients", "view-realm"
QUERY_GROUPS = "query-groups"


def membership(*, full_path: bool = False, name: str = "groups") -> ClaimMapper:
    """Return the group membership mapper of a client, in both tokens."""
    kind = MapperKind.MEMBERSHIP
    return ClaimMapper(name, kind, "groups", full_path, in_id_token=True, in_access_token=True)


@dataclass
class FakeClient:
    """A client with its own mappers, and scopes that bring more: always, or when asked for."""

    mappers: tuple[ClaimMapper, ...] = ()
    enabled: bool = True
    default_scopes: list[str] = field(default_factory=list)
    optional_scopes: list[str] = field(default_factory=list)


class FakeRealm:
    """One realm. `logins` are client ids with their secrets, `rights` what each may see.

    With `view-users` an account sees all groups. With `query-groups` instead it may search, and
    sees the groups of `visible` alone. With `proves` each client is proven, once a group is in use.
    """

    def __init__(self, name: str, next_id: Callable[[], str]) -> None:
        self.issuer = f"{ADMIN_URL}realms/{name}"
        self._next_id = next_id
        self.identity = f"sub-{next_id()}"
        self.groups: dict[str, Group] = {}
        self.visible: set[str] = set()  # ids
        self.unlisted: set[str] = set()  # ids that no search shows
        self.roles: set[str] = set()
        self.proves = False
        self.clients: dict[str, FakeClient] = {}
        self.scopes: dict[str, tuple[ClaimMapper, ...]] = {}
        self.logins = {"groupaccess": SECRET}
        self.rights = {"groupaccess": {VIEW_USERS, VIEW_CLIENTS}}

    def create_group(self, path: str) -> Group:
        """Create a group, with the parents that are missing."""
        parent, _, name = path.rpartition("/")
        if parent and parent not in self.groups:
            self.create_group(parent)
        return self.groups.setdefault(path, Group(path, name, f"id-{self._next_id()}"))

    def client(self, wanted: LoginClient) -> Client | None:
        """Return a client as it is for this login; None where there is none."""
        client = self.clients.get(wanted.client_id)
        if client is None:
            return None
        asked = [name for name in client.optional_scopes if name in wanted.scopes]
        unasked = [name for name in client.optional_scopes if name not in wanted.scopes]
        have = {*client.default_scopes, *client.optional_scopes, "openid"}
        return Client(
            wanted.client_id,
            client.enabled,
            _sorted([*client.mappers, *self._brought([*client.default_scopes, *asked])]),
            _sorted(self._brought(unasked)),
            tuple(sorted(set(wanted.scopes) - have)),
        )

    def _brought(self, scopes: Iterable[str]) -> list[ClaimMapper]:
        return [replace(mapper, scope=name) for name in scopes for mapper in self.scopes[name]]

    def answer(self, account: str, question: Question) -> Answer:
        """Answer as Keycloak does to an account with these rights."""
        if isinstance(question, ById):
            found = answer(self.groups.values(), question)
            return Answer(tuple(group for group in found.groups if self._sees(account, group)))
        return answer(self.shown(account), question)

    def shown(self, account: str) -> list[Group]:
        """Return the groups that lists show; raise QuestionFailedError where they are forbidden."""
        rights = self.rights[account]
        if not rights & {VIEW_USERS, QUERY_GROUPS}:
            raise forbidden("groups", VIEW_GROUPS)
        listed = [group for group in self.groups.values() if group.id not in self.unlisted]
        if VIEW_USERS in rights:
            return listed
        return [group for group in listed if group.id in self.visible]

    def _sees(self, account: str, group: Group) -> bool:
        if VIEW_USERS in self.rights[account] or group.id in self.visible:
            return True
        raise forbidden("group by id", VIEW_GROUPS)


def _sorted(mappers: Iterable[ClaimMapper]) -> tuple[ClaimMapper, ...]:
    return tuple(sorted(set(mappers), key=lambda mapper: (mapper.claim, mapper.name)))


def forbidden(what: str, needs: str) -> QuestionFailedError:
    """Return the error of a question whose answer is forbidden."""
    fact = f"{what}: 403, the operator's account lacks {needs}"
    return QuestionFailedError(Failure.of(Reason.KEYCLOAK_FORBIDDEN, fact))
