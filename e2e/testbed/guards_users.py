"""Real users for attacks on the guards: ServiceAccounts with the rights that a test gives them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from testbed.access import Answer
from testbed.cluster import Cluster
from testbed.waiting import eventually

RBAC = "rbac.authorization.k8s.io"
AUTHORIZATION = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
NAMESPACE = "default"
PLURALS = {"GroupAccess": "groupaccesses", "KeycloakDirectory": "keycloakdirectories"}
Rule = Mapping[str, Sequence[str]]
Body = dict[str, Any]

WRITE = ("get", "create", "update", "patch", "delete", "deletecollection")
WRITES_ACCESSES: Rule = {
    "apiGroups": ["groupaccess.io"],
    "resources": ["groupaccesses", "groupaccesses/status"],
    "verbs": WRITE,
}
WRITES_BINDINGS: Rule = {
    "apiGroups": [RBAC],
    "resources": ["clusterrolebindings", "rolebindings"],
    "verbs": WRITE,
}
EVERYTHING: Rule = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}


def binds(*cluster_roles: str) -> Rule:
    """Return the rule that lets somebody hand out these ClusterRoles."""
    return {
        "apiGroups": [RBAC],
        "resources": ["clusterroles"],
        "verbs": ["bind"],
        "resourceNames": cluster_roles,
    }


@dataclass(frozen=True)
class User:
    """Somebody with a token; `headers` go along with each request."""

    cluster: Cluster
    token: str
    headers: tuple[tuple[str, str], ...] = ()

    def create(self, body: Body, *, dry: bool = False) -> Answer:
        """Create an object."""
        return self.send("POST", collection(body) + ("?dryRun=All" if dry else ""), body)

    def update(self, body: Body) -> Answer:
        """Replace an object."""
        return self.send("PUT", path(body), body)

    def merge(self, body: Body, change: Body) -> Answer:
        """Change an object by a merge patch."""
        return self.send("PATCH", path(body), change, content="application/merge-patch+json")

    def patch(self, body: Body, *operations: Body) -> Answer:
        """Change an object by a JSON patch."""
        content = "application/json-patch+json"
        return self.send("PATCH", path(body), list(operations), content=content)

    def apply(self, body: Body) -> Answer:
        """Create or change an object by server-side apply."""
        where = f"{path(body)}?fieldManager=somebody&force=true"
        return self.send("PATCH", where, body, content="application/apply-patch+yaml")

    def delete(self, body: Body) -> Answer:
        """Delete an object."""
        return self.send("DELETE", path(body))

    def delete_all(self, body: Body, selector: str) -> Answer:
        """Delete all objects of that kind and place that have a label."""
        return self.send("DELETE", f"{collection(body)}?labelSelector={selector}")

    def read(self, body: Body) -> Body:
        """Return an object as it stands."""
        answer = self.send("GET", path(body))
        assert answer.status == 200, answer.message
        found: Body = answer.body
        return found

    def may(self, verb: str, group: str, resource: str, name: str = "") -> bool:
        """Ask whether this user may do something in the whole cluster."""
        wanted = {"verb": verb, "group": group, "resource": resource, "name": name}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
        body = {**review, "spec": {"resourceAttributes": wanted}}
        return bool(self.send("POST", AUTHORIZATION, body).body["status"]["allowed"])

    def posing_as(self, name: str, *groups: str) -> "User":
        """Return this user in the disguise of another, by impersonation."""
        named = (("Impersonate-Group", group) for group in groups)
        return replace(self, headers=(("Impersonate-User", name), *named))

    def send(self, method: str, where: str, body: object = None, *, content: str = "") -> Answer:
        """Send a request of any kind."""
        headers = (*self.headers, ("Content-Type", content)) if content else self.headers
        return self.cluster.request(method, where, self.token, body, headers)


def make_user(cluster: Cluster, name: str, *rules: Rule) -> User:
    """Make a ServiceAccount with these rights in the whole cluster; return when it has them."""
    account = {"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}
    cluster.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _meta(name, NAMESPACE)},
        {**_rbac("ClusterRole", name), "rules": [dict(rule) for rule in rules]},
        {**binding(name, name), "subjects": [account]},
    )
    user = User(cluster, cluster.create_token(NAMESPACE, name))
    asked = [_question(rule) for rule in rules]
    eventually(lambda: all(user.may(*each) for each in asked), within=10, what=f"{name}'s rights")
    return user


def remove_user(cluster: Cluster, name: str) -> None:
    """Take the ServiceAccount and its rights away."""
    for kind in ("ClusterRoleBinding", "ClusterRole"):
        cluster.admin.remove(f"{RBAC}/v1", kind, name)
    cluster.admin.remove("v1", "ServiceAccount", name, NAMESPACE)


def binding(name: str, cluster_role: str, *groups: str, namespace: str = "") -> Body:
    """Return a ClusterRoleBinding, or in a namespace a RoleBinding, of groups."""
    body = _rbac("RoleBinding" if namespace else "ClusterRoleBinding", name, namespace)
    body["roleRef"] = {"apiGroup": RBAC, "kind": "ClusterRole", "name": cluster_role}
    body["subjects"] = [{"kind": "Group", "apiGroup": RBAC, "name": group} for group in groups]
    return body


def labelled(body: Body) -> Body:
    """Return the same object with a label."""
    return {**body, "metadata": {**body["metadata"], "labels": {"team": "iam"}}}


def collection(body: Body) -> str:
    """Return the path of the collection that an object is in."""
    namespace = body["metadata"].get("namespace")
    plural = PLURALS.get(body["kind"], f"{body['kind'].lower()}s")
    where = f"/namespaces/{namespace}" if namespace else ""
    api = "/api/v1" if body["apiVersion"] == "v1" else f"/apis/{body['apiVersion']}"
    return f"{api}{where}/{plural}"


def path(body: Body) -> str:
    """Return the path of an object."""
    return f"{collection(body)}/{body['metadata']['name']}"


def _rbac(kind: str, name: str, namespace: str = "") -> Body:
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": _meta(name, namespace)}


def _meta(name: str, namespace: str = "") -> dict[str, str]:
    return {"name": name, "namespace": namespace} if namespace else {"name": name}


def _question(rule: Rule) -> tuple[str, str, str, str]:
    """Return one thing that a rule allows: all of a ClusterRole comes into force at once."""
    name = rule.get("resourceNames", ("",))[-1]
    return rule["verbs"][0], rule["apiGroups"][0], rule["resources"][0], name
