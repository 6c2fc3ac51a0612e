"""A restore drill: what a backup holds of GroupAccesses and bindings, lost and made anew."""

import json
from dataclasses import dataclass
from typing import Any

from testbed.objects import Objects
from testbed.replay import granted
from testbed.waiting import eventually

KINDS = "clusterrolebindings,rolebindings"
OF_THIS_CLUSTER = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields")
Bodies = list[dict[str, Any]]


def restored(body: dict[str, Any]) -> dict[str, Any]:
    """Return an object as a backup tool makes it anew: no uid, no owner, no status."""
    dropped = {*OF_THIS_CLUSTER, "ownerReferences"}
    meta = {key: value for key, value in body["metadata"].items() if key not in dropped}
    return {key: value for key, value in body.items() if key != "status"} | {"metadata": meta}


@dataclass(frozen=True)
class Drill:
    """GroupAccesses whose names begin alike, and all that stands for them."""

    objects: Objects
    prefix: str

    def accesses(self) -> Bodies:
        """Return the GroupAccesses."""
        return [body for body in self._list("ga") if self._is_mine(body["metadata"]["name"])]

    def bindings(self) -> Bodies:
        """Return the bindings of both kinds."""
        found = self._list(KINDS, "--all-namespaces")
        names = ((body, body["metadata"]["name"].partition(":")) for body in found)
        return [body for body, (ours, _, name) in names if ours and self._is_mine(name)]

    def says(self) -> list[Any]:
        """Return what stands, without what a restore cannot keep: who, where, which marks."""
        return sorted(
            (body["kind"], *sorted(granted(body)), json.dumps(_marks(body), sort_keys=True))
            for body in self.bindings()
        )

    def uids(self) -> set[str]:
        """Return which objects the bindings are."""
        return {body["metadata"]["uid"] for body in self.bindings()}

    def owners(self) -> set[tuple[str, str]]:
        """Return name and uid of all that the bindings refer to as an owner."""
        metas = (body["metadata"] for body in self.bindings())
        references = (each for meta in metas for each in meta.get("ownerReferences", ()))
        return {(each["name"], each["uid"]) for each in references}

    def create(self, bodies: Bodies) -> None:
        """Create objects as a restore does, which leaves alone what is there."""
        listed = {"apiVersion": "v1", "kind": "List", "items": [restored(body) for body in bodies]}
        stdin = json.dumps(listed)
        done = self.objects.cluster.kubectl("create", "--filename=-", stdin=stdin, check=False)
        errors = done.stderr.splitlines()
        assert all("already exists" in line for line in errors), done.stderr

    def lose_everything(self) -> None:
        """Delete the GroupAccesses, and the bindings before somebody else collects them."""
        names = [f"ga/{body['metadata']['name']}" for body in self.accesses()]
        self.objects.cluster.kubectl("delete", *names)
        self.delete_bindings()

    def delete_bindings(self) -> None:
        """Delete the bindings, those without an owner among them."""
        for body in self.bindings():
            where = body["metadata"].get("namespace", "default")
            self.objects.cluster.kubectl(
                "delete",
                f"{body['kind']}/{body['metadata']['name']}",
                f"--namespace={where}",
                "--ignore-not-found",
            )
        eventually(lambda: not self.bindings(), within=10)

    def _list(self, kinds: str, *more: str) -> Bodies:
        found = self.objects.cluster.kubectl("get", kinds, *more, "-ojson").stdout
        items: Bodies = json.loads(found)["items"]
        return items

    def _is_mine(self, name: str) -> bool:
        return name.startswith(f"{self.prefix}-")


def _marks(body: dict[str, Any]) -> dict[str, Any]:
    return {what: body["metadata"][what] for what in ("name", "labels", "annotations")}
