"""What the port `Cluster` promises of our two kinds: their statuses and lists."""

from contracts.cluster import Surroundings

SAID = {"name": "sre", "state": "Granted", "reason": "Granted"}
FORGED = {
    "nextExpiry": "2999-12-31T00:00:00Z",
    "mappings": [SAID | {"subjects": ["x"]}, SAID | {"name": "ghost"}],
}


class OwnObjectsContract:
    """Subclasses give the fixture `world`."""

    async def test_uid_of_a_group_access_is_read_live(self, world: Surroundings) -> None:
        ref = world.declare(world.name)
        assert await world.port.get_access_uid(world.name) == ref.uid
        world.remove(ref)
        assert await world.port.get_access_uid(world.name) is None

    async def test_a_status_is_written_once(self, world: Surroundings) -> None:
        ref, said = world.declare(world.name), {"observedGeneration": 1, "granted": "1/1"}
        before = world.version(ref)
        first = await world.port.write_status(ref, before, said)
        assert first is not None
        assert first == world.version(ref) != before
        again = await world.port.write_status(ref, first, said)
        assert again == first == world.version(ref)

    async def test_a_status_replaces_the_one_before(self, world: Surroundings) -> None:
        ref = world.declare(world.name)
        said = {"observedGeneration": 1, "granted": "1/1"}
        first = await world.port.write_status(ref, world.version(ref), said)
        second = await world.port.write_status(ref, world.version(ref), {"observedGeneration": 1})
        assert second is not None
        assert second == world.version(ref) != first
        assert await world.port.write_status(ref, second, {"observedGeneration": 1}) == second

    async def test_a_status_keeps_nothing_that_somebody_else_wrote(
        self, world: Surroundings
    ) -> None:
        ref = world.declare(world.name)
        said = {"observedGeneration": 1, "mappings": [SAID]}
        assert await world.port.write_status(ref, world.version(ref), said) is not None
        world.forge_status(ref)
        assert world.status(ref) != said
        assert await world.port.write_status(ref, world.version(ref), said) is not None
        assert world.status(ref) == said

    async def test_a_status_for_an_object_that_is_gone_is_none(self, world: Surroundings) -> None:
        ref = world.declare(world.name)
        version = world.version(ref)
        world.remove(ref)
        assert await world.port.write_status(ref, version, {"observedGeneration": 1}) is None

    async def test_a_status_is_not_written_over_what_was_not_seen(
        self, world: Surroundings
    ) -> None:
        ref = world.declare(world.name)
        seen = world.version(ref)
        now = await world.port.write_status(ref, seen, {"observedGeneration": 1})
        assert await world.port.write_status(ref, seen, {"observedGeneration": 7}) is None
        assert world.version(ref) == now

    async def test_a_status_is_not_written_into_a_namesake(self, world: Surroundings) -> None:
        first = world.declare(world.name)
        version = world.version(first)
        world.remove(first)
        second = world.declare(world.name)
        before = world.version(second)
        assert await world.port.write_status(first, version, {"observedGeneration": 7}) is None
        assert world.version(second) == before

    async def test_versions_lists_uid_and_version(self, world: Surroundings) -> None:
        ref = world.declare(world.name)
        listed = await world.port.list_objects("GroupAccess")
        assert listed.objects[world.name] == (ref.uid, world.version(ref))
        assert world.name not in (await world.port.list_objects("KeycloakDirectory")).objects

    async def test_a_list_says_as_of_which_version_it_is(self, world: Surroundings) -> None:
        ref = world.declare(world.name)
        before = await world.port.list_objects("GroupAccess")
        assert int(world.version(ref)) <= int(before.resource_version)
        world.remove(ref)
        after = await world.port.list_objects("GroupAccess")
        assert world.name not in after.objects
        assert int(after.resource_version) > int(before.resource_version)
