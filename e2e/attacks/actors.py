"""Who attacks, and what each may do: real ServiceAccounts with real tokens."""

from collections.abc import Sequence

from testbed.guards_users import EVERYTHING, WRITES_BINDINGS, Rule, binds

WRITE = ("get", "create", "update", "patch", "delete", "deletecollection")


def writes(*resources: str, verbs: Sequence[str] = WRITE) -> Rule:
    """Return the rule that lets somebody write objects of ours."""
    return {"apiGroups": ["groupaccess.io"], "resources": resources, "verbs": verbs}


AUTHOR = "author"  # of GroupAccesses, who may hand out view
FORGER = "status forger"
DIRECTOR = "directory writer"
BINDER = "binding writer"
CHIEF = "chief"  # a cluster-admin, but not in system:masters
EDITOR = "holder of edit"
OWNER = "holder of admin"
TOKEN = "stolen token"  # noqa: S105 -- the operator's
THIEF = "stolen token with all rights"  # the same, and somebody made it cluster-admin
KEYCLOAK = "Keycloak"  # whoever may make groups there, or holds the whole server
NOBODY = "nobody"  # without any credentials

ALL_RIGHTS = "attacks-all-rights"

ACTORS: dict[str, str | tuple[Rule, ...]] = {
    AUTHOR: (writes("groupaccesses"), binds("view")),
    FORGER: (
        writes("groupaccesses/status", "keycloakdirectories/status", verbs=("update", "patch")),
        writes("groupaccesses", "keycloakdirectories", verbs=("get",)),
    ),
    DIRECTOR: (writes("keycloakdirectories"),),
    BINDER: (WRITES_BINDINGS, binds("view")),
    CHIEF: (EVERYTHING,),
    EDITOR: "edit",
    OWNER: "admin",
}
