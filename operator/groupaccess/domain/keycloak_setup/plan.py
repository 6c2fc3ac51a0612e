"""The changes that make a realm as desired, and those that take it back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from groupaccess.domain.keycloak_setup import options as defaults
from groupaccess.domain.keycloak_setup.calls import (
    ACCOUNT,
    AdminCall,
    Ids,
    covers,
    fill,
    fill_body,
)
from groupaccess.domain.keycloak_setup.desired_resources import desired_resources
from groupaccess.domain.keycloak_setup.options import ClusterTrust, SetupOptions
from groupaccess.domain.keycloak_setup.resources import (
    CanaryGroup,
    ClientResource,
    GroupMembership,
    IdentityProvider,
    ProtocolMapper,
    SetupResource,
    is_marked,
)
from groupaccess.domain.keycloak_setup.rights import (
    AdminPermissions,
    RoleMapping,
    ScopeMapping,
    ScopePermission,
    UserPolicy,
)
from groupaccess.domain.keycloak_setup.state import ExistingResource, RealmState


@dataclass(frozen=True, slots=True)
class CreateResource:
    """Make what is absent."""

    resource: SetupResource


@dataclass(frozen=True, slots=True)
class UpdateResource:
    """Correct what is there and otherwise than desired."""

    resource: SetupResource
    existing: str


@dataclass(frozen=True, slots=True)
class DeleteResource:
    """Delete what is there."""

    resource: SetupResource
    existing: str


SetupChange = CreateResource | UpdateResource | DeleteResource


def call_of(change: SetupChange, ids: Ids) -> AdminCall:
    """Return the call that makes a change, with the ids that are known."""
    match change:
        case CreateResource(resource):
            return fill(resource.create(), ids)
        case UpdateResource(resource, existing):
            return fill(resource.update(existing), ids)
        case DeleteResource(resource, existing):
            return fill(resource.delete(existing), ids)


def plan_setup(options: SetupOptions, state: RealmState) -> tuple[SetupChange, ...]:
    """Return the changes that are missing, in their order; none when all is as desired."""
    return tuple(change for each in desired_resources(options) for change in _changes(each, state))


def plan_undo(options: SetupOptions, state: RealmState) -> tuple[SetupChange, ...]:
    """Return the deletions of what a setup for this client made, in their order."""
    everything = reversed(desired_resources(undo_options(options)))
    there = ((each, state.existing(each)) for each in everything)
    return tuple(
        DeleteResource(resource, existing.id)
        for resource, existing in there
        if existing is not None and _is_removable(resource, existing, options, state)
    )


def kept_by_undo(options: SetupOptions, state: RealmState) -> Iterator[str]:
    """Yield what undo leaves although a setup uses it, in words for people."""
    for resource in desired_resources(undo_options(options)):
        existing = state.existing(resource)
        if existing is None or _is_removable(resource, existing, options, state):
            continue
        match resource:
            case ClientResource() | IdentityProvider() | UserPolicy() | ScopePermission():
                yield f'{resource.kind} "{resource.name}": this command did not make it'
            case CanaryGroup():
                marked = is_marked(existing.body, options.client_id)
                why = "it has other members" if marked else "this command did not make it"
                yield f'{resource.kind} "{resource.name}": {why}'
            case AdminPermissions():
                if covers(existing.body, resource.required):
                    yield f"{resource.name} of the realm: other administrators may need it"


def _changes(resource: SetupResource, state: RealmState) -> Iterator[SetupChange]:
    if isinstance(resource, ScopePermission) and _is_shared(resource, state):
        return
    existing = state.existing(resource)
    if existing is None:
        yield CreateResource(resource)
    elif not covers(existing.body, fill_body(resource.required, state.ids)):
        if isinstance(resource, IdentityProvider) and _has_other_type(resource, existing):
            yield DeleteResource(resource, existing.id)  # Keycloak changes no provider's type
            yield CreateResource(resource)
        else:
            yield UpdateResource(resource, existing.id)


def _is_shared(resource: ScopePermission, state: RealmState) -> bool:
    """Return whether others have such a permission: a second one takes the rights of both."""
    types = {each.resource_type for each in state.shared}
    return resource.is_for_all and resource.resource_type in types


def _has_other_type(resource: IdentityProvider, existing: ExistingResource) -> bool:
    return bool(existing.body.get("providerId") != resource.provider)


def undo_options(options: SetupOptions) -> SetupOptions:
    """Return options with all that a setup can have made, whatever its options were."""
    return replace(
        options,
        classic=False,
        canary=options.canary or f"/{defaults.CANARY}",
        cluster=options.cluster or ClusterTrust(""),
        cli_client=options.cli_client or "groupaccess-cli",
    )


def _is_removable(
    resource: SetupResource, existing: ExistingResource, options: SetupOptions, state: RealmState
) -> bool:
    match resource:
        case ClientResource() | IdentityProvider() | UserPolicy() | ScopePermission():
            return is_marked(existing.body, options.client_id)
        case CanaryGroup():
            others = set(state.canary_members) - {state.ids.get(ACCOUNT)}
            return is_marked(existing.body, options.client_id) and not others
        case ProtocolMapper():  # goes with a client that goes
            return existing.body["name"] == resource.name and not _client_goes(options, state)
        case GroupMembership():
            return not _client_goes(options, state)
        case AdminPermissions() | RoleMapping() | ScopeMapping():
            return False
    return False


def _client_goes(options: SetupOptions, state: RealmState) -> bool:
    existing = state.resources.get((ClientResource.kind, options.client_id))
    return existing is not None and is_marked(existing.body, options.client_id)
