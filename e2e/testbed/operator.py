"""The operator under test, with a real ServiceAccount token: a process, or inside a test."""

import asyncio
import base64
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Self

import httpx
import yaml
from kubernetes.aio.client import ApiClient

from groupaccess.adapters.kubernetes.kubeconfig import configure
from groupaccess.application.ports.clock import Clock
from groupaccess.application.state.store import Store
from groupaccess.composition import compose
from groupaccess.environment import production
from groupaccess.lifecycle import Operator
from groupaccess.settings import Settings
from testbed.access import ask_plainly
from testbed.cluster import Cluster
from testbed.fork_server import ForkedProcess, fork_server
from testbed.guards import BIND_GUARD, CAGE
from testbed.installation import ACCOUNT, NAMESPACE
from testbed.ports import free_port
from testbed.process import ManagedProcess

PYTHON_PROGRAM = (sys.executable, "-m", "groupaccess")


class OperatorProcess(ManagedProcess):
    """`python -m groupaccess run`, as the chart's ServiceAccount and with no other rights."""

    def __init__(self, cluster: Cluster, *flags: str, name: str = "operator") -> None:
        """Prepare the command; `start` runs it and waits until /readyz answers 200."""
        self.port = free_port()
        account = cluster.service_account_kubeconfig(NAMESPACE, ACCOUNT)
        self.kubeconfig = account.rename(account.with_name(f"{name}.kubeconfig"))
        super().__init__(
            name=name,
            command=[
                *PYTHON_PROGRAM,
                "run",
                f"--kubeconfig={self.kubeconfig}",
                f"--namespace={NAMESPACE}",
                "--listen-host=127.0.0.1",
                f"--listen-port={self.port}",
                "--keycloak-timeout-seconds=4",
                f"--bind-guard={BIND_GUARD}",
                f"--cage={CAGE}",
                *flags,
            ],
            log=Path(cluster.folder) / "logs" / f"{name}.log",
            ready=self._is_ready,
            ready_within=60.0,
        )

    def run(self) -> Self:
        """Start it and return it."""
        self.start()
        return self

    def get(self, path: str) -> httpx.Response:
        """Read one of its endpoints, such as /metrics."""
        return self.ask("GET", path)

    def ask(self, method: str, path: str) -> httpx.Response:
        """Send it a request."""
        return ask_plainly(method, f"http://127.0.0.1:{self.port}{path}")

    def metric(self, name: str) -> float:
        """Return the sum of a metric over all its labels."""
        lines = self.get("/metrics").text.splitlines()
        fits = (line for line in lines if line.partition("{")[0].partition(" ")[0] == name)
        return sum(float(line.rpartition(" ")[2]) for line in fits)

    @property
    def token(self) -> str:
        """Return its token."""
        token: str = yaml.safe_load(self.kubeconfig.read_text())["users"][0]["user"]["token"]
        return token

    @property
    def credential(self) -> str:
        """Return the id of its token, which the audit log has for each of its requests."""
        payload = self.token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return f"JTI={claims['jti']}"

    def _is_ready(self) -> bool:
        return self.get("/readyz").status_code == httpx.codes.OK


class ForkedOperator(OperatorProcess):
    """The same, started by a fork: a second of processor time less for each start."""

    def _open(self, command: Sequence[str], log: IO[bytes]) -> ForkedProcess:
        arguments = command[len(PYTHON_PROGRAM) :]
        env = {**os.environ, **self.env}
        with Path(os.devnull).open() as nothing:
            return fork_server().start(arguments, env=env, files=(nothing, log, log))


def leads(process: OperatorProcess) -> bool:
    """Tell whether it is the one that writes."""
    return process.metric("groupaccess_leader_election_master_status") == 1


@dataclass(frozen=True)
class Here:
    """The operator inside a test; its parts can be looked at."""

    operator: Operator

    @property
    def store(self) -> Store:
        """Return what it knows."""
        return self.operator.store

    async def until(self, check: Callable[[], object], *, within: float) -> None:
        """Wait for a condition, in seconds, while the operator goes on in the same loop."""
        async with asyncio.timeout(within):
            while not await asyncio.to_thread(check):  # noqa: ASYNC110 -- any condition
                await asyncio.sleep(0.05)


@asynccontextmanager
async def running_here(cluster: Cluster, clock: Clock | None = None) -> AsyncIterator[Here]:
    """Run the operator in the test's own event loop, from ready to ended, by a clock."""
    account = cluster.service_account_kubeconfig(NAMESPACE, ACCOUNT)
    settings = Settings(
        kubeconfig=str(account),
        namespace=NAMESPACE,
        bind_guard=BIND_GUARD,
        cage=CAGE,
        listen_host="127.0.0.1",
        listen_port=0,
    )
    configuration = await configure(settings.kubeconfig)
    async with ApiClient(configuration) as client:
        environment = production(settings, configuration, client)
        here = Here(compose(settings, replace(environment, clock=clock or environment.clock)))
        stop = asyncio.Event()
        running = asyncio.create_task(here.operator.run(stop))
        try:
            await here.until(lambda: here.operator.ready or running.done(), within=30)
            yield here
        finally:
            stop.set()
            await running
