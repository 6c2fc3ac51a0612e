"""What exists in the realm now, of what the operator needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from groupaccess.domain.keycloak_setup.calls import Ids, Json, covers
from groupaccess.domain.keycloak_setup.resources import ProtocolMapper, SetupResource


@dataclass(frozen=True, slots=True)
class ExistingResource:
    """A resource in Keycloak: its id ("" where it has none), and its representation."""

    id: str
    body: Json


@dataclass(frozen=True, slots=True)
class SharedPermission:
    """A permission to view all of a type that others made.

    `policy` is the first of its policies that does not list the operator's account; None if each
    of them does.
    """

    name: str
    resource_type: str
    policy: str | None


@dataclass(frozen=True, slots=True)
class RealmState:
    """What exists, by kind and name; `mappers` are those of the operator's client.

    `issuer` is what tokens carry as `iss`. `has_permissions` says whether this Keycloak knows
    fine-grained permissions. `canary_members` are ids, two at most. `shared` are permissions of
    others. `client_ids` are those that exist of the clients asked for. `trusts_pods` says whether
    the flow for clients accepts federated tokens.
    """

    issuer: str
    ids: Ids
    resources: Mapping[tuple[str, str], ExistingResource]
    mappers: Sequence[Json] = ()
    has_permissions: bool = True
    canary_members: Sequence[str] = ()
    shared: Sequence[SharedPermission] = ()
    client_ids: frozenset[str] = field(default_factory=frozenset)
    trusts_pods: bool = True

    def existing(self, resource: SetupResource) -> ExistingResource | None:
        """Return what is there of a resource; a mapper that does the same counts, too."""
        if isinstance(resource, ProtocolMapper):
            return self._mapper(resource)
        return self.resources.get((resource.kind, resource.name))

    def _mapper(self, resource: ProtocolMapper) -> ExistingResource | None:
        by_name = [each for each in self.mappers if each["name"] == resource.name]
        alike = [each for each in self.mappers if covers(each, resource.required)]
        chosen = [*by_name, *alike]
        return ExistingResource(str(chosen[0]["id"]), chosen[0]) if chosen else None
