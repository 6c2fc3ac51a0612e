"""The operator under test: a process of its own, with a real ServiceAccount token."""

import sys
from pathlib import Path
from typing import Self

import httpx

from testbed.cluster import Cluster
from testbed.installation import ACCOUNT, NAMESPACE
from testbed.ports import free_port
from testbed.process import ManagedProcess


class OperatorProcess(ManagedProcess):
    """`python -m groupaccess run`, as the chart's ServiceAccount and with no other rights."""

    def __init__(self, cluster: Cluster, *flags: str, name: str = "operator") -> None:
        """Prepare the command; `start` runs it and waits until /readyz answers 200."""
        self.port = free_port()
        kubeconfig = cluster.service_account_kubeconfig(NAMESPACE, ACCOUNT)
        super().__init__(
            name=name,
            command=[
                sys.executable,
                "-m",
                "groupaccess",
                "run",
                f"--kubeconfig={kubeconfig}",
                f"--namespace={NAMESPACE}",
                "--listen-host=127.0.0.1",
                f"--listen-port={self.port}",
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
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", trust_env=False)

    def metric(self, name: str) -> float:
        """Return the sum of a metric over all its labels."""
        lines = self.get("/metrics").text.splitlines()
        fits = (line for line in lines if line.partition("{")[0].partition(" ")[0] == name)
        return sum(float(line.rpartition(" ")[2]) for line in fits)

    def _is_ready(self) -> bool:
        return self.get("/readyz").status_code == httpx.codes.OK
