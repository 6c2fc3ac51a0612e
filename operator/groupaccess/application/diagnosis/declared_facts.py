"""What KeycloakDirectories and GroupAccesses declare, and what their statuses say, as facts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from groupaccess.api import v1alpha1 as api
from groupaccess.application.state.declared_objects import read_declared_access
from groupaccess.domain.condition import StatusCondition
from groupaccess.domain.diagnosis.access_facts import MappingFacts
from groupaccess.domain.diagnosis.declared_rules import API_SERVER, DirectoryFacts


def directory_facts(body: api.KeycloakDirectory) -> DirectoryFacts:
    """Return the conditions of a directory."""
    conditions = {
        each.type: StatusCondition(each.type, each.status, each.reason, each.message)
        for each in body.status.conditions
    }
    outdated = body.status.observed_generation != body.metadata.generation
    return DirectoryFacts(body.metadata.name, conditions, outdated)


def agrees_since(body: api.KeycloakDirectory) -> datetime | None:
    """Return since when the canary shows that kube-apiserver reads tokens as declared, else None.

    What was seen before the spec was changed says nothing.
    """
    if body.status.observed_generation != body.metadata.generation:
        return None
    agrees = (
        each.last_transition_time
        for each in body.status.conditions
        if each.type == API_SERVER and each.status == "True"
    )
    return next(agrees, None)


def mapping_facts(bodies: Iterable[api.GroupAccess]) -> Sequence[MappingFacts]:
    """Return each mapping with its status; without a status of the present spec it has none."""
    return [facts for body in bodies for facts in _of_access(body)]


def _of_access(body: api.GroupAccess) -> Iterator[MappingFacts]:
    access = read_declared_access(body).access
    current = body.status.observed_generation == body.metadata.generation
    statuses = {each.name: each for each in body.status.mappings} if current else {}
    for index, mapping in enumerate(access.mappings):
        status = statuses.get(mapping.name)
        if status is None:
            yield MappingFacts(access.name, access.directory, index, mapping)
            continue
        yield MappingFacts(
            access.name,
            access.directory,
            index,
            mapping,
            status.state,
            status.reason,
            status.message,
            status.group_path,
            status.subjects,
        )
