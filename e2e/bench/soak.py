"""Half an hour of changes: what grows, what repeats, and whether the end is exact: `make soak`.

GroupAccesses are edited, deleted and made anew, groups renamed and renamed back, namespaces come
and go, bindings are deleted by somebody else, and Keycloak is restarted twice. In the end, each
mapping must bind exactly its group where it is declared, and each status must say so.
"""

import argparse
import asyncio
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import linear_regression
from typing import Any

import psutil
from rich.console import Console

from bench.feed import ACCESSES, BINDINGS, path_of
from bench.load import DIRECTORY, Load
from bench.process import Usage
from bench.requests import JSON_PATCH
from bench.stage import LONG, Stage, stage
from testbed.objects import access, mapping
from testbed.status_truth import untruths

NAMESPACES = "/api/v1/namespaces"
LABEL = "soak"
ROLES = ("view", "edit")
PACE = 0.2  # seconds between two changes
SAMPLE = 15.0  # seconds between two looks at the process
FORMER = "groupaccess.io/former-subjects"
MEBIBYTE = 2**20
console = Console(highlight=False)


@dataclass
class Soak:
    """What is declared now, and what the operator's process was like."""

    stage: Stage
    roles: dict[str, str]  # by object
    renamed: set[str] = field(default_factory=set)
    namespaces: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, float]] = field(default_factory=list)  # seconds, MiB
    files: list[int] = field(default_factory=list)

    async def change(self) -> None:
        """Make one change, as somebody would."""
        edit, others = self._edit, (self._anew, self._drift, self._group, self._namespace)
        act = random.choice((edit, edit, *others))
        await act()
        self.done[act.__name__.strip("_")] += 1

    async def _edit(self) -> None:
        name = random.choice(sorted(self.roles))
        role = self.roles[name] = random.choice(ROLES)
        change = [{"op": "replace", "path": "/spec/mappings/0/clusterRole", "value": role}]
        await self.stage.admin.send("PATCH", f"{ACCESSES}/{name}", change, JSON_PATCH)

    async def _anew(self) -> None:
        name = random.choice(sorted(self.roles))
        await self.stage.admin.send("DELETE", f"{ACCESSES}/{name}")
        self.roles[name] = ROLES[0]
        await self.stage.declare(self.stage.load.body(name, group_of(self.stage.load, name)))

    async def _drift(self) -> None:
        if self.stage.feed.bound:
            key = random.choice(sorted(self.stage.feed.bound))
            await self.stage.admin.send("DELETE", path_of(key), missing_ok=True)

    async def _group(self) -> None:
        realm, groups = self.stage.realm, self.stage.load.groups[1:]
        name = random.choice(groups)
        now, then = (f"{name}-b", name) if name in self.renamed else (name, f"{name}-b")
        self.renamed ^= {name}
        await asyncio.to_thread(realm.rename_group, f"/{now}", then)

    async def _namespace(self) -> None:
        name = f"soak-{random.randrange(50):02}"
        if name in self.namespaces:
            self.namespaces.discard(name)
            await self.stage.admin.send("DELETE", f"{NAMESPACES}/{name}", missing_ok=True)
            return
        body = {"metadata": {"name": name, "labels": {LABEL: "yes"}}}
        if await self.stage.admin.send("POST", NAMESPACES, body, missing_ok=True):
            self.namespaces.add(name)

    async def calm(self) -> None:
        """Let every group have its name again, and wait until nothing is left to do."""
        for name in sorted(self.renamed):
            await asyncio.to_thread(self.stage.realm.rename_group, f"/{name}-b", name)
        self.renamed.clear()
        await asyncio.to_thread(self.stage.read_again)
        await self.stage.settle()

    async def sample(self) -> None:
        """Look at the process until cancelled."""
        process, began = psutil.Process(self.stage.operator.pid), time.monotonic()
        while True:
            await asyncio.sleep(SAMPLE)
            rss = process.memory_info().rss / MEBIBYTE
            self.memory.append((time.monotonic() - began, rss))
            self.files.append(process.num_fds())


def group_of(load: Load, name: str) -> str:
    """Return the group that an object of the load declares."""
    return load.groups[1 + int(name.rpartition("-")[2]) // load.shared]


async def run(minutes: float) -> int:
    """Soak, print what was seen, and return 1 when the end is not exact."""
    load = Load(500, shared=5)
    async with stage(load) as made:
        soak = Soak(made, {f"load-{number:05}": ROLES[0] for number in range(load.size)})
        selecting = {"selector": {"matchLabels": {LABEL: "yes"}}}
        everywhere = mapping("m", load.groups[1], ROLES[0], namespaces=selecting)
        await made.declare(*load.bodies(), access("everywhere", DIRECTORY, everywhere))
        usage = made.start()
        await made.feed.until(lambda: made.feed.granted > load.size, LONG)
        sampling = asyncio.create_task(soak.sample())
        await _changes(soak, minutes * 60)
        await soak.calm()
        sampling.cancel()
        wrong = [*await _wrong(soak)]
        _tell(soak, usage, wrong)
    return int(bool(wrong))


async def _changes(soak: Soak, seconds: float) -> None:
    began = time.monotonic()
    restarts = [seconds / 3, seconds * 2 / 3]
    while (passed := time.monotonic() - began) < seconds:
        if restarts and passed > restarts[0]:
            restarts.pop(0)
            soak.done["Keycloak restarted"] += 1
            await asyncio.to_thread(soak.stage.keycloak.server.restart)
        await soak.change()
        await asyncio.sleep(PACE)


async def _wrong(soak: Soak) -> list[str]:
    """Return what is bound and should not be, what is missing, and which status is untrue."""
    stage = soak.stage
    accesses = {each["metadata"]["name"]: each for each in await stage.admin.items(ACCESSES)}
    bindings = [each for path in BINDINGS for each in await stage.admin.items(path)]
    ours = [each for each in bindings if each["metadata"]["name"].startswith("groupaccess:")]
    there = {
        (each["metadata"].get("namespace", ""), each["metadata"]["name"]): _groups(each)
        for each in ours
    }
    expected = {
        ("", f"groupaccess:{name}:m:{role}"): {group_of(stage.load, name)}
        for name, role in soak.roles.items()
    }
    name = f"groupaccess:everywhere:m:{ROLES[0]}"
    expected |= {(each, name): {stage.load.groups[1]} for each in soak.namespaces}
    return [
        *(f"{key}: {there.get(key)}" for key in expected if there.get(key) != expected[key]),
        *(f"{key} is left: {there[key]}" for key in there.keys() - expected.keys()),
        *(
            f"{name}: {each.said}"
            for name, body in accesses.items()
            for each in untruths(body, [one for one in ours if f":{name}:" in _name(one)])
        ),
    ]


def _name(body: dict[str, Any]) -> str:
    name: str = body["metadata"]["name"]
    return name


def _groups(body: dict[str, Any]) -> set[str]:
    """Return the subjects, without those that tokens from before a rename may still carry."""
    former = set(re.findall(r'"([^"]+)":', body["metadata"].get("annotations", {}).get(FORMER, "")))
    return {each["name"] for each in body.get("subjects") or ()} - former


def _tell(soak: Soak, usage: Usage, wrong: list[str]) -> None:
    seconds, mib = zip(*soak.memory[len(soak.memory) // 2 :], strict=True)
    slope = linear_regression(seconds, mib).slope * 3600
    first, last = soak.memory[0][1], soak.memory[-1][1]
    console.print(f"changes: {dict(soak.done)}")
    console.print(f"memory: {first:.0f} to {last:.0f} MiB; {slope:+.1f} MiB an hour at the end")
    console.print(f"open files: {min(soak.files)} to {max(soak.files)}")
    console.print(f"CPU: {usage.cpu_seconds:.0f} s")
    for line, count in _repeated(soak.stage.operator.log.read_text()):
        console.print(f"log: {count} x {line}", markup=False)
    console.print(f"wrong in the end: {len(wrong)}")
    for each in wrong[:20]:
        console.print(each, style="red", markup=False)


def _repeated(log: str) -> Iterator[tuple[str, int]]:
    """Yield the kinds of errors and warnings in the log, with names and numbers left out."""
    lines = (line for line in log.splitlines() if re.search(r"ERROR|WARNING|Traceback", line))
    kinds = Counter(re.sub(r"[\w-]*\d[\w.:-]*", "#", line)[:160] for line in lines)
    yield from kinds.most_common(12)


def main() -> int:
    """Soak; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    return asyncio.run(run(parser.parse_args().minutes))


if __name__ == "__main__":
    sys.exit(main())
