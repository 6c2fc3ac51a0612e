"""What kube-apiserver was told, where that can be seen: kubeadm's pods, k3s' nodes."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from groupaccess.adapters.kubernetes.errors import FORBIDDEN
from groupaccess.adapters.kubernetes.reflector import METADATA
from groupaccess.adapters.kubernetes.rest import ApiError, Rest, path
from groupaccess.adapters.kubernetes.token_review import review
from groupaccess.application.ports import PassingError, RefusedError
from groupaccess.domain.apiserver import Review
from groupaccess.domain.apiserver_flags import Arguments, k3s_arguments
from groupaccess.domain.directory import Failure
from groupaccess.domain.reasons import Reason, advise

PODS = ("api", "v1", "namespaces", "kube-system", "pods")
NODES = ("api", "v1", "nodes")
OF_APISERVER = "component=kube-apiserver"
OF_SERVERS = "node-role.kubernetes.io/control-plane"
NODE_ARGS = "k3s.io/node-args"
MOST = "100"  # pods or nodes: a control plane has far fewer
LIST_OF_METADATA = METADATA.format(list="List")


@dataclass(frozen=True)
class KubernetesApiServer:
    """The port `ApiServer`. Nothing is read that the chart gave no right to."""

    rest: Rest
    read_pods: bool = False
    read_nodes: bool = False

    async def review(self, token: str) -> Review:
        """Ask what kube-apiserver reads from a token; see the port."""
        return await review(self.rest, token)

    async def arguments(self) -> tuple[Arguments, ...]:
        """Return what can be seen of its arguments; see the port."""
        found: list[Arguments] = []
        if self.read_pods:
            found += [each async for each in self._of_pods()]
        if self.read_nodes:
            found += [each async for each in self._of_nodes()]
        return tuple(sorted(found))

    async def _of_pods(self) -> AsyncIterator[Arguments]:
        for pod in await self._list(PODS, OF_APISERVER, "apiServer.readPods"):
            for container in (pod.get("spec") or {}).get("containers") or ():
                argv = (*(container.get("command") or ()), *(container.get("args") or ()))
                yield Arguments(f"pod {pod['metadata']['name']}", argv)

    async def _of_nodes(self) -> AsyncIterator[Arguments]:
        for node in await self._list(NODES, OF_SERVERS, "apiServer.readNodes", LIST_OF_METADATA):
            metadata = node["metadata"]
            text = (metadata.get("annotations") or {}).get(NODE_ARGS, "null")
            for argv in _argument_lists(text):
                yield Arguments(f"node {metadata['name']}", argv)

    async def _list(
        self, what: tuple[str, ...], selector: str, value: str, accept: str = "application/json"
    ) -> list[dict[str, Any]]:
        where = path(*what, query=[("labelSelector", selector), ("limit", MOST)])
        try:
            answer = await self.rest.call("GET", where, accept=accept)
        except ApiError as error:
            if error.code == FORBIDDEN:
                fact = (
                    f"the operator may not list {what[-1]}: set the chart's value {value} to true"
                )
                said = advise(Reason.API_SERVER_UNKNOWN, fact)
                raise RefusedError(Failure(Reason.API_SERVER_UNKNOWN, said)) from error
            raise PassingError(str(error)) from error
        items: list[dict[str, Any]] = answer.get("items") or []
        return items


def _argument_lists(text: str) -> Iterator[tuple[str, ...]]:
    """Read k3s' annotation; one that is not k3s' shows nothing."""
    try:
        argv = json.loads(text)
    except ValueError:
        return
    if isinstance(argv, list) and all(isinstance(each, str) for each in argv):
        told = k3s_arguments(argv)
        if told is not None:
            yield told
