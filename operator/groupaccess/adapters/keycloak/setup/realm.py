"""The port `RealmAdmin`, by Keycloak's admin API."""

from groupaccess.adapters.keycloak.setup.errors import setup_errors
from groupaccess.adapters.keycloak.setup.http_session import HttpSession
from groupaccess.adapters.keycloak.setup.read import RealmReading
from groupaccess.adapters.keycloak.setup.requests import RealmRequests
from groupaccess.application.ports.keycloak_setup import SetupRefusedError
from groupaccess.domain.keycloak_setup.calls import (
    ACCOUNT,
    CLIENT,
    MANAGEMENT,
    PERMISSIONS,
    AdminCall,
    Ids,
    fill,
    path_segment,
    placeholders,
    role_of,
)
from groupaccess.domain.keycloak_setup.options import SetupOptions
from groupaccess.domain.keycloak_setup.state import RealmState


class KeycloakRealmAdmin:
    """One realm, through a session that is logged in."""

    def __init__(self, session: HttpSession, realm: str) -> None:
        self._session = session
        self._requests = RealmRequests(session, realm)

    async def read(self, options: SetupOptions) -> RealmState:
        """Read what exists."""
        return await RealmReading(self._requests, options).read(await self._issuer())

    async def make(self, call: AdminCall, ids: Ids) -> Ids:
        """Make a call; ids that came with what was made before are looked up first."""
        known = dict(ids)
        for placeholder in sorted(placeholders(call), reverse=True):
            if placeholder not in known:
                known[placeholder] = await self._look_up(placeholder, known)
        made = await self._requests.send(fill(call, known))
        return {**known, call.creates: made} if call.creates and made else known

    async def client_secret(self, client: str) -> str:
        """Return the secret of a client, by its id."""
        answer = await self._requests.get(f"/clients/{client}/client-secret", "manage-clients")
        return str(answer["value"])

    async def _issuer(self) -> str:
        realm = self._requests.realm
        with setup_errors(self._session.names, "the realm's discovery document", realm, ""):
            path = f"realms/{path_segment(realm)}/.well-known/openid-configuration"
            return str((await self._session.get(path))["issuer"])

    async def _look_up(self, placeholder: str, ids: Ids) -> str:
        """Return the id that Keycloak gave to something together with something else."""
        if (role := role_of(placeholder)) is not None:
            path = f"/clients/{ids[MANAGEMENT]}/roles/{role}"
            return str((await self._requests.get(path, "view-clients"))["id"])
        if placeholder == ACCOUNT:
            path = f"/clients/{ids[CLIENT]}/service-account-user"
            return str((await self._requests.get(path, "view-clients"))["id"])
        if placeholder == PERMISSIONS:
            name = "admin-permissions"
            found = await self._requests.named("/clients", "view-clients", clientId=name)
            if found is not None:
                return str(found["id"])
            raise SetupRefusedError(
                "adminPermissionsEnabled: this Keycloak has fine-grained admin permissions turned "
                "off. Start it with the feature admin-fine-grained-authz:v2, or use --classic"
            )
        raise SetupRefusedError(f"{placeholder[1:-1]}: it has gone meanwhile. Run this again")
