"""Probes that ask kube-apiserver all the time whether somebody may do something."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from testbed.access import http_client
from testbed.cluster import Cluster

REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
ANSWERS = {httpx.codes.OK, httpx.codes.FORBIDDEN, httpx.codes.UNAUTHORIZED}
ACCOUNT = "probe"


def probe_token(cluster: Cluster) -> str:
    """Return a token of an account that may ask what others may."""
    account = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": "default"}
    cluster.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _named()},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": ACCOUNT},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "system:auth-delegator",
            },
            "subjects": [account],
        },
    )
    return cluster.create_token("default", ACCOUNT)


def _named() -> dict[str, str]:
    return {"name": ACCOUNT, "namespace": "default"}


class Asking(ABC):
    """Asks again and again, in a thread of its own, and keeps when the answer was no."""

    def __init__(self, cluster: Cluster, every: float = 0.02) -> None:
        """Prepare to ask this cluster, `every` seconds after the last answer."""
        self._every = every
        self._server = cluster.server
        self._ca_file = cluster.ca_file
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._failure: BaseException | None = None
        self._answered = threading.Event()
        self.asked = 0
        self.denied: list[float] = []

    def may(self) -> bool:
        """Ask once."""
        with http_client(self._ca_file) as client:
            return self._ask(client)

    @abstractmethod
    def _ask(self, client: httpx.Client) -> bool:
        """Return the answer."""

    def __enter__(self) -> Self:
        """Begin to ask, and wait for the first answer: what happens next is between two answers."""
        self._thread.start()
        assert self._answered.wait(timeout=10), "the probe got no answer within 10 s"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop asking; raise what went wrong in the thread."""
        self._stop.set()
        self._thread.join(timeout=10)
        if self._failure is not None and error is None:
            raise self._failure

    def _run(self) -> None:
        began = time.monotonic()
        try:
            with http_client(self._ca_file) as client:
                while not self._stop.wait(self._every):
                    self.asked += 1
                    if not self._ask(client):
                        self.denied.append(time.monotonic() - began)
                    self._answered.set()
        except BaseException as failure:  # noqa: BLE001 -- raised where the probe is used
            self._failure = failure
        finally:
            self._answered.set()


class Probe(Asking):
    """Asks whether a group may do something."""

    def __init__(
        self,
        cluster: Cluster,
        token: str,
        group: str,
        wanted: Mapping[str, str],
        every: float = 0.02,
    ) -> None:
        """Ask for what `wanted` says, as resourceAttributes of a SubjectAccessReview have it."""
        super().__init__(cluster, every)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._body: dict[str, Any] = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {
                "user": "somebody",
                "groups": [group, "system:authenticated"],
                "resourceAttributes": dict(wanted),
            },
        }

    def _ask(self, client: httpx.Client) -> bool:
        answer = client.post(f"{self._server}{REVIEWS}", json=self._body, headers=self._headers)
        if answer.status_code != httpx.codes.CREATED:
            message = f"SubjectAccessReview: {answer.status_code}: {answer.text[:200]}"
            raise PermissionError(message)
        return bool(answer.json()["status"]["allowed"])


class TokenProbe(Asking):
    """Reads a path with somebody's token; a 403 is a no, and after its end it is no token (401)."""

    def __init__(self, cluster: Cluster, token: str, path: str) -> None:
        """Read this path."""
        super().__init__(cluster)
        self._path = path
        self._headers = {"Authorization": f"Bearer {token}"}

    def _ask(self, client: httpx.Client) -> bool:
        answer = client.get(f"{self._server}{self._path}", headers=self._headers)
        if answer.status_code not in ANSWERS:
            message = f"{self._path}: {answer.status_code}: {answer.text[:200]}"
            raise PermissionError(message)
        return answer.status_code != httpx.codes.FORBIDDEN
