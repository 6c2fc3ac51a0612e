"""Ways to take a grant back, and what else goes on meanwhile."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from suite import LONG
from testbed.objects import access, directory, mapping
from testbed.revoke_scenario import GRANTED_WITHIN, Gone, RevokeScenario
from testbed.status_truth import OVER, STILL_BOUND
from testbed.waiting import eventually
from testbed.webhook import fails, hangs

SAID = 5.0
HANG = 25.0
BUSY = 84 if LONG else 42  # namespaces for each mapping of the other object
MAPPINGS = 24
CROWDED = BUSY * MAPPINGS  # bindings: 2,016 or 1,008
UNDER_WAY = 20  # of those bindings
CROWDED_WITHIN = 120.0
LEAD = 3.0  # seconds that the other object has until the expiry

CROWD = "an object that writes very many bindings"
CROWD_WAYS = ("an expired mapping",)  # the others in the long form


@dataclass(frozen=True)
class Way:
    """A way to take a grant back: does it end by itself, and what a person does."""

    act: Callable[[RevokeScenario], float]
    ends: bool = False
    deletes: bool = False


def _expire(scene: RevokeScenario) -> float:
    assert scene.end is not None
    left = scene.end - time.time()
    assert left > 0, f"the scene was ready {-left:.1f} s after the expiry"
    time.sleep(left)
    return scene.end


def _remove(scene: RevokeScenario) -> float:
    return scene.change(access(scene.name, scene.name), {"mappings": [scene.stays]})


def _tighten(scene: RevokeScenario) -> float:
    _, body = directory(scene.name, scene.realm, scene.ca)
    return scene.change(body, {"allowedClusterRoles": ["view"]})


def _delete(scene: RevokeScenario) -> float:
    return scene.delete(access(scene.name, scene.name))


WAYS = {
    "an expired mapping": Way(_expire, ends=True),
    "a removed mapping": Way(_remove),
    "a tightened allowedClusterRoles": Way(_tighten),
    "a deleted object": Way(_delete, deletes=True),
}


@contextmanager
def _quiet(scene: RevokeScenario, way: Way) -> Iterator[None]:
    scene.grant(ends=way.ends)
    yield


@contextmanager
def _failing(scene: RevokeScenario, way: Way) -> Iterator[None]:
    with scene.webhook.on(fails, scene.bad):
        scene.grant(ends=way.ends)
        eventually(lambda: scene.webhook.calls > 2, within=GRANTED_WITHIN, what="a failed write")
        yield


@contextmanager
def _hanging(scene: RevokeScenario, way: Way) -> Iterator[None]:
    with scene.webhook.on(hangs(HANG), scene.bad):
        scene.grant(ends=way.ends)
        eventually(lambda: scene.webhook.in_flight, within=GRANTED_WITHIN, what="a write hangs")
        yield


@contextmanager
def _busy(scene: RevokeScenario, way: Way) -> Iterator[None]:
    scene.grant(ends=way.ends)
    if scene.end is not None:
        time.sleep(max(0.0, scene.end - LEAD - time.time()))
    scene.create(crowd(scene))
    until_under_way(scene)
    yield
    until_crowded(scene)
    last = max(seen.at for seen in scene.watch.bindings(scene.big))
    assert last > scene.began, "the other object had written all before"


def until_under_way(scene: RevokeScenario) -> None:
    """Wait until the other object's first bindings are there."""
    eventually(
        lambda: len(scene.watch.present(scene.big)) >= UNDER_WAY,
        within=GRANTED_WITHIN,
        every=0.02,
        what="the other object's first bindings",
    )


def until_crowded(scene: RevokeScenario) -> None:
    """Wait until all of the other object's bindings are there."""
    eventually(
        lambda: len(scene.watch.present(scene.big)) == CROWDED,
        within=CROWDED_WITHIN,
        what="all of the other object's bindings",
    )


def crowd(scene: RevokeScenario) -> dict[str, Any]:
    """Return a GroupAccess of the same directory that has very many bindings."""
    selected = {"selector": {"matchLabels": {"crowd": scene.crowd}}}
    mappings = [mapping(f"m{n}", "SRE", namespaces=selected) for n in range(MAPPINGS)]
    return access(scene.big, scene.name, *mappings)


Situation = Callable[[RevokeScenario, Way], AbstractContextManager[None]]
SITUATIONS: dict[str, Situation] = {
    "nothing else": _quiet,
    "a webhook that fails": _failing,
    "a webhook that hangs": _hanging,
    CROWD: _busy,
}


@dataclass(frozen=True)
class Outcome:
    """After how many seconds each binding went, and what the statuses said that was not so."""

    gone: Gone
    lies: list[str]


def play(scene: RevokeScenario, situation: str, way_named: str) -> Outcome:
    """Grant, take back in the midst of the situation, and see what comes of it.

    The garbage collector, which would do the operator's work after a deletion, is held meanwhile.
    """
    way = WAYS[way_named]
    with SITUATIONS[situation](scene, way):
        with held_collector(scene) if way.deletes else nullcontext():
            keys = sorted(scene.watch.present(scene.name)) if way.deletes else [scene.target]
            scene.began = way.act(scene)
            gone = scene.until_gone(keys, scene.began)
        tell(f"{way_named} beside {situation}", gone)
        lies = [] if way.deletes else unsaid(scene)
    return Outcome(gone, [*lies, *scene.lies(scene.name, scene.big)])


def tell(what: str, gone: Gone) -> None:
    """Print the figures."""
    for key, seconds in gone.items():
        print(f"\n{what}: {key} {shown(seconds)}")


def shown(seconds: float | None) -> str:
    """Say when a binding went."""
    return "not gone" if seconds is None else f"gone after {seconds:.2f} s"


@contextmanager
def held_collector(scene: RevokeScenario) -> Iterator[None]:
    """Hold the garbage collector, which would do the operator's work after a deletion."""
    manager = scene.objects.cluster.component("kube-controller-manager")
    manager.pause()
    try:
        yield
    finally:
        manager.resume()


def unsaid(scene: RevokeScenario) -> list[str]:
    """Return what no status said within five seconds: that the mapping is over."""
    try:
        eventually(lambda: _says_over(scene), within=SAID, every=0.05)
    except TimeoutError:
        return [f"{scene.name}: no status said within {SAID:g} s that adm is over"]
    return []


def _says_over(scene: RevokeScenario) -> bool:
    statuses = list(scene.watch.statuses(scene.name))
    listed = statuses[-1].body["status"]["mappings"] if statuses else [{"name": "adm", "state": ""}]
    adm = [each for each in listed if each["name"] == "adm"]
    return all(each["state"] in OVER and STILL_BOUND not in each["message"] for each in adm)
