"""Tables of values that property tests draw lines from: few names, so that they meet each other.

Most of what is drawn can be granted; each obstacle is rare, or no two of them would ever meet.
"""

from datetime import timedelta
from itertools import product

from domain.builders import (
    NOW,
    directory,
    group,
    key,
    leaf,
    mapper,
    scope,
    team,
    terminating,
    there,
)
from groupaccess.domain.access.namespace_scope import LabelOperator, LabelRequirement, Namespace
from groupaccess.domain.apiserver.oidc_check_result import check_matches, check_mismatch
from groupaccess.domain.binding import BindingKey, Owner
from groupaccess.domain.directory.client import MapperKind
from groupaccess.domain.directory.reading import MissingAnswer
from groupaccess.domain.directory.suggestions import Suggestion
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.tokens.prefixes import PeerPrefixes

ROLES = ("view", "edit", "cluster-admin")
MAPPINGS = ("a", "b", "c")
REFERENCES = ("SRE", "/SRE", "b", "/a/b", "dev")
ODD_REFERENCES = ("/a/SRE", "/x/system:masters", "system:masters", "nobody")

USUAL_GROUPS = (group("/SRE"), group("/a/b"), group("/platform/dev"))
ODD_GROUPS = (
    group("/a/SRE"),
    group("/a/b", "a/b", "a slash in its name"),
    group("//SRE", "/SRE", "a slash too"),
    group("/sre"),
    group("/x/system:masters"),
)
GROUPS = (
    *[USUAL_GROUPS] * 6,
    *((*USUAL_GROUPS, odd) for odd in ODD_GROUPS),
    *(tuple(group for group in USUAL_GROUPS if group != gone) for gone in USUAL_GROUPS),
    *[(group("/SRE", uid="made anew"), *USUAL_GROUPS[1:])] * 3,
    (group("/renamed", uid=USUAL_GROUPS[0].id), *USUAL_GROUPS[1:]),
    (group("/renamed", uid=USUAL_GROUPS[0].id), group("/SRE", uid="anew"), *USUAL_GROUPS[1:]),
    tuple(group(one.path, uid="made anew " + one.path) for one in USUAL_GROUPS),
    (group("/moved/SRE", uid=USUAL_GROUPS[0].id), *USUAL_GROUPS[1:]),
    (*USUAL_GROUPS, *ODD_GROUPS),
    (),
    USUAL_GROUPS,
)
MAPPERS = (
    *[(mapper(),)] * 4,
    *[(leaf(),)] * 3,
    *[(mapper(), leaf())] * 3,
    (mapper("roles", MapperKind.APPENDING), leaf()),
    (mapper("other", claim="roles", full_path=False), mapper(tokens="Access")),
    (mapper(), mapper("x", MapperKind.REPLACING), mapper("y", MapperKind.REPLACING)),
)
DIRECTORIES = (
    *[directory()] * 4,
    *[directory(prefix="oidc:")] * 2,
    directory("grafana", prefix="oidc:"),
    directory(allowed=["view", "edit"]),
    directory(refuses_replaced=False),
    directory(refuses_replaced=False, revokes_collided=True, prefix="oidc:"),
    directory(grace=timedelta(0)),
    directory(grace=timedelta(hours=1), revokes_collided=True),
    None,
    directory(canary="canary"),
    *[directory("headlamp", "grafana")] * 3,
)
SILENT = Failure(Reason.KEYCLOAK_UNAVAILABLE, "no answer.")
FAILURES = (
    *[None] * 4,
    *[SILENT] * 3,
    Failure(Reason.LOGIN_FAILED, "wrong secret."),
    Failure(Reason.ISSUER_MISMATCH, "another issuer."),
    *[None] * 2,
)
NAMES = scope("shop", "bank")
SELECTED = scope(of=[team("shop", "bank")])
SCOPES = (
    *[None] * 4,
    *[NAMES] * 3,
    *[SELECTED] * 3,
    scope("shop", "nowhere"),
    scope("test", of=[team("bank")]),
    scope(of=[LabelRequirement("team", LabelOperator.NOT_IN, frozenset({"shop"}))]),
    scope(of=[LabelRequirement("team", LabelOperator.EXISTS), team("shop")]),
)
USUAL_NAMESPACES = there("test", shop="shop", bank="bank")
NAMESPACES = (
    *[USUAL_NAMESPACES] * 3,
    USUAL_NAMESPACES | there(new="shop"),
    USUAL_NAMESPACES | terminating("shop", "bank"),
    USUAL_NAMESPACES | {"bank": Namespace({"team": "bank"}, terminating=True)},
    USUAL_NAMESPACES | there(shop="bank", bank="none"),
    there(),
    USUAL_NAMESPACES,
)
OPTIONAL_MAPPERS = ((mapper("by path", scope="paths"), leaf("by name")), (leaf("by name"),))
OIDC_CHECKS = (
    *[None] * 5,
    check_matches("the canary's token was read as declared"),
    check_mismatch("another claim"),
    None,
)
UNREADABLE = (*[None] * 9, "spec.until is not known", None)
MISSING_ANSWERS: tuple[dict[str, MissingAnswer], ...] = (  # by declared group
    *[{}] * 6,
    {"SRE": MissingAnswer()},
    {"SRE": MissingAnswer(SILENT, answered=True)},
    {"/SRE": MissingAnswer(SILENT), "/a/b": MissingAnswer(answered=True)},
    {},
)
SUGGESTIONS: tuple[dict[str, Suggestion], ...] = (  # by declared group
    {},
    {"nobody": Suggestion(("/SRE",)), "SRE": Suggestion(is_role=True), "dev": Suggestion()},
    {},
)
MOMENTS = (*[NOW] * 4, NOW + timedelta(hours=2))
ENDS = (*[None] * 6, NOW + timedelta(hours=1), NOW + timedelta(days=1), NOW)
MAPPING_FIELDS = (
    *product(REFERENCES, ROLES),
    *product(ODD_REFERENCES, ROLES[:1]),
    *product(REFERENCES, ROLES),
)
IDS = (*[None] * 7, "id of /SRE", "made anew", "id of /a/b")
FROZEN = (*[None] * 7, Failure(Reason.DIRECTORY_FROZEN, "frozen."), None)
PREFIXES = (
    *[PeerPrefixes()] * 7,
    PeerPrefixes(conflict=Failure(Reason.PREFIX_SHARED, "shared.")),
    PeerPrefixes(nested=(("other", "/a/"),)),
    PeerPrefixes(partners=frozenset({"other"})),
)
SUBJECTS = ((), ("/SRE",), ("SRE",), ("/SRE", "SRE", "/evil"), ("b", "oidc:/a/b"), ("/a/b", "b"))
PLAIN = tuple(
    tuple(
        (f"groupaccess.io/{name}", value)
        for name, value in (("directory", of), ("group", reference), ("group-path", path))
        if value
    )
    for of, (reference, path) in product(
        ("default", "default", "other", ""),
        (
            ("SRE", "/SRE"),
            ("/SRE", "/SRE"),
            ("/a/b", ""),
            ("b", "/a/b"),
            ("SRE", "/evil"),
            ("", ""),
        ),
    )
)
FORGED = (
    ("groupaccess.io/directory", "default"),
    (
        "groupaccess.io/former-subjects",
        '{"/evil": {"until": "2036-03-01T12:00:00Z"}, "SRE": {"until": "2026-03-01T12:05:00Z"}}',
    ),
    ("groupaccess.io/group", "SRE"),
    ("groupaccess.io/group-path", "/SRE"),
)
ANNOTATIONS = (*PLAIN, *[FORGED] * 6)
OWNERS = ((), (Owner("uid", "platform"),), (Owner("another", "another"),))
KEYS = (
    *(key(name, role) for name in (*MAPPINGS, "removed") for role in ROLES),
    *(key(name, "view", namespace=at) for name in MAPPINGS for at in ("shop", "bank", "gone")),
    BindingKey("", "cluster-admin"),
    BindingKey("", "groupaccess:platform:a"),
)
