"""Every guard, how a copy loses it, and which tests have to notice."""

from switches_claims import CLAIMS_SWITCHES, COLLISIONS_SWITCHES
from switches_former import FORMER_SWITCHES
from switches_growth import INDEXES, ORDER
from switches_identity import FREEZE_SWITCHES, IDENTITY_SWITCHES
from switches_kinds import ADAPTERS, DOMAIN, Switch, application
from switches_silence import SILENCE_SWITCHES

ON_BIND = ("e2e", "-m", "attacks", "-k", "author or guards.py")
ON_NAMES = ("e2e", "-m", "attacks", "-k", "writer or chief or names")
ON_CAGE = ("e2e", "-m", "attacks", "-k", "stolen or cage")
ON_EMPTY = ("e2e", "-m", "empty")

RULES = "operator/groupaccess/domain/verdict/rules.py"
VERDICT = "operator/groupaccess/domain/verdict/verdict.py"
PROVEN = "operator/groupaccess/domain/verdict/group_rules.py"
IDENTITY = "operator/groupaccess/domain/identity/resolve.py"
PLAN = "operator/groupaccess/domain/bindings/plan.py"
CLAIMS = "operator/groupaccess/domain/tokens/group_claims.py"
CLIENT = "operator/groupaccess/adapters/keycloak/connection/http.py"
ERRORS = "operator/groupaccess/adapters/keycloak/connection/errors.py"
READER = "operator/groupaccess/adapters/keycloak/reader.py"
REST = "operator/groupaccess/adapters/kubernetes/client.py"
CALLS = "operator/groupaccess/application/reconcile/binding_calls.py"
RECONCILE = "operator/groupaccess/application/reconcile/reconciler.py"
ORPHANS = "operator/groupaccess/application/reconcile/orphans.py"
POLICIES = "deploy/helm/groupaccess/templates/policies"
BIND, CAGE, NAMES = (f"{POLICIES}/{it}.yaml" for it in ("bind-guard", "cage", "reserved-names"))
APPLIED = f"{POLICIES}/last-applied.yaml"


def _rule(name: str) -> Switch:
    return Switch(f"rule: {name}", RULES, f"    _{name},\n", "", DOMAIN)


RULE_SWITCHES = (
    *map(_rule, ("expired", "reserved", "role_not_allowed", "unreadable", "suspended")),
    *map(_rule, ("no_directory", "frozen", "other_issuer", "not_read")),
    Switch(
        "rule: suspended by the directory",
        VERDICT,
        "if self.directory is not None and self.directory.suspend",
        "if False",
        DOMAIN,
    ),
    Switch(
        "rule: reserved subject of the claim",
        PROVEN,
        "if subject.startswith(SYSTEM_PREFIX)",
        "if False",
        DOMAIN,
    ),
    Switch(
        "rule: collision",
        PROVEN,
        "if collided is None:",
        "if True:",
        DOMAIN,
    ),
    Switch(
        "rule: no ClusterRole",
        PROVEN,
        "if mapping.cluster_role in claimed.context.cluster_roles",
        "if mapping.cluster_role is not None",
        DOMAIN,
    ),
    Switch(
        "rule: ambiguous group",
        IDENTITY,
        "        case SeveralGroups(paths):\n",
        "        case SeveralGroups(paths) if not paths:\n",
        DOMAIN,
    ),
    Switch(
        "plan: foreign bindings are left",
        PLAN,
        "return binding.content.role == spelled or binding.content.has_managed_by_label",
        "return True",
        DOMAIN,
    ),
    Switch(
        "carried strings must be the group's",
        CLAIMS,
        's.kind == "Group" and s.name in strings',
        's.kind == "Group"',
        DOMAIN,
    ),
    Switch(
        "a live GET before what stood is made again",
        CALLS,
        "if self._is_remade(writes, todo) and",
        "if False and",
        DOMAIN,
    ),
    Switch(
        "a live GET before an orphan goes",
        ORPHANS,
        "if await self._cluster.get_access_uid(writes.name) is not None",
        "if False",
        DOMAIN,
    ),
)

KEYCLOAK = (
    Switch("https alone", CLIENT, 'if request.url.scheme != "https"', "if False", ADAPTERS),
    Switch("no redirect", CLIENT, "if response.has_redirect_location", "if False", ADAPTERS),
    Switch(
        "nothing compressed",
        CLIENT,
        'if response.headers.get("Content-Encoding", "identity") != "identity"',
        "if False",
        ADAPTERS,
    ),
    Switch(
        "a proxy is not Keycloak",
        CLIENT,
        "(strange := not_from_keycloak(response, self._names))",
        "None",
        ADAPTERS,
    ),
    Switch("bounded size", CLIENT, "if remaining < 0", "if False", ADAPTERS),
    Switch("bounded values", CLIENT, ") > MAX_VALUES", ") > 2**62", ADAPTERS),
    Switch("bounded time", CLIENT, "timeout(self._answer_within)", "timeout(3600)", ADAPTERS),
    Switch(
        "the secret is not told",
        ERRORS,
        'failure.message.replace(secret, "***") if secret else',
        "failure.message if secret else",
        ADAPTERS,
    ),
    Switch(
        "the issuer letter for letter",
        READER,
        "if issuer != directory.issuer",
        "if False",
        ADAPTERS,
    ),
)

WRITES = (
    Switch(
        "only the leader writes",
        REST,
        'if method != "GET" and not self.may_write()',
        "if False",
        ADAPTERS,
    ),
    application(
        "what waited for a write in flight is reconciled when that ends",
        "reconcile/binding_writer",
        "if in_flight - self.pending(writes.name):",
        "if False:",
    ),
)

POLICY = (
    Switch("bind guard", BIND, ".Values.guards.bind.enabled", "false", ON_BIND),
    Switch(
        "bind guard: the second of two mappings",
        BIND,
        "[{{ mul 2 $pair }}, {{ add1 (mul 2 $pair) }}]",
        "[{{ mul 2 $pair }}, {{ mul 2 $pair }}]",
        ON_BIND,
    ),
    Switch("bind guard: on update", BIND, "[CREATE, UPDATE]", "[CREATE]", ON_BIND),
    Switch("bind guard: on create", BIND, "[CREATE, UPDATE]", "[UPDATE]", ON_BIND),
    Switch("bind guard: the 24th mapping", BIND, "until 24", "until 23", ON_BIND),
    Switch("reserved names", NAMES, ".reservedNames.enabled", "false", ON_NAMES),
    Switch(
        "reserved names: create", NAMES, "[CREATE, UPDATE, DELETE]", "[UPDATE, DELETE]", ON_NAMES
    ),
    Switch(
        "reserved names: update", NAMES, "[CREATE, UPDATE, DELETE]", "[CREATE, DELETE]", ON_NAMES
    ),
    Switch(
        "reserved names: delete", NAMES, "[CREATE, UPDATE, DELETE]", "[CREATE, UPDATE]", ON_NAMES
    ),
    Switch(
        "reserved names: in namespaces",
        NAMES,
        "resources: [clusterrolebindings, rolebindings]",
        "resources: [clusterrolebindings]",
        ON_NAMES,
    ),
    Switch("last applied", APPLIED, ".Values.guards.lastApplied.enabled", "false", ON_EMPTY),
    Switch("last applied: on create", APPLIED, "[CREATE, UPDATE]", "[UPDATE]", ON_EMPTY),
    Switch("last applied: on update", APPLIED, "[CREATE, UPDATE]", "[CREATE]", ON_EMPTY),
    Switch("cage", CAGE, ".Values.guards.cage.enabled", "false", ON_CAGE),
    Switch(
        "cage: bindings alone",
        CAGE,
        "expression: variables.isBinding\n",
        "expression: 'true'\n",
        ON_CAGE,
    ),
    Switch(
        "cage: reserved names alone",
        CAGE,
        "expression: variables.name.startsWith('groupaccess:')",
        "expression: 'true'",
        ON_CAGE,
    ),
    Switch(
        "cage: ClusterRoles alone",
        CAGE,
        "object.roleRef.kind == 'ClusterRole'\n        && ",
        "",
        ON_CAGE,
    ),
    Switch(
        "cage: roles of the list",
        CAGE,
        "object.roleRef.name in {{ toJson .Values.bindableClusterRoles }}",
        "true",
        ON_CAGE,
    ),
    Switch("cage: groups alone", CAGE, "subject.kind == 'Group' && ", "", ON_CAGE),
    Switch(
        "cage: no group of Kubernetes", CAGE, " && !subject.name.startsWith('system:')", "", ON_CAGE
    ),
)

SWITCHES = (
    *RULE_SWITCHES,
    *IDENTITY_SWITCHES,
    *FREEZE_SWITCHES,
    *CLAIMS_SWITCHES,
    *COLLISIONS_SWITCHES,
    *SILENCE_SWITCHES,
    *FORMER_SWITCHES,
    *KEYCLOAK,
    *WRITES,
    *POLICY,
    *INDEXES,
    *ORDER,
)
