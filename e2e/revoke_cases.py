"""Ways to take a grant back, and what else goes on meanwhile."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from testbed import status_audit
from testbed.bound import Key
from testbed.guards_users import User
from testbed.objects import Objects, access, directory, mapping
from testbed.realm import Realm
from testbed.status_truth import OVER, STILL_BOUND
from testbed.waiting import eventually
from testbed.watch import Seen, Watch
from testbed.webhook import Webhook, fails, hangs

ROLES = ("view", "edit", "admin", "cluster-admin")
GRANTED_WITHIN = 30.0
PATIENCE = 10.0  # seconds: what takes longer is not measured any more
SAID = 5.0
HANG = 25.0
LIFE = 9.0  # seconds from the declaration to the expiry
BUSY = 84  # namespaces for each of 24 mappings: 2,016 bindings
MAPPINGS = 24
UNDER_WAY = 20  # of those bindings
CROWDED_WITHIN = 120.0
LEAD = 3.0  # seconds that the other object has until the expiry

CROWD = "an object that writes 2,000 bindings"
CROWD_WAYS = ("an expired mapping", "a deleted object")  # the others in the long form

Gone = Mapping[str, float | None]  # after how many seconds a binding went, None for too late


@dataclass
class RevokeScenario:
    """One GroupAccess with a grant to take back, `adm`, and another of the same group, `v`."""

    name: str
    realm: Realm
    ca: str
    objects: Objects
    editor: User
    watch: Watch
    webhook: Webhook
    good: str
    bad: str
    crowd: str  # the label of the other object's namespaces
    mark: int  # of the audit log, at its beginning
    end: float | None = None  # when the grant expires
    began: float = 0.0  # when it was taken back
    generation: int = 1  # of the object that was changed last

    @property
    def target(self) -> Key:
        """Return the binding that must go."""
        return "", f"groupaccess:{self.name}:adm:admin"

    @property
    def stays(self) -> dict[str, Any]:
        """Return the mapping that stays declared."""
        return mapping("v", "SRE", "view", namespaces={"names": [self.good, self.bad]})

    @property
    def big(self) -> str:
        """Return the name of another object, which has 2,016 bindings."""
        return f"{self.name}-big"

    def create(self, body: dict[str, Any]) -> None:
        """Create an object as fast as it goes, and remember to delete it."""
        self.objects.remember(body)
        answer = self.editor.create(body)
        assert answer.status == 201, answer.message

    def declare(self, *mappings: dict[str, Any]) -> dict[str, Any]:
        """Declare mappings of the GroupAccess; return when something of the first is bound."""
        body = access(self.name, self.name, *mappings)
        allowed = list(ROLES)
        self.objects.apply(*directory(self.name, self.realm, self.ca, allowedClusterRoles=allowed))
        self.create(body)
        prefix = f"groupaccess:{self.name}:{mappings[0]['name']}:"
        eventually(
            lambda: any(key[1].startswith(prefix) for key in self.watch.present(self.name)),
            within=GRANTED_WITHIN,
            every=0.02,
            what=f"{prefix} bound",
        )
        return body

    def grant(self, *, ends: bool) -> None:
        """Declare what is to be taken back, with an end or without, and what stays."""
        more: dict[str, str] = {}
        if ends:
            self.end = float(int(time.time() + LIFE))
            more["expiresAt"] = f"{datetime.fromtimestamp(self.end, UTC):%Y-%m-%dT%H:%M:%SZ}"
        self.declare(mapping("adm", "SRE", "admin", **more), self.stays)
        wanted = {self.target, (self.good, f"groupaccess:{self.name}:v:view")}
        eventually(
            lambda: wanted <= self.watch.present(self.name),
            within=GRANTED_WITHIN,
            every=0.02,
            what="all bindings that no webhook is about",
        )

    def change(self, body: dict[str, Any], spec: dict[str, Any]) -> float:
        """Change fields of a spec; return when that was sent."""
        sent = time.time()
        answer = self.editor.merge(body, {"spec": spec})
        assert answer.status == 200, answer.message
        self.generation = answer.body["metadata"]["generation"]
        return sent

    def delete(self, body: dict[str, Any]) -> float:
        """Delete an object; return when that was sent."""
        sent = time.time()
        answer = self.editor.delete(body)
        assert answer.status == 200, answer.message
        return sent

    def until_gone(self, keys: Sequence[Key], began: float) -> Gone:
        """Return after how many seconds each of these bindings went, None for too late."""
        left = PATIENCE - (time.time() - began)
        with suppress(TimeoutError):
            eventually(
                lambda: all(self.watch.gone(self.name, key) for key in keys),
                within=left,
                every=0.05,
            )
        gone = {key: self.watch.gone(self.name, key) for key in keys}
        return {"/".join(key): at and at - began for key, at in gone.items()}

    def lies(self, *names: str) -> list[str]:
        """Return what the statuses of these GroupAccesses said and was not so."""
        audit = self.objects.cluster.audit
        assert audit is not None
        statuses = [seen for name in names for seen in self.watch.statuses(name)]
        return status_audit.lies(statuses, self.editor, audit, self.mark)


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
        lambda: len(scene.watch.present(scene.big)) == BUSY * MAPPINGS,
        within=CROWDED_WITHIN,
        what="all of the other object's bindings",
    )


def crowd(scene: RevokeScenario) -> dict[str, Any]:
    """Return a GroupAccess of the same directory that has 2,016 bindings."""
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
    statuses: list[Seen] = list(scene.watch.statuses(scene.name))
    listed = statuses[-1].body["status"]["mappings"] if statuses else [{"name": "adm", "state": ""}]
    adm = [each for each in listed if each["name"] == "adm"]
    return all(each["state"] in OVER and STILL_BOUND not in each["message"] for each in adm)
