"""What stands for kopf calls the handlers as kopf does."""

import asyncio
from datetime import UTC, datetime

import pytest

from contracts.watch import WatchContract
from fakes.kube.faults import Faults
from fakes.kube.link import Link
from fakes.kube.requests import Requests
from fakes.kube.storage import Key, Storage
from fakes.kube.watching import FakeKopf
from fakes.values import Spec, access_spec, body, directory_spec, mapping

SOMEBODY = "somebody"


class FakeStage:
    """The storage of an API server, what people write into it, and the fake."""

    name, other = "platform", "shop"

    def __init__(self) -> None:
        loop_time = asyncio.get_running_loop().time
        self._storage = Storage(loop_time)
        requests = Requests(self._storage)
        link = Link(requests, Faults(), loop_time, lambda: datetime.now(UTC), "operator")
        self.watch = FakeKopf(link)

    def put_access(self, name: str, group: str) -> None:
        self._put("groupaccesses", "GroupAccess", name, access_spec(mapping(group=group)))

    def put_directory(self, name: str) -> None:
        self._put("keycloakdirectories", "KeycloakDirectory", name, directory_spec())

    def remove_access(self, name: str) -> None:
        self._storage.delete("groupaccesses", Key("", name), SOMEBODY)

    def _put(self, plural: str, kind: str, name: str, spec: Spec) -> None:
        self._storage.put(plural, Key("", name), body(kind, name, spec), SOMEBODY)


@pytest.fixture
async def stage() -> FakeStage:
    return FakeStage()


class TestFakeKopf(WatchContract):
    """The contract."""
