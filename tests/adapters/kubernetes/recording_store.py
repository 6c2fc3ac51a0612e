"""A store that records what a reflector tells it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fakes.api_server import ApiServer, Item, status
from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.reflector import Reflector, Resource

RESOURCE = Resource(("apis", "rbac.authorization.k8s.io", "v1", "rolebindings"))
GONE = status(410, "too old resource version")


class RecordingStore:
    """What a reflector told: `there` are names with uids, `told` everything in order."""

    def __init__(self, rest: KubernetesClient) -> None:
        self.there: dict[str, str] = {}
        self.told: list[str] = []
        self.gaps: list[str] = []
        self.versions: list[str] = []
        self.reflector = Reflector(rest, RESOURCE, self, self._gap)

    def read(self, item: Item) -> tuple[str, str]:
        return item["metadata"]["name"], item["metadata"]["uid"]

    def put(self, read: tuple[str, str]) -> None:
        self.there.update([read])
        self.told.append(f"+{'/'.join(read)}")

    def drop(self, namespace: str, name: str, uid: str) -> None:
        self.there.pop(name, None)
        self.told.append(f"-{namespace}{name}/{uid}")

    def replace(self, read: Sequence[tuple[str, str]], version: str) -> None:
        self.there = dict(read)
        self.told.append(f"={' '.join('/'.join(each) for each in read)}@{version}")

    def watched_until(self, version: str) -> None:
        self.versions.append(version)

    def _gap(self) -> None:
        self.gaps.append(self.told[-1] if self.told else "")


@asynccontextmanager
async def mirroring(server: ApiServer) -> AsyncIterator[RecordingStore]:
    """Mirror until the block ends; the reflector must not end before."""
    async with server.serve() as rest:
        mirror = RecordingStore(rest)
        run = asyncio.create_task(mirror.reflector.run())
        try:
            yield mirror
            assert not run.done(), run
        finally:
            run.cancel()
            await asyncio.wait({run})
