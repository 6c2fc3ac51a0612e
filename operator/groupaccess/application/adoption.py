"""Adoption: GroupAccesses replace hand-made bindings, which are deleted once they are covered."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import Enum

from groupaccess.api import v1alpha1 as api
from groupaccess.application.ports.adoption import AdoptionCluster
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.application.state.declared_objects import read_declared_access
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.adoption.candidates import BindingFilter
from groupaccess.domain.adoption.drafts import Adoption, AdoptionOptions, draft_accesses
from groupaccess.domain.adoption.redundancy import RedundancyResult, find_redundant
from groupaccess.domain.adoption.rights import Right, rights
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import REASONS
from groupaccess.domain.status.mapping_status import MappingState


class RemovalResult(Enum):
    """What happened to a binding."""

    STAYS = "stays"  # it is not covered, or a tool would create it again
    COVERED = "would be deleted"  # in a dry run
    DELETED = "deleted"
    GONE = "already deleted"
    FAILED = "not deleted"


@dataclass(frozen=True, slots=True)
class Removal:
    """One binding, its redundancy, and what happened to it; `remarks` say why it is still there."""

    redundancy: RedundancyResult
    result: RemovalResult
    remarks: tuple[str, ...] = ()


async def draft_from_cluster(
    bindings: AdoptionCluster, selector: str, options: AdoptionOptions, directory: str
) -> Adoption:
    """Draft GroupAccesses for the existing bindings, beside the existing GroupAccesses."""
    taken = {
        access.metadata.name: _rights(access, directory)
        for access in await bindings.list_accesses()
    }
    return draft_accesses(await bindings.list_bindings(selector), replace(options, taken=taken))


async def remove_replaced(
    bindings: AdoptionCluster,
    selector: str,
    binding_filter: BindingFilter,
    *,
    dry_run: bool,
    settle: float,
) -> AsyncIterator[Removal]:
    """Delete the bindings that GroupAccesses cover, one by one; yield the result of each.

    Bindings that Flux, Argo CD or Helm declare are left, since these tools would create them again.
    Whatever covers a binding must have been unchanged for `settle` seconds, since kube-apiserver's
    authorizer has one cache for each kind of binding; it is read again right before the delete. A
    dry run writes nothing.
    """
    redundancies = await _find_redundant(bindings, selector, binding_filter)
    if not dry_run and any(item.is_removable for item in redundancies):
        await asyncio.sleep(settle)
    for item in redundancies:
        if not item.is_removable:
            yield Removal(item, RemovalResult.STAYS, item.uncovered)
        elif dry_run:
            yield Removal(item, RemovalResult.COVERED)
        else:
            yield await _remove(bindings, item)


async def _find_redundant(
    bindings: AdoptionCluster, selector: str, binding_filter: BindingFilter
) -> list[RedundancyResult]:
    granted = _granted(await bindings.list_accesses())
    everything = await bindings.list_bindings()
    meant = await bindings.list_bindings(selector) if selector else everything
    existing = (candidate.binding for candidate in everything)
    return find_redundant(
        (candidate for candidate in meant if binding_filter.matches(candidate)), existing, granted
    )


async def _remove(bindings: AdoptionCluster, redundancy: RedundancyResult) -> Removal:
    try:
        why = await _uncovered(bindings, redundancy)
        if why:
            return Removal(redundancy, RemovalResult.FAILED, why)
        there = await bindings.delete_binding(redundancy.candidate.binding)
    except TransientError as error:
        return Removal(redundancy, RemovalResult.FAILED, (str(error),))
    except RejectedError as refused:
        return Removal(redundancy, RemovalResult.FAILED, (_refused(refused.failure),))
    return Removal(redundancy, RemovalResult.DELETED if there else RemovalResult.GONE)


async def _uncovered(bindings: AdoptionCluster, redundancy: RedundancyResult) -> tuple[str, ...]:
    """Read what covers a binding again from the API server; return what it covers no more."""
    for cover in redundancy.covered_by:
        now = await bindings.get_binding(cover.key)
        if now is None or (now.uid, now.resource_version) != (cover.uid, cover.resource_version):
            return (f"{cover.key}, which grants the same, has just changed: run the command again",)
    accesses = [await bindings.get_access(name) for name in redundancy.accesses]
    granted = _granted(access for access in accesses if access is not None)
    (again,) = find_redundant([redundancy.candidate], redundancy.covered_by, granted)
    return again.uncovered


def _refused(failure: Failure) -> str:
    """Return why the API server refused; the advice is for a command, which does not try again."""
    fact = failure.message.removesuffix(REASONS[failure.reason].advice).rstrip()
    return f"{fact} Correct the cause and run the command again."


def _rights(access: api.GroupAccess, directory: str) -> AbstractSet[Right] | None:
    declared = read_declared_access(access).access
    return rights(declared) if declared.directory == directory else None


def _granted(accesses: Iterable[api.GroupAccess]) -> Mapping[str, tuple[AccessMapping, ...]]:
    """Return the granted mappings of each GroupAccess whose status is current.

    One that is being deleted is left out.
    """
    return {
        access.metadata.name: tuple(_granted_mappings(access))
        for access in accesses
        if access.metadata.deletion_timestamp is None
        and access.status.observed_generation == access.metadata.generation
    }


def _granted_mappings(access: api.GroupAccess) -> Iterable[AccessMapping]:
    states = {each.name: each.state for each in access.status.mappings}
    for mapping in read_declared_access(access).access.mappings:
        if states.get(mapping.name) in {MappingState.GRANTED, MappingState.PARTIAL}:
            yield mapping
