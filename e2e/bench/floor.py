"""What Kubernetes alone takes: the operator's own writes, bare and many at a time."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.feed import ACCESSES, BINDINGS, path_of
from bench.requests import APPLY, JSON_PATCH, Requests, many, seconds
from bench.stage import LONG, Stage

SAMPLE = 2_000  # objects, at most; the floor of more is scaled
SINGLES = 100  # bare applies, at most, one after the other
MODEL = "model"


@dataclass(frozen=True)
class Floor:
    """Seconds: of all writes that `load` needs, and of one bare request.

    `apply_p50` and `apply_p99` are of one alone, `apply_many` and `delete_many` of one among many.
    """

    writes: float
    apply_many: float
    delete_many: float
    apply_p50: float
    apply_p99: float


@dataclass(frozen=True)
class Model:
    """The bindings and the status that the operator wrote for one object of the load."""

    bindings: tuple[Mapping[str, Any], ...]
    status: Mapping[str, Any]


async def measure_floor(stage: Stage) -> Floor:
    """Measure the bare writes; nothing of it is left."""
    model = await _model(stage)
    load = stage.load
    many_of = min(SAMPLE, load.size)
    bodies = [load.body(f"floor-{number:05}", load.groups[1]) for number in range(many_of)]
    await stage.declare(*bodies)
    accesses = await stage.admin.items(ACCESSES)
    few = min(SINGLES, many_of // 2)
    singles, others = accesses[:few], accesses[few:]
    took = [
        await seconds(_bind(stage.account, model.bindings[0], each["metadata"])) for each in singles
    ]
    rest = await seconds(many(_write(stage.account, model, each["metadata"]) for each in others))
    keys = list(stage.feed.bound)
    deletes = await seconds(many(stage.account.send("DELETE", path_of(key)) for key in keys))
    anew = many(_bind(stage.account, model.bindings[0], each["metadata"]) for each in singles)
    applies = await seconds(anew)
    await stage.clear()
    return Floor(
        rest / len(others) * load.size,
        applies / len(singles),
        deletes / len(keys),
        median(took),
        percentile(took, 99),
    )


def percentile(values: Sequence[float], share: int) -> float:
    """Return the smallest value that `share` percent of them do not exceed."""
    return sorted(values)[-(-len(values) * share // 100) - 1]


async def apply_once(stage: Stage, number: int) -> float:
    """Return the seconds of one more bare apply: of a binding that is deleted again."""
    name = f"bare-{number:03}"
    body = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "nobody"}],
    }
    where = path_of(("", name))
    apply = stage.admin.send("PATCH", f"{where}?fieldManager=bench&force=true", body, APPLY)
    took = await seconds(apply)
    await stage.admin.send("DELETE", where)
    return took


async def list_all(stage: Stage) -> float:
    """Return the seconds of one list of each kind that the operator watches."""
    paths = (
        ACCESSES,
        *BINDINGS,
        ACCESSES.replace("groupaccesses", "keycloakdirectories"),
        BINDINGS[0].replace("clusterrolebindings", "clusterroles"),
        "/api/v1/namespaces",
    )

    async def lists() -> None:
        await asyncio.gather(*map(stage.account.items, paths))

    return await seconds(lists())


async def _model(stage: Stage) -> Model:
    """Let the operator write one object, and take it for the model."""
    await stage.declare(stage.load.body(MODEL, stage.load.groups[1]))
    stage.operator.start()
    await stage.feed.until(lambda: stage.feed.granted == 1, LONG)
    await stage.stop()
    access = await stage.admin.send("GET", f"{ACCESSES}/{MODEL}")
    found = [each for path in BINDINGS for each in await stage.admin.items(path)]
    prefix = f"groupaccess:{MODEL}:"
    ours = tuple(each for each in found if each["metadata"]["name"].startswith(prefix))
    assert len(ours) == stage.load.bindings
    await stage.clear()
    return Model(ours, access["status"])


async def _write(account: Requests, model: Model, meta: Mapping[str, Any]) -> None:
    for binding in model.bindings:
        await _bind(account, binding, meta)
    body = [
        {"op": "replace", "path": "/metadata/resourceVersion", "value": meta["resourceVersion"]},
        {"op": "add", "path": "/status", "value": model.status},
    ]
    where = f"{ACCESSES}/{meta['name']}/status?fieldManager=groupaccess"
    await account.send("PATCH", where, body, JSON_PATCH)


async def _bind(account: Requests, model: Mapping[str, Any], meta: Mapping[str, Any]) -> None:
    """Apply a binding like the model for another GroupAccess."""
    metadata = model["metadata"]
    name = metadata["name"].replace(f":{MODEL}:", f":{meta['name']}:")
    (owner,) = metadata["ownerReferences"]
    inside = {"namespace": metadata["namespace"]} if "namespace" in metadata else {}
    body = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding" if inside else "ClusterRoleBinding",
        "metadata": {
            "name": name,
            **inside,
            "labels": metadata["labels"],
            "annotations": metadata["annotations"],
            "ownerReferences": [{**owner, "name": meta["name"], "uid": meta["uid"]}],
        },
        "roleRef": model["roleRef"],
        "subjects": model["subjects"],
    }
    where = path_of((metadata.get("namespace", ""), name))
    where = f"{where}?fieldManager=groupaccess&force=true"
    await account.send("PATCH", where, body, APPLY)
