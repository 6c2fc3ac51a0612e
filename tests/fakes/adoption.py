"""The port `AdoptionCluster` in memory."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

from fakes.values import failure
from groupaccess.api import v1alpha1 as api
from groupaccess.application.ports.errors import (
    InvalidRequestError,
    NotAllowedError,
    RejectedError,
    TransientError,
)
from groupaccess.domain.adoption.candidates import CandidateBinding
from groupaccess.domain.binding import Binding, BindingKey
from groupaccess.domain.reasons import Reason


class FakeAdoptionCluster:
    """Bindings and GroupAccesses; a selector is one `label=value`.

    `before_look` is called before a single binding is read; `deleted` are the keys, in order.
    """

    def __init__(self) -> None:
        self.bindings: dict[BindingKey, CandidateBinding] = {}
        self.accesses: dict[str, api.GroupAccess] = {}
        self.may_read = self.may_delete = True
        self.before_look: Callable[[], object] = lambda: None
        self.deleted: list[BindingKey] = []
        self._numbers = itertools.count(1)

    def put(self, candidate: CandidateBinding) -> None:
        """Create a binding or change it; uid and version are the cluster's to give."""
        key, number = candidate.binding.key, str(next(self._numbers))
        there = self.bindings.get(key)
        uid = f"uid {number}" if there is None else there.binding.uid
        stored = replace(candidate.binding, uid=uid, resource_version=number)
        self.bindings[key] = replace(candidate, binding=stored)

    def of_nobody(self) -> "FakeAdoptionCluster":
        """Return the same cluster with the rights of somebody who has none."""
        other = FakeAdoptionCluster()
        other.bindings, other.accesses = self.bindings, self.accesses
        other.may_read = other.may_delete = False
        return other

    async def list_bindings(self, selector: str = "") -> Sequence[CandidateBinding]:
        self._check()
        key, equals, value = selector.partition("=")
        if selector and not equals:
            raise InvalidRequestError(f"unable to parse requirement: {selector}")
        every = self.bindings.values()
        return [each for each in every if not selector or each.labels.get(key) == value]

    async def list_accesses(self) -> Sequence[api.GroupAccess]:
        self._check()
        return list(self.accesses.values())

    async def get_binding(self, key: BindingKey) -> Binding | None:
        self._check()
        self.before_look()
        found = self.bindings.get(key)
        return None if found is None else found.binding

    async def get_access(self, name: str) -> api.GroupAccess | None:
        self._check()
        return self.accesses.get(name)

    async def delete_binding(self, binding: Binding) -> bool:
        if not self.may_delete:
            raise RejectedError(failure(Reason.WRITE_REFUSED, "cannot delete resource"))
        found = self.bindings.get(binding.key)
        if found is None:
            return False
        seen, now = binding, found.binding
        if (seen.uid, seen.resource_version) != (now.uid, now.resource_version):
            raise TransientError("409: the binding is another one by now")
        del self.bindings[binding.key]
        self.deleted.append(binding.key)
        return True

    def _check(self) -> None:
        if not self.may_read:
            raise NotAllowedError("cannot list resource")
