"""Fresh realms for tests, at issuers that the cluster trusts already.

kube-apiserver needs about ten seconds to take a new issuer, and takes none while one that it was
given does not answer. So a few realm names stay trusted for the whole run; what a test gives back
is set aside, and a fresh realm gets its name, with other keys and other ids.
"""

import contextlib

from keycloak import KeycloakPutError

from testbed.authentication import Issuer
from testbed.cluster import Cluster
from testbed.keycloak import Keycloak
from testbed.realm import Realm


class RealmPool:
    """Realms with a client `headlamp` (group names, no paths) and the operator's client."""

    def __init__(self, keycloak: Keycloak, size: int) -> None:
        """Make `size` realms; the cluster is to be started with `issuers`."""
        self._keycloak = keycloak
        self._made = 0
        self._idle = [self._fresh(self._next_name()) for _ in range(size)]

    @property
    def issuers(self) -> tuple[Issuer, ...]:
        """Return the issuers of the idle realms."""
        return tuple(realm.issuer() for realm in self._idle)

    def take(self, cluster: Cluster) -> Realm:
        """Return a fresh realm that the cluster trusts; at once while the pool has one."""
        if self._idle:
            return self._idle.pop(0)
        realm = self._fresh(self._next_name())
        cluster.trust(realm.issuer())
        return realm

    def give_back(self, realm: Realm, cluster: Cluster) -> None:
        """Make a fresh realm of its name, and trust it as at first if the test has changed that.

        Brings Keycloak back when the test has left it stopped or paused.
        """
        self._keycloak.server.resume()
        self._keycloak.server.start()
        with contextlib.suppress(KeycloakPutError):  # the test has removed or renamed it
            self._keycloak.set_aside(realm)
        fresh = self._fresh(realm.name)
        cluster.trust(fresh.issuer())
        self._idle.append(fresh)

    def _next_name(self) -> str:
        self._made += 1
        return f"realm-{self._made}"

    def _fresh(self, name: str) -> Realm:
        realm = self._keycloak.create_realm(name)
        realm.clients.create_headlamp()
        realm.clients.create_operator()
        return realm
