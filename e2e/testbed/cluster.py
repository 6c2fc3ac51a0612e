"""What a test may ask of a cluster and of a Keycloak, whichever way they were made; the choice."""

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from testbed.access import Answer
from testbed.admin_api import AdminApi
from testbed.audit import AuditLog
from testbed.authentication import Issuer

Kind = Literal["local", "kind"]
CHOICES = ("auto", "local", "kind")
VERSIONS = ("newest", "oldest")


class NotHereError(Exception):
    """This kind of cluster cannot do what a test needs; conftest.py turns it into a skip."""


class Component(Protocol):
    """One program of a control plane, which a test may take away and give back."""

    @property
    def alive(self) -> bool:
        """Say whether it runs."""

    def start(self) -> None:
        """Start it, at the same address as before, and wait until it serves."""

    def stop(self) -> None:
        """Ask it to end, and end it."""

    def kill(self) -> None:
        """End it at once."""

    def pause(self) -> None:
        """Freeze it: connections stay open, nothing answers."""

    def resume(self) -> None:
        """Let it go on."""

    def restart(self) -> None:
        """Stop it and start it."""


class Cluster(Protocol):
    """A Kubernetes API server that trusts the issuers it is told to."""

    version: str
    folder: Path
    kubectl_program: Path
    kubeconfig: Path
    ca_file: Path
    audit: AuditLog | None

    @property
    def server(self) -> str:
        """Return the API server's address."""

    @property
    def admin(self) -> AdminApi:
        """Return the admin's connection."""

    def kubectl(
        self,
        *args: str,
        stdin: str | None = None,
        check: bool = True,
        kubeconfig: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl as the admin, or with another kubeconfig."""

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Create or change these objects in their order, as the admin."""

    def create_token(self, namespace: str, name: str, *audiences: str) -> str:
        """Return a token of an existing ServiceAccount; for whom say `audiences`."""

    def service_account_kubeconfig(self, namespace: str, name: str) -> Path:
        """Write a kubeconfig with a fresh token of an existing ServiceAccount."""

    def request(
        self,
        method: str,
        path: str,
        token: str | None,
        body: object = None,
        headers: Iterable[tuple[str, str]] = (),
    ) -> Answer:
        """Send one request with a bearer token (None: without credentials), and JSON data."""

    def get(self, path: str, token: str | None) -> Answer:
        """Read a path with a bearer token."""

    def whoami(self, token: str) -> dict[str, Any]:
        """Return what kube-apiserver reads from a token."""

    def trust(self, *issuers: Issuer) -> None:
        """Accept issuers' tokens, or read them in another way; return when it is in force."""

    def distrust(self, *urls: str) -> None:
        """Accept issuers' tokens no longer; return when it is in force."""

    def component(self, name: str) -> Component:
        """Return one of etcd, kube-apiserver, kube-controller-manager; local clusters only."""


@dataclass(frozen=True)
class Choice:
    """Which kind of cluster a run uses, and why, for the run's first line."""

    kind: Kind
    reason: str


def choose(wanted: str) -> Choice:
    """Choose the kind of cluster for `--cluster=auto|local|kind`.

    auto takes the local control plane, which is there in seconds, wherever Go is; without Go it
    takes kind.
    """
    if wanted == "kind":
        return Choice("kind", "asked for")
    if wanted == "local":
        return Choice("local", "asked for")
    if shutil.which("go"):
        return Choice("local", "auto: Go is here, and a local control plane is the fastest")
    return Choice("kind", "auto: Go is not here")
