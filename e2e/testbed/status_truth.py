"""What a status of a GroupAccess says that is not so, by the bindings that there are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from testbed.bound import Key

STILL_BOUND = "still bound"  # how a status names what should be gone and is not yet
OVER = {"Expired", "Revoked"}
Body = Mapping[str, Any]


@dataclass(frozen=True)
class Untruth:
    """What is said and not so, and the bindings that it is about."""

    said: str
    about: frozenset[Key]


def untruths(access: Body, bindings: Iterable[Body]) -> Iterator[Untruth]:
    """Yield what the status of a GroupAccess says and these bindings contradict.

    `bindings` are all that there were of both kinds when the status was written.
    """
    owner, status = access["metadata"]["name"], access["status"]
    left = {_key(body): body for body in bindings if _is_bound(body, owner)}
    if "mappings" not in status:
        yield Untruth("it says nothing of its mappings", frozenset())
        return
    for mapping in status["mappings"]:
        name = f"groupaccess:{owner}:{mapping['name']}:{mapping['clusterRole']}"
        scoped = mapping["where"]["scope"] == "Namespaces"
        mine = {
            key: body
            for key, body in left.items()
            if key[1] == name and bool(key[0]) is scoped and _role(body) == mapping["clusterRole"]
        }
        left = {key: body for key, body in left.items() if key not in mine}
        for said in _of_mapping(mapping, [_subjects(body) for body in mine.values()]):
            about = frozenset(mine) or frozenset({("", name)})
            yield Untruth(f"{mapping['name']} is {mapping['state']}, but {said}", about)
    words = str([status["mappings"], status["conditions"]])
    if left and STILL_BOUND not in words:
        named = ", ".join("/".join(key) for key in sorted(left))
        yield Untruth(f"nothing is said to be {STILL_BOUND}, but {named}", frozenset(left))


def _of_mapping(mapping: Body, bound: list[set[str]]) -> Iterator[str]:
    state, where = mapping["state"], mapping["where"]
    as_said = sum(subjects == set(mapping.get("subjects", ())) for subjects in bound)
    count = f"bound in {len(bound)} places, in {as_said} of them for {mapping.get('subjects')}"
    if "granted" in where and where["granted"] not in {len(bound), as_said}:
        yield f"where.granted is {where['granted']}, {count}"
    if state == "Granted" and not as_said == len(bound) == where.get("wanted", 1):
        yield f"{count}, of {where.get('wanted', 1)}"
    if state == "Partial" and not 0 < as_said < where.get("wanted", 1):
        yield f"{count}, of {where.get('wanted', 1)}"
    if state == "Partial" and as_said != len(bound) and STILL_BOUND not in str(mapping):
        yield f"others are bound: {count}"
    if state == "Held" and not bound:
        yield "nothing is bound"
    if state in OVER | {"Pending"} and bound and STILL_BOUND not in mapping["message"]:
        yield count
    if state in OVER and not bound and STILL_BOUND in mapping["message"]:
        yield f"nothing is {STILL_BOUND}"


def _key(body: Body) -> Key:
    return body["metadata"].get("namespace", ""), body["metadata"]["name"]


def _is_bound(body: Body, owner: str) -> bool:
    ours = body["metadata"]["name"].startswith(f"groupaccess:{owner}:")
    return ours and bool(body.get("subjects"))


def _role(body: Body) -> str:
    name: str = body["roleRef"]["name"]
    return name


def _subjects(body: Body) -> set[str]:
    return {subject["name"] for subject in body["subjects"]}
