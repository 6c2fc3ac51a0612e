"""Every optional field of the two kinds: whether its absence grants more, and what stops that.

A key that a template leaves empty is lost on its way: kubectl drops it, or a merge patch comes
without it. A field that is new belongs here; a test fails until it does, and asks for its rule.
"""

from dataclasses import dataclass
from typing import Final

SEEN: Final = (
    "an empty key that arrives is refused by the CRD's rule on nulls, one that kubectl apply was "
    "given by the policy on the last-applied annotation"
)
"""What stops a lost key wherever it can be seen, whatever else is said of the field."""


@dataclass(frozen=True, slots=True)
class Absence:
    """What the absence of a field means: whether it grants more, and what stops it if so.

    `kept` is set when the CRD has a rule that an update does not lose the field. `why` says what
    stops it beside that and `SEEN`, or why nothing has to.
    """

    widens: bool
    why: str
    kept: bool = False


def _no(why: str, *, kept: bool = False) -> Absence:
    return Absence(widens=False, why=why, kept=kept)


def _yes(why: str, *, kept: bool = False) -> Absence:
    return Absence(widens=True, why=why, kept=kept)


UNSEEN: Final = (
    "not stopped in a mapping that is new in an existing object, where a merge patch without the "
    "last-applied annotation wrote it"
)

GROUP_ACCESS: Final = {
    "directoryRef": _yes("the directory default may know other groups by these names", kept=True),
    "suspend": _yes("absence grants and repairs again; suspend: false is written out", kept=True),
    "mappings[].groupId": _yes(f"any group of that name; {UNSEEN}", kept=True),
    "mappings[].clusterWide": _no("a mapping with no place is refused"),
    "mappings[].namespaces": _no("a mapping with no place is refused, also by the operator"),
    "mappings[].expiresAt": _yes(f"the grant has no end; {UNSEEN}", kept=True),
    "mappings[].namespaces.names": _no("fewer namespaces; with no selector either, it is refused"),
    "mappings[].namespaces.selector": _no("fewer namespaces; with no names either, it is refused"),
    "mappings[].namespaces.selector.matchLabels": _yes(
        "more namespaces match: an update may not lose a requirement without gaining another, and "
        f"an empty selector is refused; {UNSEEN}, nor in a selector that is new",
        kept=True,
    ),
    "mappings[].namespaces.selector.matchExpressions": _yes(
        "more namespaces match: as matchLabels", kept=True
    ),
    "mappings[].namespaces.selector.matchExpressions[].values": _no(
        "In and NotIn without values are refused"
    ),
}

KEYCLOAK_DIRECTORY: Final = {
    "adminURL": _no("the issuer's own address is asked, which is believed anyway"),
    "caBundle": _no(
        "a Keycloak with a certificate of your own authority is no longer read: nothing new is "
        "granted; another server is believed only if a public authority certifies it for that host"
    ),
    "caBundle.configMapRef": _no("a bundle without a source is refused"),
    "caBundle.configMapRef.key": _no("ca.crt of the same ConfigMap"),
    "caBundle.secretRef": _no("a bundle without a source is refused"),
    "caBundle.secretRef.key": _no("ca.crt of the same Secret"),
    "caBundle.inline": _no("a bundle without a source is refused"),
    "auth.clientSecret": _no("no way to log in is refused"),
    "auth.serviceAccountToken": _no("no way to log in is refused"),
    "tokens.groupsClaim": _yes("the claim groups may carry the strings of others", kept=True),
    "tokens.sharesPrefixWith": _no("a directory that shares the prefix grants nothing new"),
    "tokens.clients[].token": _no(
        "strings of the same groups, as the client's ID token carries them", kept=True
    ),
    "tokens.clients[].scopes": _no(
        "strings of the same groups, as far as the client's default scopes carry them", kept=True
    ),
    "canary": _yes("what it refutes is no longer held; there is no word for none", kept=True),
    "syncInterval": _no("60s"),
    "onMissing": _yes("a shorter grace becomes 10m, which is written out", kept=True),
    "onReplaced": _no("Refuse, the narrow choice"),
    "onRenamed": _yes("Drop becomes Keep, which is written out", kept=True),
    "onCollision": _yes("Revoke becomes Keep, which is written out", kept=True),
    "suspend": _yes("absence grants and repairs again; suspend: false is written out", kept=True),
}

OPTIONAL_FIELDS: Final = {"GroupAccess": GROUP_ACCESS, "KeycloakDirectory": KEYCLOAK_DIRECTORY}
