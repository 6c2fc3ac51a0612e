"""kopf as this operator uses it: watches and signals, nothing of its state machine."""

import dataclasses
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, cast

import kopf
from kubernetes.aio.client import Configuration

from groupaccess.application.workqueue.backoff import backoff

TOKEN_LIFETIME = timedelta(minutes=10)  # a projected token is replaced in its file: read it again

# By default kopf looks up user and host name, and a container's user has no name.
IDENTITY = cast("Any", "groupaccess")


class NoDiffBase(kopf.DiffBaseStorage):
    """Stores nothing: kopf would otherwise copy and compare every object at every event."""

    def build(self, **_: Any) -> kopf.BodyEssence:  # noqa: ANN401 -- kopf's
        """Return nothing to compare."""
        return kopf.BodyEssence({})

    def fetch(self, **_: Any) -> kopf.BodyEssence | None:  # noqa: ANN401 -- kopf's
        """Return nothing to compare with."""
        return None

    def store(self, **_: Any) -> None:  # noqa: ANN401 -- kopf's
        """Store nothing."""


class EndlessBackoffs:
    """Retry delays without an end: kopf gives up and exits when they run out."""

    def __iter__(self) -> Iterator[float]:
        """Yield seconds: at most 1 at first, at most 30 in the end."""
        return (backoff(failures, 1.0, 30.0) for failures in count(1))


def watch_settings() -> kopf.OperatorSettings:
    """Return settings with which kopf writes nothing and never gives up."""
    settings = kopf.OperatorSettings()
    settings.scanning.disabled = True
    settings.posting.enabled = False
    settings.peering.standalone = True
    settings.watching.chunk_size = 500
    settings.queueing.idle_timeout = 0.5
    settings.networking.request_timeout = 30
    settings.networking.error_backoffs = EndlessBackoffs()
    settings.persistence.diffbase_storage = NoDiffBase()
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)
    return settings


def log_in(registry: kopf.OperatorRegistry, configuration: Configuration) -> None:
    """Give kopf the operator's own credentials."""

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.ConnectionInfo:  # noqa: ANN401 -- kopf's
        return connection_info(configuration)


def connection_info(configuration: Configuration) -> kopf.ConnectionInfo:
    """Return the current credentials: the hook reads a rotated token from its file."""
    hook: Callable[[Configuration], None] | None = getattr(
        configuration, "refresh_api_key_hook", None
    )
    if hook is not None:
        hook(configuration)
    scheme, _, token = configuration.api_key.get("BearerToken", "").partition(" ")
    info = kopf.ConnectionInfo(
        server=configuration.host,
        ca_path=configuration.ssl_ca_cert,
        insecure=not configuration.verify_ssl,
        scheme=scheme.capitalize() or None,
        token=token or None,
        certificate_path=configuration.cert_file,
        private_key_path=configuration.key_file,
    )
    if hook is None:
        return info
    return dataclasses.replace(info, expiration=datetime.now(UTC) + TOKEN_LIFETIME)
