"""What the API server answers: lists, reads, applies, patches, deletes."""

import base64
import itertools
import json
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fakes.kube.storage import Body, Key, Storage, Stored

CREDENTIALS = {"client-id": "groupaccess", "client-secret": "s3cret-of-the-operator"}
LOGIN = "keycloak"  # the Secret with these; it is always there
BINDINGS = ("clusterrolebindings", "rolebindings")
OURS = ("groupaccesses", "keycloakdirectories")
ENDING = "NamespaceTerminating"


@dataclass(frozen=True)
class Call:
    """A request as it is understood: `sub` is "status" or ""."""

    method: str
    plural: str
    key: Key
    sub: str = ""
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def watches(self) -> bool:
        return "watch" in self.query

    @property
    def verb(self) -> str:
        """Return what is done, in Kubernetes' words so far as it matters to what fails."""
        if self.sub:
            return "status"
        if self.method == "GET":
            return "watch" if self.watches else ("get" if self.key.name else "list")
        return {"PATCH": "apply", "DELETE": "delete", "POST": "create", "PUT": "update"}[
            self.method
        ]

    @classmethod
    def of(cls, method: str, url: str) -> "Call":
        parts = urlsplit(url)
        segments = [unquote(segment) for segment in parts.path.split("/")[1:]]
        rest = segments[2:] if segments[0] == "api" else segments[3:]
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        name = rest[1] if len(rest) > 1 else ""
        sub = rest[2] if len(rest) > 2 else ""
        return cls(method, rest[0], Key(namespace, name), sub, dict(parse_qsl(parts.query)))


class RefusedCallError(Exception):
    """An answer that is no success."""

    def __init__(self, code: int, message: str, reason: str = "") -> None:
        super().__init__(message)
        causes = {"details": {"causes": [{"reason": reason}]}} if reason else {}
        self.code = code
        self.body = {"kind": "Status", "code": code, "message": message, **causes}


class Requests:
    """Answers calls from the storage. A page holds `page` items at most.

    `bindable` are the ClusterRoles that may be bound; None means all.
    """

    def __init__(self, storage: Storage, bindable: Container[str] | None = None) -> None:
        self.storage = storage
        self.page = 500
        self._bindable = bindable
        self._lists: dict[str, tuple[list[Stored], int]] = {}
        self._tokens = itertools.count()
        self.asked = 0.0  # when the call was sent that is answered now
        self._applied: dict[str, frozenset[str]] = {}  # uid -> annotations and owners applied

    def answer(self, call: Call, body: Any, by: str) -> str:
        """Answer a call with JSON text, or raise RefusedCallError."""
        if call.plural == "selfsubjectaccessreviews":  # nothing is stored
            asked = body["spec"]["resourceAttributes"]["name"]
            return json.dumps({"status": {"allowed": self._may_bind(asked)}})
        match call.verb:
            case "list":
                return self._list(call)
            case "get":
                return self._get(call)
            case "delete":
                return self._delete(call, body or {}, by)
            case "apply":
                stored = self._apply(call, json.loads(body), by)
            case "status":
                stored = self._status(call, body, by)
            case "create":
                stored = self._create(call, body, by)
            case _:
                stored = self._update(call, body, by)
        return stored.text

    def _list(self, call: Call) -> str:
        """List a page: all pages are a snapshot of the moment of the first."""
        token = call.query.get("continue", "")
        if token:
            left, revision = self._lists.pop(token, ([], 0))
            if revision < self.storage.compacted:
                raise RefusedCallError(410, "the continue token is too old")
        else:
            left, revision = list(self.storage.objects[call.plural].values()), self.storage.revision
        size = min(self.page, int(call.query.get("limit", self.page)))
        now, later = left[:size], left[size:]
        following = ""
        if later:
            following = f"{call.plural}-{revision}-{next(self._tokens)}"
            self._lists[following] = (later, revision)
        metadata = json.dumps({"resourceVersion": str(revision), "continue": following})
        return f'{{"metadata":{metadata},"items":[{",".join(each.text for each in now)}]}}'

    def _get(self, call: Call) -> str:
        if call.plural == "secrets" and call.key.name == LOGIN:
            data = {k: base64.b64encode(v.encode()).decode() for k, v in CREDENTIALS.items()}
            return json.dumps({"metadata": {"name": call.key.name}, "data": data})
        return self._found(call).text

    def _found(self, call: Call) -> Stored:
        stored = self.storage.get(call.plural, call.key)
        if stored is None:
            raise RefusedCallError(404, f'{call.plural} "{call.key.name}" not found')
        return stored

    def _apply(self, call: Call, body: Body, by: str) -> Stored:
        """Apply server-side: what the operator applied before and leaves out now goes."""
        metadata = body["metadata"]
        before = self.storage.get(call.plural, call.key)
        self._admit_name(call.key.name)
        self._admit_role(body["roleRef"]["name"])
        if before is None:
            if metadata.get("uid") or metadata.get("resourceVersion"):
                raise RefusedCallError(409, "the object was deleted: its uid does not match")
            self._admit(call.key.namespace)
            old: Body = {"metadata": {}, "roleRef": body["roleRef"]}
        else:
            if metadata.get("uid", before.uid) != before.uid:
                raise RefusedCallError(409, "Precondition failed: uid")
            if int(metadata.get("resourceVersion", before.revision)) != before.revision:
                raise RefusedCallError(409, "the object has been modified")
            if body["roleRef"] != before.body["roleRef"]:
                raise RefusedCallError(422, "roleRef: Invalid value: cannot change roleRef")
            old = before.body
        mine = metadata.get("annotations", {})
        owned = {each["uid"]: each for each in metadata.get("ownerReferences", [])}
        applied = frozenset((*mine, *owned))
        lost = self._applied.get(before.uid if before else "", frozenset()) - applied
        kept = {k: v for k, v in old["metadata"].get("annotations", {}).items() if k not in lost}
        owners = {each["uid"]: each for each in old["metadata"].get("ownerReferences", [])}
        owners = {uid: each for uid, each in owners.items() if uid not in lost} | owned
        new = {
            "apiVersion": body["apiVersion"],
            "kind": body["kind"],
            "metadata": {
                "name": call.key.name,
                **({"namespace": call.key.namespace} if call.key.namespace else {}),
                "labels": {**old["metadata"].get("labels", {}), **metadata.get("labels", {})},
                "annotations": {**kept, **mine},
                "ownerReferences": list(owners.values()),
            },
            "roleRef": body["roleRef"],
            "subjects": body.get("subjects", []),
        }
        stored = self.storage.put(call.plural, call.key, new, by)
        self._applied[stored.uid] = applied
        return stored

    def _admit_name(self, name: str) -> None:
        if "%" in name:
            raise RefusedCallError(
                422, f"metadata.name: Invalid value: {name}: may not contain '%'"
            )

    def _may_bind(self, role: str) -> bool:
        return self._bindable is None or role in self._bindable

    def _admit_role(self, role: str) -> None:
        """Refuse a role that may not be bound; one that is missing is not found before."""
        if self._may_bind(role):
            return
        if self.storage.get("clusterroles", Key("", role)) is None:
            raise RefusedCallError(
                404, f'clusterroles.rbac.authorization.k8s.io "{role}" not found'
            )
        raise RefusedCallError(
            403, f"attempting to grant RBAC permissions not currently held: {role}"
        )

    def _admit(self, namespace: str) -> None:
        """Refuse what is made in a namespace that is not there, or is being deleted."""
        if not namespace:
            return
        stored = self.storage.get("namespaces", Key("", namespace))
        if stored is None:
            raise RefusedCallError(404, f'namespaces "{namespace}" not found')
        if "deletionTimestamp" in stored.body["metadata"]:
            raise RefusedCallError(403, f"namespace {namespace} is being terminated", ENDING)

    def _delete(self, call: Call, options: Body, by: str) -> str:
        stored = self._found(call)
        preconditions = options.get("preconditions", {})
        if preconditions.get("uid", stored.uid) != stored.uid:
            raise RefusedCallError(409, "Precondition failed: uid")
        if int(preconditions.get("resourceVersion", stored.revision)) != stored.revision:
            raise RefusedCallError(409, "Precondition failed: resourceVersion")
        self.storage.delete(call.plural, call.key, by)
        return '{"kind":"Status","status":"Success"}'

    def _status(self, call: Call, patch: list[Body], by: str) -> Stored:
        stored = self._found(call)
        values = {each["path"]: each["value"] for each in patch}
        if int(values.get("/metadata/resourceVersion", stored.revision)) != stored.revision:
            raise RefusedCallError(409, "the object has been modified")
        body = {**stored.body, "status": values["/status"]}
        return self.storage.put(call.plural, call.key, body, by)

    def _create(self, call: Call, body: Body, by: str) -> Stored:
        name = body["metadata"].get("name")
        if name is None:
            name = f"{body['metadata']['generateName']}{self.storage.revision}"
        key = Key(call.key.namespace, name)
        if self.storage.get(call.plural, key) is not None:
            raise RefusedCallError(409, f'{call.plural} "{name}" already exists')
        made = {**body, "metadata": {**body["metadata"], "name": name}}
        return self.storage.put(call.plural, key, made, by)

    def _update(self, call: Call, body: Body, by: str) -> Stored:
        stored = self._found(call)
        version = body["metadata"].get("resourceVersion", str(stored.revision))
        if int(version) != stored.revision:
            raise RefusedCallError(409, "the object has been modified")
        return self.storage.put(call.plural, call.key, body, by)
