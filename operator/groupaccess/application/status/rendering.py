"""Renders statuses: the domain's values in the API's shapes, with their times."""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from groupaccess.api import v1alpha1 as api
from groupaccess.api.model import kubernetes_name
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.condition import PreviousStatus, StatusCondition
from groupaccess.domain.directory.client import Client
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.status.access_status import AccessStatus
from groupaccess.domain.status.directory_status import RoundSummary
from groupaccess.domain.status.mapping_status import MappingReport

logger = logging.getLogger(__name__)


def render_access_status(
    access: Access, status: AccessStatus, before: PreviousStatus, now: datetime
) -> api.GroupAccessStatus:
    """Return the status of a GroupAccess."""
    return api.GroupAccessStatus(
        observed_generation=access.generation,
        conditions=_conditions(status.conditions, access.generation, before, now),
        granted=status.granted,
        directory=access.directory,
        **({"next_expiry": status.next_expiry} if status.next_expiry else {}),
        mappings=tuple(_mapping_or_message(mapping) for mapping in status.mappings),
    )


def render_directory_status(
    generation: int,
    conditions: Iterable[StatusCondition],
    reading: Reading,
    asking: RoundSummary,
    before: PreviousStatus,
    now: datetime,
    acknowledgement: str = "",
) -> api.KeycloakDirectoryStatus:
    """Return the status of a KeycloakDirectory; a frozen one names its `acknowledgement`."""
    details: dict[str, Any] = {}
    snapshot = reading.snapshot
    if snapshot is not None:
        details = {
            "directory_id": snapshot.directory_id,
            "groups": asking.groups,
        }
        proofs = tuple(_proofs(snapshot.clients))
        details |= {"clients": proofs} if proofs else {}
    if reading.stale_since is not None:
        details["groups_as_of"] = reading.stale_since
    if acknowledgement:
        details["acknowledgement"] = acknowledgement
    return api.KeycloakDirectoryStatus(
        observed_generation=generation,
        conditions=_conditions(conditions, generation, before, now),
        **details,
    )


def _proofs(clients: Iterable[Client]) -> Iterator[api.ClientProof]:
    for client in clients:
        proof = client.proof
        if proof is not None:
            lived = {} if proof.lifetime is None else {"token_lifetime_seconds": proof.lifetime}
            yield api.ClientProof(
                client_id=client.client_id,
                result=proof.result.value,
                since=proof.since,
                message=f"{proof.fact}.",
                **lived,
            )


def _conditions(
    conditions: Iterable[StatusCondition], generation: int, before: PreviousStatus, now: datetime
) -> tuple[api.Condition, ...]:
    return tuple(
        api.Condition(
            type=condition.type,
            status=condition.status,
            observed_generation=generation,
            last_transition_time=_transition_time(condition, before, now),
            reason=condition.reason,
            message=condition.message,
        )
        for condition in conditions
    )


def _transition_time(condition: StatusCondition, before: PreviousStatus, now: datetime) -> datetime:
    status, since = (before.conditions or {}).get(condition.type, (None, now))
    return since if status == condition.status else now


def _mapping_or_message(mapping: MappingReport) -> api.MappingStatus:
    """Render a mapping; if it does not fit the API, its message alone, so that others appear."""
    try:
        return _mapping(mapping)
    except ValidationError as error:
        logger.exception("mapping %s: its status cannot be shown", mapping.name)
        field = ".".join(kubernetes_name(str(part)) for part in error.errors()[0]["loc"])
        message = f"{mapping.message} (the rest cannot be shown: {field})"
        return api.MappingStatus(
            name=mapping.name, state=mapping.state, reason=mapping.reason, message=message
        )


def _mapping(mapping: MappingReport) -> api.MappingStatus:
    result: dict[str, Any] = {
        "group_path": mapping.group_path,
        "group_id": mapping.group_id,
        "subjects": mapping.subjects,
        "expires_at": mapping.expires_at,
        "also_granted_by": mapping.other_grants
        and api.AlsoGrantedBy(count=mapping.other_grants.count, first=mapping.other_grants.first),
    }
    return api.MappingStatus(
        name=mapping.name,
        state=mapping.state,
        reason=mapping.reason,
        message=mapping.message,
        cluster_role=mapping.cluster_role,
        where=_where(mapping),
        **{name: value for name, value in result.items() if value},
    )


def _where(mapping: MappingReport) -> api.Where:
    if not mapping.scoped:
        return api.Where(scope="Cluster")
    problems = tuple(
        api.NamespaceProblem(namespace=each.namespace, reason=each.reason, message=each.message)
        for each in mapping.problems
    )
    result: dict[str, Any] = {"problems": problems} if problems else {}
    return api.Where(scope="Namespaces", wanted=mapping.wanted, granted=mapping.granted, **result)
