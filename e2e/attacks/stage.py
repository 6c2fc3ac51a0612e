"""Where the attacks are tried: one cluster, one operator, one realm, and who may do what there."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from attacks import texts
from attacks.actors import ACTORS, ALL_RIGHTS, AUTHOR, CHIEF, TOKEN
from testbed.cluster import Cluster
from testbed.guards_users import RBAC, Body, User, binding, make_user, remove_user
from testbed.installation import ACCOUNT, NAMESPACE, stolen_token
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

BINDABLE = ("view", "edit", "admin")  # the chart's own choice: cluster-admin is not among them
VICTIM, SECRET_GROUP, SHOP = "attacks-victim", "vault-keepers", "attacks-shop"
HONEST, PATHS, NARROW = "attacks-honest", "attacks-paths", "attacks-narrow"
PREFIXES = {"attacks-system": "system", "attacks-sys": "sys"}
KINDS = tuple(
    f"{where}{kind}"
    for where, kinds in {
        "": ("clusterroles", "clusterrolebindings"),
        f"namespaces/{SHOP}/": ("roles", "rolebindings"),
    }.items()
    for kind in kinds
)


@dataclass
class AttackScenario:
    """What the attacks have to do with."""

    cluster: Cluster
    operator: OperatorProcess
    objects: Objects
    realm: Realm
    ca: str
    insider: str = ""  # a token of somebody who is in all groups with an odd name
    _users: dict[str, User] = field(default_factory=dict)
    _standing: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def user(self, who: str) -> User:
        """Return one of the actors."""
        if who not in self._users:
            rules = ACTORS.get(who)
            name = _account(who)
            if rules is None:
                made = stolen_token(self.cluster)
            elif isinstance(rules, str):
                made = _holder(self.cluster, name, rules)
            else:
                made = make_user(self.cluster, name, *rules)
            self._users[who] = made
        return self._users[who]

    def leave(self) -> None:
        """Take everything back."""
        self.arm(with_all_rights=False)
        self.objects.close()
        for who in self._users.keys() & ACTORS.keys():
            remove_user(self.cluster, _account(who))

    def arm(self, *, with_all_rights: bool) -> None:
        """Give the operator's account cluster-admin, or take it away."""
        token = self.user(TOKEN)
        if token.may("*", "*", "*") == with_all_rights:
            return
        if with_all_rights:
            bound = binding(ALL_RIGHTS, "cluster-admin")
            bound["subjects"] = [
                {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": NAMESPACE}
            ]
            self.objects.apply(bound)
        else:
            self.objects.delete(f"clusterrolebinding/{ALL_RIGHTS}")
        eventually(lambda: token.may("*", "*", "*") == with_all_rights, within=10)

    def all_rights(self) -> str:
        """Return a group whose members may do everything, by RBAC."""
        group, chief = f"{ALL_RIGHTS}-group", self.user(CHIEF)
        if not chief.posing_as("x", group).may("*", "*", "*"):
            self.objects.apply(binding(group, "cluster-admin", group))
            eventually(lambda: chief.posing_as("x", group).may("*", "*", "*"), within=10)
        return group

    def fresh(self) -> str:
        """Return a name that nothing else has."""
        return f"attacks-{next(self._numbers)}"

    def stand(self, *bodies: Body) -> None:
        """Make objects for all attacks that are tried on them."""
        names = {f"{body['kind']}/{body['metadata']['name']}" for body in bodies}
        if not names <= self._standing:
            self.objects.apply(*bodies)
            self._standing |= names

    def declare(self, directory_name: str, *mappings: Body, who: str = AUTHOR) -> str:
        """Make a GroupAccess, as somebody who may bind view alone by default; return its name."""
        name = self.fresh()
        body = access(name, directory_name, *mappings)
        self.objects.remember(body)
        answer = self.user(who).create(body)
        assert answer.status == 201, answer.message
        return name

    def sync(self) -> None:
        """Return when the operator has granted and revoked something: it knows what was before."""
        name = self.declare(HONEST, mapping("m", SECRET_GROUP))
        eventually(lambda: self.objects.bindings(name), within=20, what="a new grant")
        self.objects.delete(f"ga/{name}")
        eventually(lambda: not self.objects.bindings(name), within=20, what="its end")

    def rules_and_bindings(self) -> dict[str, Body]:
        """Return all roles and bindings of the whole cluster, and those of one namespace."""
        found: dict[str, Body] = {}
        for kind in KINDS:
            items = self.user(CHIEF).send("GET", f"/apis/{RBAC}/v1/{kind}").body["items"]
            found |= {f"{kind}/{body['metadata']['name']}": body for body in items}
        return found

    def reserved(self) -> dict[str, Body]:
        """Return those with reserved names."""
        found = self.rules_and_bindings()
        return {key: body for key, body in found.items() if "/groupaccess:" in key}

    def secrets(self) -> list[str]:
        """Return what the operator's port must not tell."""
        login = self.realm.clients.credentials()
        groups = [SECRET_GROUP, *texts.HARMLESS.values()]
        return [login.secret, *groups, "system:masters", "eyJ"]  # how each JWT begins

    def victims(self, kind: str) -> Body:
        """Return the victim's binding of a kind, as it stands."""
        name, where = f"groupaccess:{VICTIM}:cluster:view", ""
        if kind == "RoleBinding":
            name, where = f"groupaccess:{VICTIM}:shop:view", SHOP
        return self.user(CHIEF).read(binding(name, "view", namespace=where))


def wider_than_declared(reserved: Mapping[str, Body]) -> list[str]:
    """Return the operator's bindings that it must never make, but for those made by others."""
    return [
        key
        for key, body in reserved.items()
        if body["roleRef"]["name"] not in BINDABLE
        or any(
            each["kind"] != "Group" or each["name"].startswith("system:")
            for each in body.get("subjects", ())
        )
    ]


def of_victim(reserved: Mapping[str, Body]) -> dict[str, Body]:
    """Return what stands for the victim."""
    return {key: body for key, body in reserved.items() if f":{VICTIM}:" in key}


def _account(who: str) -> str:
    return f"attacks-{who.replace(' ', '-')}"


def _holder(cluster: Cluster, name: str, role: str) -> User:
    """Return somebody who has one of Kubernetes' own roles in the whole cluster."""
    account = {"kind": "ServiceAccount", "name": name, "namespace": "default"}
    made = {"name": name, "namespace": "default"}
    cluster.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": made},
        {**binding(name, role), "subjects": [account]},
    )
    user = User(cluster, cluster.create_token("default", name))
    eventually(lambda: user.may("create", "", "configmaps"), within=10)
    return user
