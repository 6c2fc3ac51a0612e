"""The three programs of a local control plane as managed processes that know when they serve."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import httpx

from testbed.access import ask_plainly, http_client, write_kubeconfig
from testbed.flags import Layout, controller_manager_command, etcd_command
from testbed.pki import KeyPair
from testbed.process import ManagedProcess

# kube-apiserver takes about 25 s over a SIGTERM; etcd and the controllers end at once.
GRACE = 2.0
# To collect garbage less often saves a quarter of the CPU of a start, for 120 MB of memory.
APISERVER_ENVIRONMENT = {"GOGC": "400"}


def etcd(program: Path, layout: Layout) -> ManagedProcess:
    """Return etcd, ready when it has elected itself."""

    def ready() -> bool:
        health = ask_plainly("GET", f"{layout.etcd}/health")
        return bool(health.json()["health"] == "true")

    command = etcd_command(program, layout)
    return _component("etcd", layout, command, ready)


def apiserver(
    command: Sequence[str], layout: Layout, ready: Callable[[], object]
) -> ManagedProcess:
    """Return kube-apiserver with this command line."""
    return _component("kube-apiserver", layout, command, ready, APISERVER_ENVIRONMENT)


def controller_manager(program: Path, layout: Layout) -> ManagedProcess:
    """Return kube-controller-manager, ready when its own health check says so."""
    kubeconfig = layout.folder / "controller-manager.kubeconfig"
    write_client_kubeconfig(kubeconfig, layout, layout.controller_manager)

    def ready() -> httpx.Response:
        url = f"https://127.0.0.1:{layout.ports.controller_manager}/healthz"
        with http_client(layout.authority.file) as client:
            return client.get(url).raise_for_status()

    command = controller_manager_command(program, layout, kubeconfig)
    return _component("kube-controller-manager", layout, command, ready)


def write_client_kubeconfig(file: Path, layout: Layout, client: KeyPair) -> None:
    """Write a kubeconfig for a user that has a client certificate."""
    user = {"client-certificate": str(client.certificate), "client-key": str(client.key)}
    write_kubeconfig(file, server=layout.server, ca_file=layout.authority.file, user=user)


def _component(
    name: str,
    layout: Layout,
    command: Sequence[str],
    ready: Callable[[], object],
    env: Mapping[str, str] = MappingProxyType({}),
) -> ManagedProcess:
    return ManagedProcess(
        name=name, command=command, env=env, log=layout.log(name), ready=ready, grace=GRACE
    )
