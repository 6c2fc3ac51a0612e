"""Which API server, and with whose credentials: a kubeconfig's, or a pod's own."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from kubernetes.aio import config
from kubernetes.aio.client import Configuration

DEFAULT = "~/.kube/config"
POD_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
# The library checks little of what a kubeconfig holds.
UNREADABLE = (
    AttributeError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    yaml.YAMLError,
    config.ConfigException,
)

Context = Mapping[str, Any]  # its name, and what is below `context`


class NoAccessError(Exception):
    """No configuration says how to reach an API server, or it cannot be read."""


async def configure(kubeconfig: str | None, context: str | None = None) -> Configuration:
    """Read `kubeconfig`, or inside a pod without one the pod's own credentials.

    Outside a pod, None means the default kubeconfig. `context` takes the place of its current
    context, and of a pod's own credentials. Raise NoAccessError when none can be read.
    """
    configuration = Configuration()
    file = _named_files(kubeconfig)
    try:
        if _is_pod(kubeconfig, context):
            config.load_incluster_config(client_configuration=configuration)
        else:
            _demand_file(file)
            await config.load_kube_config(
                config_file=file or DEFAULT,
                context=context or _first_context(file),
                client_configuration=configuration,
                persist_config=False,
            )
    except UNREADABLE as error:
        source = f"kubeconfig {file}" if file else "default configuration"
        raise NoAccessError(f"{source}: {_no_context(file, context) or error}") from error
    # No call waits for the connection of a call that hangs; the lanes limit writes instead.
    configuration.connection_pool_maxsize = 0
    # Looking up proxies and ~/.netrc for every request costs three quarters of the throughput.
    configuration.client_session_kwargs = {"trust_env": False}
    return configuration


def context_namespace(kubeconfig: str | None, context: str | None = None) -> str:
    """Return the namespace that kubectl takes without `-n`: the context's, or `default`.

    Raise NoAccessError when it cannot be read, or not a second time, as from a pipe.
    """
    try:
        if _is_pod(kubeconfig, context):
            namespace = POD_NAMESPACE.read_text().strip() if POD_NAMESPACE.exists() else ""
        else:
            namespace = _context(_named_files(kubeconfig), context)["context"].get("namespace")
    except UNREADABLE as error:
        raise NoAccessError(f"the context's namespace cannot be read ({error}): use -n") from error
    return str(namespace or "default")


def _demand_file(files: str | None) -> None:
    """Raise FileNotFoundError when none is there: the library logs that, and fails later."""
    paths = _paths(files or DEFAULT)
    if not any(path.exists() for path in paths):
        raise FileNotFoundError(f"no such file: {os.pathsep.join(map(str, paths))}")


def _is_pod(kubeconfig: str | None, context: str | None) -> bool:
    """Tell whether a pod's own credentials are meant."""
    return kubeconfig is None and not context and "KUBERNETES_SERVICE_HOST" in os.environ


def _context(files: str | None, name: str | None) -> Context:
    """Return the context of this name, the current one for None."""
    if name:
        return {str(each["name"]): each for each in reversed([*_contexts(files)])}[name]
    listed: tuple[list[Context], Context] = config.list_kube_config_contexts(
        config_file=files or DEFAULT
    )
    contexts, active = listed
    first = _first_context(files)
    return next((each for each in contexts if each["name"] == first), active)


def _no_context(files: str | None, name: str | None) -> str:
    """Say that no context has this name, and which there are; "" if that is not what is wrong."""
    if not name:
        return ""
    try:
        names = [str(each["name"]) for each in _contexts(files)]
    except UNREADABLE:
        return ""
    return (
        f'it has no context "{name}", only {", ".join(names)}'
        if names and name not in names
        else ""
    )


def _contexts(files: str | None) -> Iterator[Context]:
    """Yield every context of the files, as kubectl does those of the first file first."""
    for path in _paths(files or DEFAULT):
        if path.is_file():
            yield from yaml.safe_load(path.read_text())["contexts"] or ()


def _named_files(kubeconfig: str | None) -> str | None:
    """Return the files that are named, with the system's separator; None for ~/.kube/config.

    The library reads the variable itself, but only once, when it is imported, and if it is empty.
    """
    return kubeconfig or os.environ.get("KUBECONFIG") or None


def _first_context(files: str | None) -> str | None:
    """Return the current context of the first of several files that has one, as kubectl does.

    None leaves it to the library, which takes the last one's. One file is not read for this: it may
    be a pipe.
    """
    paths = _paths(files or "")
    if len(paths) == 1:
        return None
    bodies = (yaml.safe_load(path.read_text()) for path in paths if path.exists())
    named = (body.get("current-context") for body in bodies if isinstance(body, dict))
    return next((str(context) for context in named if context), None)


def _paths(files: str) -> list[Path]:
    return [Path(name).expanduser() for name in files.split(os.pathsep) if name]
