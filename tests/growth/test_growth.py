"""One event takes the same work among 500 objects and among 2,000."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from fakes.kube.storage import Key
from growth.objects import declare, direct, mapping
from growth.work import Act, work_of
from simulation.cluster import SimulatedCluster

FEW, MANY = 500, 2_000
GROWS = 1.1  # at most, for what is logarithmic
SHARED = 10  # objects of a group, or of a directory
MAPPINGS = 24


def common_group(cluster: SimulatedCluster, size: int) -> None:
    direct(cluster)
    cluster.keycloak.create("everybody")
    for number in range(size):
        declare(cluster, f"a{number}", mapping("everybody"))


def unresolved_groups(cluster: SimulatedCluster, size: int) -> None:
    direct(cluster)
    for number in range(size):
        declare(cluster, f"a{number}", mapping(f"nobody-{number}"))


def selectors(cluster: SimulatedCluster, size: int) -> None:
    direct(cluster)
    for number in range(size):
        group = _group(cluster, number // SHARED)
        declare(cluster, f"a{number}", mapping(group, team=f"team-{number}"))


def one_object_with_many_namespaces(cluster: SimulatedCluster, size: int) -> None:
    direct(cluster)
    for number in range(size):
        _namespace(cluster, f"ns-{number}", "all")
    declare(cluster, "large", mapping(_group(cluster, 0), team="all"))
    declare(cluster, "a5", mapping(_group(cluster, 1)))


def many_directories(cluster: SimulatedCluster, size: int) -> None:
    for number in range(size // SHARED):
        direct(cluster, f"d{number}", f"d{number}:")
    for number in range(size):
        group, directory = _group(cluster, number // SHARED), f"d{number // SHARED}"
        declare(cluster, f"a{number}", mapping(group), directory=directory)


def many_mappings(cluster: SimulatedCluster, size: int) -> None:
    direct(cluster)
    for number in range(size // MAPPINGS):
        declare(cluster, f"a{number}", *_mappings(cluster, number))


def edit(cluster: SimulatedCluster) -> None:
    declare(cluster, "a5", mapping(_group(cluster, 1), "edit"))


def edit_a_mapping(cluster: SimulatedCluster) -> None:
    first, *others = _mappings(cluster, 5)
    declare(cluster, "a5", {**first, "clusterRole": "edit"}, *others)


def edit_of_a_directory(cluster: SimulatedCluster) -> None:
    declare(cluster, "a5", mapping(_group(cluster, 0), "edit"), directory="d0")


def edit_of_the_common_group(cluster: SimulatedCluster) -> None:
    declare(cluster, "a5", mapping("everybody", "edit"))


def edit_of_an_unresolved_group(cluster: SimulatedCluster) -> None:
    declare(cluster, "a5", mapping("nobody-at-all"))


def a_namespace_of_one_team(cluster: SimulatedCluster) -> None:
    _namespace(cluster, "new", "team-5")


def _group(cluster: SimulatedCluster, number: int) -> str:
    cluster.keycloak.create(f"group-{number}")
    return f"group-{number}"


def _namespace(cluster: SimulatedCluster, name: str, team: str) -> None:
    body = {"metadata": {"name": name, "labels": {"team": team}}}
    cluster.put("namespaces", Key("", name), body)


def _mappings(cluster: SimulatedCluster, number: int) -> list[dict[str, object]]:
    return [
        mapping(_group(cluster, number * MAPPINGS + each), name=f"m{each}")
        for each in range(MAPPINGS)
    ]


@dataclass(frozen=True)
class Shape:
    """What is declared for a size, and the event."""

    declare: Callable[[SimulatedCluster, int], None]
    event: Act

    def of(self, size: int) -> Act:
        return lambda cluster: self.declare(cluster, size)


SHAPES = (
    Shape(common_group, edit_of_the_common_group),
    Shape(unresolved_groups, edit_of_an_unresolved_group),
    Shape(selectors, a_namespace_of_one_team),
    Shape(one_object_with_many_namespaces, edit),
    Shape(many_directories, edit_of_a_directory),
    Shape(many_mappings, edit_a_mapping),
)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.declare.__name__)
def test_one_event_takes_the_same_work_among_few_objects_and_among_many(shape: Shape) -> None:
    few, many = (work_of(shape.of(size), shape.event) for size in (FEW, MANY))
    assert many.requests <= few.requests * GROWS
    assert many.lines <= few.lines * GROWS, f"{few} among {FEW}, {many} among {MANY}"
