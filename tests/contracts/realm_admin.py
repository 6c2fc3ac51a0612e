"""What `RealmAdmin` promises: what a setup makes is read back, and undone, fake or real."""

from dataclasses import replace
from typing import Protocol

import pytest

from groupaccess.application.keycloak_setup import apply_changes, plan_for
from groupaccess.application.ports.keycloak_setup import RealmAdmin
from groupaccess.domain.keycloak_setup.calls import CLIENT
from groupaccess.domain.keycloak_setup.options import ClusterTrust, SetupOptions

CLUSTER = "https://cluster.example"
DEFAULT = SetupOptions("")
OPTIONS = {
    "default": DEFAULT,
    "roles": replace(DEFAULT, classic=True),
    "no canary": replace(DEFAULT, canary=None),
    "a client for people": replace(DEFAULT, cli_client="groupaccess-cli"),
    "the cluster's keys": replace(DEFAULT, cluster=ClusterTrust(CLUSTER, jwks='{"keys": []}')),
}


class RealmSource(Protocol):
    """A realm with the client `headlamp` and nothing of a setup, and the login of its admin."""

    name: str
    port: RealmAdmin

    async def delete_canary(self) -> None:
        """Delete the canary group, as somebody else would."""


async def made(source: RealmSource, options: SetupOptions, *, undo: bool = False) -> int:
    """Make a setup, or undo it; return how many changes that took."""
    state = await source.port.read(options)
    changes = plan_for(options, state, undo=undo)
    return len([change async for change in apply_changes(source.port, state, changes)])


class RealmAdminContract:
    """To be used with a fixture `source`, a RealmSource."""

    @pytest.mark.parametrize("chosen", OPTIONS.values(), ids=OPTIONS)
    async def test_what_is_made_is_read_back_and_undone(
        self, source: RealmSource, chosen: SetupOptions
    ) -> None:
        options = replace(chosen, realm=source.name)
        before = await source.port.read(options)
        assert await made(source, options) > 0
        assert await made(source, options) == 0
        assert await made(source, options, undo=True) > 0
        assert await made(source, options, undo=True) == 0
        after = await source.port.read(options)
        assert (after.client_ids, list(after.canary_members)) == (before.client_ids, [])
        assert (CLIENT in after.ids, after.mappers) == (False, ())

    async def test_what_others_delete_is_missing_alone(self, source: RealmSource) -> None:
        options = SetupOptions(source.name)
        await made(source, options)
        await source.delete_canary()
        state = await source.port.read(options)
        missing = [each.resource.kind for each in plan_for(options, state, undo=False)]
        assert missing == ["group", "membership", "permission"]
        assert await made(source, options) == len(missing)
        assert await made(source, options) == 0

    async def test_a_bare_realm_has_its_issuer_and_the_clients_of_others(
        self, source: RealmSource
    ) -> None:
        state = await source.port.read(SetupOptions(source.name, audiences=("headlamp", "other")))
        assert state.issuer.endswith(f"/realms/{source.name}")
        assert state.client_ids == {"headlamp"}
        assert (state.has_permissions, state.shared) == (True, ())

    async def test_the_client_has_a_secret(self, source: RealmSource) -> None:
        options = SetupOptions(source.name)
        await made(source, options)
        state = await source.port.read(options)
        assert await source.port.client_secret(state.ids[CLIENT])
