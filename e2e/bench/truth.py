"""Whether statuses say what is so: a figure with a wrong status does not count."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

from bench.feed import ACCESSES, BINDINGS
from bench.stage import Stage
from testbed.status_truth import untruths

LOOKED_AT = 100  # statuses
COUNTED = 100  # other grants, at most
PARTS = 4  # of the name of a binding of ours


class WrongStatusError(Exception):
    """A status says what is not so."""


async def check_statuses(stage: Stage) -> None:
    """Compare some statuses with all bindings; raise WrongStatusError."""
    accesses = await stage.admin.items(ACCESSES)
    bindings = [each for path in BINDINGS for each in await stage.admin.items(path)]
    by_owner: dict[str, list[dict[str, Any]]] = {}
    for body in bindings:
        by_owner.setdefault(_owner(body), []).append(body)
    chosen = random.sample(accesses, min(LOOKED_AT, len(accesses)))
    wrong = [
        f"{access['metadata']['name']}: {said}"
        for access in chosen
        for said in (
            *(each.said for each in untruths(access, by_owner.get(access["metadata"]["name"], ()))),
            *_other_grants(access, bindings),
        )
    ]
    if wrong:
        raise WrongStatusError(f"{len(wrong)} of {len(chosen)} statuses: {wrong[:3]}")


def _other_grants(access: Mapping[str, Any], bindings: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what `alsoGrantedBy` of a status says, and the bindings contradict.

    Each object of a benchmark has one mapping, so that a binding of another object is another one.
    """
    owner = access["metadata"]["name"]
    mine = {_namespace(body) for body in bindings if _owner(body) == owner}
    for mapping in access["status"]["mappings"]:
        groups = set(mapping.get("subjects", ()))
        count = sum(
            body["roleRef"]["name"] == mapping["clusterRole"]
            and _owner(body) != owner
            and _namespace(body) in {"", *mine}
            and any(each["name"] in groups for each in body.get("subjects") or ())
            for body in bindings
        )
        said = mapping.get("alsoGrantedBy", {}).get("count", 0)
        if said not in {count, min(count, COUNTED)}:  # the operator of before counted all
            yield f"alsoGrantedBy.count is {said}, but there are {count}"


def _owner(body: Mapping[str, Any]) -> str:
    parts: list[str] = body["metadata"]["name"].split(":")
    return parts[1] if parts[0] == "groupaccess" and len(parts) == PARTS else ""


def _namespace(body: Mapping[str, Any]) -> str:
    namespace: str = body["metadata"].get("namespace", "")
    return namespace
