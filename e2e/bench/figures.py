"""The figures of a load, each beside its floor of the same run."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from statistics import median

from bench.feed import ACCESSES, Key, path_of
from bench.figure import Figure
from bench.floor import Floor, apply_once, list_all, measure_floor, percentile
from bench.keycloak_round import measure_rounds
from bench.load import DIRECTORY, ROLE
from bench.many import measure_many
from bench.stage import LONG, Stage
from bench.truth import check_statuses
from testbed.objects import access, mapping

TIMES = 60  # grants, and repairs, one after the other
PACE = 0.2  # seconds between two of them while others converge
SELECTORS = 100  # that match one namespace
MEBIBYTE = 2**20


async def measure(stage: Stage) -> AsyncIterator[Figure]:
    """Yield all figures of a load."""
    floor = await measure_floor(stage)
    await stage.declare(*stage.load.bodies())
    async for each in _cold(stage, floor):
        yield each
    for name, act in (("grant", _grant), ("repair", _repair)):
        for each in _latencies(name, [await act(stage, number) for number in range(TIMES)], floor):
            yield each
    await _check(stage)
    async for each in _restart(stage):
        yield each
    yield await _matched(stage)
    await _check(stage)
    async for each in _beside(stage, floor):
        yield each
    await _check(stage)
    async for each in measure_rounds(stage):
        yield each
    async for each in measure_many(stage, floor):
        yield each
    await _check(stage)


async def _check(stage: Stage) -> None:
    await stage.settle()
    await check_statuses(stage)


async def _cold(stage: Stage, floor: Floor) -> AsyncIterator[Figure]:
    """Start the operator, which has bound nothing yet."""
    began = time.perf_counter()
    usage = stage.start()
    await _converged(stage)
    ended = time.perf_counter()
    quiet = await usage.until_quiet(LONG)
    await check_statuses(stage)
    yield Figure("cold convergence", "s", ended - began, floor.writes, 1.5)
    yield Figure("busy afterwards", "s", max(0.0, quiet - ended), None, 1.0)
    yield Figure("CPU of an object", "ms", usage.cpu_seconds / stage.load.size * 1000, None, 2.5)
    yield Figure("memory", "MiB", usage.memory_bytes / MEBIBYTE, None, 300)


async def _converged(stage: Stage) -> None:
    size, feed = stage.load.size, stage.feed
    bindings = size * stage.load.bindings
    await feed.until(lambda: feed.granted >= size and len(feed.bound) >= bindings, LONG)


async def _grant(stage: Stage, number: int, kind: str = "new") -> float:
    """Return the seconds from sending a new object until its binding is told."""
    name = f"{kind}-{number:03}"
    body = stage.load.body(name, stage.load.groups[1 + number % (len(stage.load.groups) - 1)])
    feed, wanted = stage.feed, stage.load.bindings
    began = time.perf_counter()
    await stage.admin.send("POST", ACCESSES, body)
    keys = _keys(stage, name)
    await feed.until(lambda: all(key in feed.bound for key in keys), LONG)
    assert len(keys) == wanted
    return max(feed.bound[key] for key in keys) - began


async def _repair(stage: Stage, number: int) -> float:
    """Return the seconds from deleting a binding until it is there again."""
    name = f"load-{number:05}"
    key, feed = _keys(stage, name)[0], stage.feed
    before = feed.bound[key]
    began = time.perf_counter()
    await stage.admin.send("DELETE", path_of(key))
    await feed.until(lambda: feed.bound.get(key, before) != before, LONG)
    return feed.bound[key] - began


def _keys(stage: Stage, name: str) -> list[Key]:
    namespaces = stage.load.namespaces or ("",)
    return [(each, f"groupaccess:{name}:m:view") for each in namespaces]


def _latencies(name: str, took: list[float], floor: Floor) -> list[Figure]:
    single = floor.apply_p50 * 1000
    last = percentile(took, 99) * 1000
    return [
        Figure(f"{name}, p50", "ms", median(took) * 1000, single, 3),
        Figure(f"{name}, p99", "ms", last, single, 10),
    ]


async def _restart(stage: Stage) -> AsyncIterator[Figure]:
    """Start the operator anew, with everything bound."""
    await stage.stop()
    bare = await list_all(stage)
    began = time.perf_counter()
    stage.start()
    await stage.ready()
    yield Figure("start until ready", "s", time.perf_counter() - began, bare, 4)
    await stage.settle()


async def _matched(stage: Stage) -> Figure:
    """Let a new namespace match the selectors of many objects."""
    selector = {"selector": {"matchLabels": {"bench": "matched"}}}
    wanted = [f"selects-{number:03}" for number in range(SELECTORS)]
    selecting = mapping("m", stage.load.groups[1], ROLE, namespaces=selector)
    before, feed = stage.feed.granted, stage.feed
    await stage.declare(*(access(name, DIRECTORY, selecting) for name in wanted))
    await feed.until(lambda: feed.granted == before + SELECTORS, LONG)
    namespace = {"metadata": {"name": "matched", "labels": {"bench": "matched"}}}
    keys = [("matched", f"groupaccess:{name}:m:view") for name in wanted]
    began = time.perf_counter()
    await stage.admin.send("POST", "/api/v1/namespaces", namespace)
    await feed.until(lambda: all(key in feed.bound for key in keys), LONG)
    took = max(feed.bound[key] for key in keys) - began
    return Figure("a namespace of 100 selectors", "s", took, None, 0.5)


async def _beside(stage: Stage, floor: Floor) -> AsyncIterator[Figure]:
    """Grant and repair while everything is bound anew, after somebody deleted all bindings."""
    await stage.stop()
    await stage.clear_bindings()
    stage.start()
    await stage.ready()
    converged = asyncio.create_task(_converged(stage))
    first = await _grant(stage, TIMES, "beside")  # no grant comes before Keycloak's first round
    granted, repaired, bare = list[float](), list[float](), list[float]()
    for number in range(TIMES):
        await asyncio.sleep(PACE)
        bare.append(await apply_once(stage, number))
        granted.append(await _grant(stage, number, "beside"))
        key = _keys(stage, f"load-{number:05}")[0]
        await stage.feed.until(partial(_is_bound, stage, key), LONG)
        repaired.append(await _repair(stage, number))
        if converged.done():
            break
    await converged
    yield Figure("first grant after a start", "s", first, None, None)
    for each in _latencies("bare apply beside others", bare, floor):
        yield replace(each, goal=None)
    for name, took in (("grant beside others", granted), ("repair beside others", repaired)):
        for each in _latencies(name, took, floor):
            yield each


def _is_bound(stage: Stage, key: Key) -> bool:
    return key in stage.feed.bound
