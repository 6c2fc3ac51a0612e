"""What stands in the way of a setup, in words for people."""

from collections.abc import Iterator
from dataclasses import dataclass

from groupaccess.domain.keycloak_setup.desired_resources import cli_client, operator_client
from groupaccess.domain.keycloak_setup.options import ClusterTrust, SetupOptions
from groupaccess.domain.keycloak_setup.resources import (
    CanaryGroup,
    IdentityProvider,
    is_marked,
)
from groupaccess.domain.keycloak_setup.state import RealmState, SharedPermission


@dataclass(frozen=True, slots=True)
class SetupProblem:
    """A sentence: what is wrong, and what to do. `stops`: nothing should be changed before."""

    message: str
    stops: bool


def find_problems(options: SetupOptions, state: RealmState) -> tuple[SetupProblem, ...]:
    """Return what stands in the way; those that stop come first."""
    stopping = (SetupProblem(message, stops=True) for message in _stopping(options, state))
    others = (SetupProblem(message, stops=False) for message in _others(options, state))
    return (*stopping, *others)


def setup_notes(options: SetupOptions, state: RealmState) -> Iterator[str]:
    """Yield what a person should know, although nothing is wrong with the setup itself."""
    if options.canary is None:
        yield (
            "without a canary the conditions Verified and ApiServer stay Unknown: the strings in "
            "bindings are computed and not proven"
        )
        return
    for audience in options.audiences:
        if audience not in state.client_ids:
            yield (
                f'realm {options.realm} has no client "{audience}": create it for Headlamp or '
                "kubectl, with a Group Membership mapper, or name another with --login-client"
            )


def _stopping(options: SetupOptions, state: RealmState) -> Iterator[str]:
    if not options.classic and not state.has_permissions:
        yield (
            "adminPermissionsEnabled: this Keycloak has no fine-grained admin permissions "
            "(version 2), which came with 26.2. Upgrade Keycloak, or use --classic, which lets the "
            "account see every user's data"
        )
    yield from _client_problems(options, state)
    if options.cluster is not None:
        yield from _provider_problems(options.cluster, options, state)
    if options.canary is not None and "/" in options.canary.strip("/"):
        group = CanaryGroup(options.canary, options.client_id)
        if state.existing(group) is None:
            yield (
                f'--canary: realm {options.realm} has no group "{options.canary}", and only a '
                "group at the top can be made here. Create it in Keycloak, or name another"
            )


def _client_problems(options: SetupOptions, state: RealmState) -> Iterator[str]:
    """Yield clients of others that do not fit: their type is not changed."""
    clients = [("--client", operator_client(options))]
    if options.cli_client is not None:
        clients.append(("--create-cli-client", cli_client(options.cli_client, options)))
    for option, client in clients:
        existing = state.existing(client)
        if existing is None or is_marked(existing.body, options.client_id):
            continue
        is_public = bool(existing.body.get("publicClient"))
        if is_public != client.settings["publicClient"]:
            kind = "public" if is_public else "not public"
            yield (
                f'{option}: client "{client.name}" exists and is {kind}. It seems to belong to '
                "something else: name another client"
            )


def _provider_problems(
    cluster: ClusterTrust, options: SetupOptions, state: RealmState
) -> Iterator[str]:
    existing = state.resources.get((IdentityProvider.kind, cluster.alias))
    if existing is None or is_marked(existing.body, options.client_id):
        return
    issuer = (existing.body.get("config") or {}).get("issuer")
    if issuer != cluster.issuer:
        yield (
            f'--pod-token: identity provider "{cluster.alias}" exists, for the issuer "{issuer}". '
            "Name another with --provider"
        )


def _others(options: SetupOptions, state: RealmState) -> Iterator[str]:
    if not options.classic:
        yield from (_shared(options, each) for each in state.shared if each.policy is not None)
    if options.cluster is not None and not state.trusts_pods:
        yield (
            "the realm's flow for clients has no execution federated-jwt that is ALTERNATIVE, so "
            "that Keycloak refuses the pod's token. In Keycloak: Authentication, flow clients, Add "
            "execution"
        )


def _shared(options: SetupOptions, permission: SharedPermission) -> str:
    kind = permission.resource_type
    return (
        f'permission "{permission.name}" lets others view all {kind}, and Keycloak allows only '
        f"what each permission for all {kind} allows: a second one would take the rights of both "
        f'away. Add the user "{options.account}" to the policy "{permission.policy}", then run '
        "this again"
    )
