"""A canary in a realm, and the right to ask what kube-apiserver reads from its token."""

from typing import Any

from testbed.cluster import Cluster
from testbed.installation import KINDS_OF_RIGHTS, USERNAME, WITH_CLUSTER_ADMIN, rendered
from testbed.realm import Realm
from testbed.realm_clients import OPERATOR, group_mapper
from testbed.waiting import eventually

GROUP = "/groupaccess-canary"


def set_up(realm: Realm, audience: str = "headlamp", group: str = GROUP) -> None:
    """Put the operator's own account into the canary's group, and the group into its tokens."""
    realm.create_group(group)
    realm.clients.setup(canary=group).join_canary()
    realm.clients.add_mapper(OPERATOR, group_mapper())
    realm.clients.add_mapper(OPERATOR, audience_mapper(audience))


def audience_mapper(client_id: str) -> dict[str, Any]:
    """Return the representation of a mapper that makes ID tokens good for another client."""
    config = {"included.client.audience": client_id, "id.token.claim": "true"}
    return {
        "name": "audience",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-audience-mapper",
        "config": config,
    }


def let_review(cluster: Cluster, *, yes: bool) -> None:
    """Give or take the operator's right to create tokenreviews, as the chart does."""
    values = {"apiServer": {"tokenReview": yes}}
    cluster.apply(*rendered(KINDS_OF_RIGHTS, WITH_CLUSTER_ADMIN, **values))
    may = ("auth", "can-i", "create", "tokenreviews.authentication.k8s.io", f"--as={USERNAME}")
    wanted = 0 if yes else 1
    eventually(
        lambda: cluster.kubectl(*may, check=False).returncode == wanted,
        within=10,
        what="the operator's right to create tokenreviews",
    )
