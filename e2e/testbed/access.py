"""Ways to talk to a cluster: kubectl, kubeconfig files, and plain requests with a bearer token."""

import os
import ssl
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from ssl import SSLContext
from typing import Any

import httpx
import yaml

from testbed.admin_api import AdminApi

REQUEST_TIMEOUT = 30.0
KUBECTL_TIMEOUT = 120.0
NO_CA = SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class KubectlError(Exception):
    """kubectl ended with an error; the message holds the command and kubectl's words."""


@dataclass(frozen=True)
class Answer:
    """What the API server answered: the HTTP status and the JSON body (or its text)."""

    status: int
    body: Any

    @property
    def message(self) -> str:
        """Return the API server's words, when the body is a Status; else the body as text."""
        is_status = isinstance(self.body, dict) and self.body.get("kind") == "Status"
        return str(self.body.get("message", "")) if is_status else str(self.body)


class ClusterAccess:
    """What every kind of cluster offers, given its address, its CA and an admin's kubeconfig."""

    def __init__(self, folder: Path, kubectl_program: Path) -> None:
        """Keep files in `folder`; `server`, `ca.crt` and `kubeconfig` may come later."""
        self.folder = folder
        self.kubectl_program = kubectl_program
        self.kubeconfig = folder / "admin.kubeconfig"
        self.ca_file = folder / "ca.crt"

    @cached_property
    def server(self) -> str:
        """Return the API server's address, as the admin's kubeconfig has it."""
        config = yaml.safe_load(self.kubeconfig.read_text())
        return str(config["clusters"][0]["cluster"]["server"])

    def kubectl(
        self,
        *args: str,
        stdin: str | None = None,
        check: bool = True,
        kubeconfig: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl as the admin, or with another kubeconfig; `stdin` is for `-f -`.

        Raise KubectlError when it fails, unless `check` is off.
        """
        environment = {**os.environ, "KUBECACHEDIR": str(self.folder / "kubectl-cache")}
        environment["KUBECONFIG"] = str(kubeconfig or self.kubeconfig)
        done = subprocess.run(
            [self.kubectl_program, *args],
            input=stdin,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=KUBECTL_TIMEOUT,
        )
        if check and done.returncode != 0:
            message = (
                f"kubectl {' '.join(args)}: exit code {done.returncode}: {done.stderr.strip()}"
            )
            raise KubectlError(message)
        return done

    @cached_property
    def admin(self) -> AdminApi:
        """Return the admin's connection; `disconnect` ends it."""
        return AdminApi(self.kubeconfig)

    @cached_property
    def _client(self) -> httpx.Client:
        return http_client(self.ca_file)

    def disconnect(self) -> None:
        """End the connections that there are."""
        for connection in {"admin", "_client"} & self.__dict__.keys():
            getattr(self, connection).close()

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Create or change these objects in their order, as the admin."""
        for body in objects:
            self.admin.apply(body)

    def create_token(self, namespace: str, name: str, *audiences: str) -> str:
        """Return a token of an existing ServiceAccount, for whom say `audiences`."""
        return self.admin.create_token(namespace, name, *audiences)

    def service_account_kubeconfig(self, namespace: str, name: str) -> Path:
        """Write a kubeconfig with a fresh token of an existing ServiceAccount; return its path."""
        file = self.folder / f"{namespace}-{name}.kubeconfig"
        user = {"token": self.create_token(namespace, name)}
        write_kubeconfig(file, server=self.server, ca_file=self.ca_file, user=user)
        return file

    def request(
        self,
        method: str,
        path: str,
        token: str | None,
        body: object = None,
        headers: Iterable[tuple[str, str]] = (),
    ) -> Answer:
        """Send one request with a bearer token (None: without credentials), and JSON data."""
        sent = list(headers)
        if token is not None:
            sent.append(("Authorization", f"Bearer {token}"))
        response = self._client.request(method, f"{self.server}{path}", headers=sent, json=body)
        return Answer(response.status_code, _body(response))

    def get(self, path: str, token: str | None) -> Answer:
        """Read a path such as `/api/v1/namespaces` with a bearer token."""
        return self.request("GET", path, token)

    def whoami(self, token: str) -> dict[str, Any]:
        """Return what kube-apiserver reads from a token: `username`, `groups`, `extra`."""
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
        answer = self.request("POST", path, token, review)
        if answer.status != httpx.codes.CREATED:
            message = f"SelfSubjectReview: {answer.status}: {answer.message}"
            raise PermissionError(message)
        info: dict[str, Any] = answer.body["status"]["userInfo"]
        return info


def http_client(ca_file: Path, client_certificate: tuple[Path, Path] | None = None) -> httpx.Client:
    """Return a client that trusts only this CA, ignores proxies, and may bring a certificate."""
    context = _tls(ca_file, client_certificate)
    return httpx.Client(verify=context, trust_env=False, timeout=REQUEST_TIMEOUT)


def ask_plainly(method: str, url: str) -> httpx.Response:
    """Send a request by plain HTTP: httpx would first load the CAs of the system, for 27 ms."""
    return httpx.request(method, url, verify=NO_CA, trust_env=False)


@cache
def _tls(ca_file: Path, client_certificate: tuple[Path, Path] | None) -> SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    if client_certificate is not None:
        context.load_cert_chain(*client_certificate)
    return context


def write_kubeconfig(file: Path, *, server: str, ca_file: Path, user: Mapping[str, str]) -> None:
    """Write a kubeconfig with one cluster and one user (its entry, such as `{"token": …}`)."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "testbed",
        "clusters": [
            {
                "name": "testbed",
                "cluster": {"server": server, "certificate-authority": str(ca_file)},
            }
        ],
        "users": [{"name": "testbed", "user": dict(user)}],
        "contexts": [{"name": "testbed", "context": {"cluster": "testbed", "user": "testbed"}}],
    }
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump(config))


def _body(response: httpx.Response) -> Any:  # noqa: ANN401 -- JSON
    is_json = response.headers.get("content-type", "").startswith("application/json")
    return response.json() if is_json else response.text
