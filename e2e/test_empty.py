"""A key that is left empty is refused in words, or grants no more than what was meant."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from empty_cases import FIELDS, LABEL, OTHER, SELECTOR, SHOP, Field, Object, access, body, wider
from empty_ways import CHANGE, NEW, RELEASES, UNSEEN, EmptyKeyScenario, Write, combine, named
from suite import LONG
from testbed.admin_api import RefusedError
from testbed.cluster import Cluster

pytestmark = pytest.mark.empty

WORDS = (
    "a key is left empty",
    "has an empty key",
    "must not be lost",
    "must not be taken from",
    "must not lose a requirement",
    "must have exactly one of",
    "must have names, a selector",
    "must be given with In",
    "would match every namespace",
    "Required value",
    "must be of type",
    "Unsupported value: null: supported values:",
)
OF_MAPPING = tuple(field for field in FIELDS if field.in_mapping)
LOST_UNSEEN = {
    "ga.mappings[0].groupId",
    "ga.mappings[0].expiresAt",
    "ga.mappings[0].namespaces.selector.matchLabels",
    "ga.mappings[0].namespaces.selector.matchLabels.env",
    "ga.mappings[0].namespaces.selector.matchExpressions",
}
"""What nobody can see, in a mapping that is new in an existing object (decision 15)."""
each_change = pytest.mark.parametrize("way", CHANGE)


def tries(ways: Mapping[str, object], fields: Sequence[Field]) -> pytest.MarkDecorator:
    """Try each field with each way that is a request, and with the tools in turn, or all."""
    cases = [
        pytest.param(way, field, id=f"{field.name}-{way}")
        for way, field in combine(ways, fields, all_tools=LONG)
    ]
    return pytest.mark.parametrize(("way", "field"), cases)


@pytest.fixture(scope="module")
def served(without_operator: Cluster) -> Iterator[Cluster]:
    """Give a cluster with CRDs and guards, and take away what the tests made."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": RELEASES}}
    without_operator.apply(namespace)
    yield without_operator
    label = ",".join(f"{key}={value}" for key, value in LABEL.items())
    without_operator.kubectl("delete", "ga,kcd", f"--selector={label}", "--wait=false")
    without_operator.kubectl("delete", "namespace", RELEASES, "--wait=false")


@pytest.fixture
def desk(served: Cluster, tmp_path: Path) -> EmptyKeyScenario:
    """Give a desk."""
    return EmptyKeyScenario(served, tmp_path)


def refusal(desk: EmptyKeyScenario, write: Write, given: Object) -> str | None:
    """Return the words that refuse a write, or None."""
    try:
        write(desk, given)
    except RefusedError as error:
        return str(error)
    return None


def excess(desk: EmptyKeyScenario, write: Write, given: Object, intended: Object) -> list[str]:
    """Write an object; return in what it then grants more than intended. Refusals have words."""
    said = refusal(desk, write, given)
    if said is None:
        stored = desk.cluster.admin.get(named(given))
        return wider(given["kind"], intended, stored["spec"])
    print(f"\nrefused: {' '.join(said.split())}")
    assert any(words in " ".join(said.split()) for words in WORDS), said
    return []


@tries(NEW, FIELDS)
def test_a_new_object_with_an_empty_key_is_refused(
    way: str, field: Field, desk: EmptyKeyScenario, name: str
) -> None:
    given = body(field.kind, name, field.emptied(field.spec))
    assert excess(desk, NEW[way], given, field.spec) == []
    with pytest.raises(RefusedError, match="not found"):
        desk.cluster.admin.get(named(given))


@tries(CHANGE, FIELDS)
def test_a_key_that_is_emptied_in_an_existing_object_widens_nothing(
    way: str, field: Field, desk: EmptyKeyScenario, name: str
) -> None:
    make, write = CHANGE[way]
    make(desk, body(field.kind, name, field.spec))
    given = body(field.kind, name, field.emptied(field.spec))
    assert excess(desk, write, given, field.spec) == []


@tries(CHANGE, OF_MAPPING)
def test_a_mapping_that_is_new_in_an_existing_object_has_no_empty_key_that_can_be_seen(
    way: str, field: Field, desk: EmptyKeyScenario, name: str
) -> None:
    make, write = CHANGE[way]
    beside = {**OTHER, "name": "beside"}
    make(desk, body(field.kind, name, access(beside)))
    intended = {**field.spec, "mappings": [*field.spec["mappings"], beside]}
    found = excess(desk, write, body(field.kind, name, field.emptied(intended)), intended)
    assert bool(found) == (way in UNSEEN and field.name in LOST_UNSEEN), found


@each_change
def test_another_selector_has_no_empty_label_that_can_be_seen(
    way: str, desk: EmptyKeyScenario, name: str
) -> None:
    make, write = CHANGE[way]
    make(desk, body("GroupAccess", name, access(SHOP)))
    another = {**SELECTOR, "matchLabels": {"team": "bank", "env": "dev"}}
    intended = access({**SHOP, "namespaces": {"names": ["shop"], "selector": another}})
    path = ("mappings", 0, "namespaces", "selector", "matchLabels", "env")
    field = Field("GroupAccess", path, intended)
    found = excess(desk, write, body(field.kind, name, field.emptied(intended)), intended)
    assert bool(found) == (way in UNSEEN), found


@pytest.mark.parametrize(
    ("kept", "spec"),
    [
        ("suspend", {**access(SHOP), "suspend": False}),
        ("directoryRef", {**access(SHOP), "directoryRef": {"name": "default"}}),
        ("expiresAt", access({**SHOP, "expiresAt": "2098-12-31T00:00:00Z"})),
        (
            "selector",
            access({**SHOP, "namespaces": {"selector": {"matchLabels": {"team": "bank"}}}}),
        ),
        ("selector for names", access({**SHOP, "namespaces": {"names": ["bank"]}})),
        ("the name", access({**OTHER, "name": "wider", "group": "/apps/shop"})),
    ],
)
def test_an_ordinary_edit_is_taken(
    kept: str, spec: Object, desk: EmptyKeyScenario, name: str
) -> None:
    assert kept
    for way in ("apply", "merge patch"):
        make, write = CHANGE[way]
        make(desk, body("GroupAccess", f"{name}-{way.partition(' ')[0]}", access(SHOP)))
        write(desk, body("GroupAccess", f"{name}-{way.partition(' ')[0]}", spec))
