"""One event that takes very many writes, beside the same writes bare."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from bench.feed import ACCESSES, Key
from bench.figure import Figure
from bench.floor import Floor
from bench.load import DIRECTORY, ROLE
from bench.requests import JSON_PATCH, many, seconds
from bench.stage import LONG, Stage
from testbed.objects import access, mapping

AT_ONCE = 1_000  # namespaces that come together
PLACES = 2_000  # namespaces of one mapping
REMOVED = 1_000  # objects, at most, that are deleted together
WIDE = "wide"
OTHER_ROLE = "edit"
NAMESPACES = "/api/v1/namespaces"


async def measure_many(stage: Stage, floor: Floor) -> AsyncIterator[Figure]:
    """Yield the figures; the load loses its first objects."""
    selector = {"selector": {"matchLabels": {"bench": WIDE}}}
    selecting = mapping("m", stage.load.groups[1], ROLE, namespaces=selector)
    await stage.declare(access(WIDE, DIRECTORY, selecting))
    yield await _namespaces(stage, floor)
    await many(_create(stage, AT_ONCE, PLACES, labelled=True))
    await _all_bound(stage, ROLE, PLACES)
    await stage.settle()
    yield await _role_change(stage, floor)
    await stage.settle()
    yield await _removal(stage, floor)


def _create(stage: Stage, begin: int, end: int, *, labelled: bool) -> Iterator[Any]:
    """Yield requests for namespaces, with the label that is selected or without."""
    for number in range(begin, end):
        kind = WIDE if labelled else "plain"
        metadata = {"name": f"{kind}-{number:04}", "labels": {"bench": kind}}
        yield stage.admin.send("POST", NAMESPACES, {"metadata": metadata})


async def _namespaces(stage: Stage, floor: Floor) -> Figure:
    """Let many namespaces come at once that one object selects."""
    bare = await seconds(many(_create(stage, 0, AT_ONCE, labelled=False)))

    async def come() -> None:
        await many(_create(stage, 0, AT_ONCE, labelled=True))
        await _all_bound(stage, ROLE, AT_ONCE)

    took = await seconds(come())
    name = f"{AT_ONCE} namespaces of one selector"
    return Figure(name, "s", took, bare + AT_ONCE * floor.apply_many, None)


async def _role_change(stage: Stage, floor: Floor) -> Figure:
    """Change the role of one mapping that has a binding in each of very many namespaces."""
    change = [{"op": "replace", "path": "/spec/mappings/0/clusterRole", "value": OTHER_ROLE}]

    async def edit() -> None:
        await stage.admin.send("PATCH", f"{ACCESSES}/{WIDE}", change, JSON_PATCH)
        await _all_bound(stage, OTHER_ROLE, PLACES)
        await stage.feed.until(lambda: not _bound(stage, ROLE), LONG)

    name = f"another role in {PLACES} namespaces"
    bare = PLACES * (floor.apply_many + floor.delete_many)
    return Figure(name, "s", await seconds(edit()), bare, None)


async def _removal(stage: Stage, floor: Floor) -> Figure:
    """Delete many objects, until nothing of them is bound."""
    names = [f"load-{number:05}" for number in range(min(REMOVED, stage.load.size))]
    bound, feed = {f"groupaccess:{name}:m:{ROLE}" for name in names}, stage.feed

    async def delete() -> None:
        await many(stage.admin.send("DELETE", f"{ACCESSES}/{name}") for name in names)
        await feed.until(lambda: bound.isdisjoint(key[1] for key in feed.bound), LONG)

    bare = len(names) * (1 + stage.load.bindings) * floor.delete_many
    return Figure(f"removal of {len(names)} objects", "s", await seconds(delete()), bare, None)


def _bound(stage: Stage, role: str) -> list[Key]:
    name = f"groupaccess:{WIDE}:m:{role}"
    return [key for key in stage.feed.bound if key[1] == name]


async def _all_bound(stage: Stage, role: str, count: int) -> None:
    await stage.feed.until(lambda: len(_bound(stage, role)) == count, LONG)
