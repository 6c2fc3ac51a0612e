"""What a second directory is declared with."""

from fakes.keycloak_realm import ADMIN_URL
from fakes.values import Spec

ELSEWHERE = f"{ADMIN_URL}realms/OTHER"


def tokens(prefix: str = "", *, shares: tuple[str, ...] = ()) -> Spec:
    """Return the fields of a directory with this prefix, and partners to share it with."""
    more = {"sharesPrefixWith": list(shares)} if shares else {}
    return {"groupsPrefix": prefix, "clients": [{"clientId": "headlamp"}], **more}
