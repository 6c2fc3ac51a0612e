"""What an operator needs from outside, and the one of a real operator."""

import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from kubernetes.aio.client import ApiClient, Configuration
from prometheus_client import CollectorRegistry

from groupaccess.adapters.clock import SystemClock
from groupaccess.adapters.garbage_collector import freeze_objects
from groupaccess.adapters.keycloak.operator_token import KeycloakOperatorTokens
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.adapters.kubernetes.transport import HttpTransport, Transport
from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.keycloak import DirectoryReader, OperatorTokens
from groupaccess.lifecycle import Watch, kopf_watch
from groupaccess.settings import Settings


@dataclass(frozen=True)
class Environment:
    """What an operator needs from outside.

    `identity` names this replica in the leader election. Without `serves_http` nothing listens.
    `on_synced` is called when all that exists has been read.
    """

    transport: Transport
    reader: DirectoryReader
    tokens: OperatorTokens
    clock: Clock
    watch: Watch
    registry: CollectorRegistry
    identity: str
    serves_http: bool = True
    on_synced: Callable[[], None] = lambda: None


def production(settings: Settings, configuration: Configuration, client: ApiClient) -> Environment:
    """Return the environment of a real operator: a cluster, Keycloak, and this machine."""
    timeout, pod_token = settings.keycloak_timeout_seconds, settings.pod_token_file
    return Environment(
        transport=HttpTransport(client),
        reader=KeycloakReader(timeout, pod_token),
        tokens=KeycloakOperatorTokens(timeout, pod_token),
        clock=SystemClock(),
        watch=kopf_watch(configuration),
        registry=CollectorRegistry(),
        on_synced=freeze_objects,
        identity=f"{socket.gethostname()}_{uuid.uuid4().hex[:8]}",
    )
