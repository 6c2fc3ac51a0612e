"""The end-to-end tests try each optional field left empty, and see when its loss grants more."""

from typing import Any

import pytest

from empty_cases import FIELDS, Field, wider
from groupaccess.api.v1alpha1.optional_fields import OPTIONAL_FIELDS

WIDENS = [
    field
    for field in FIELDS
    if (absence := OPTIONAL_FIELDS[field.kind].get(field.listed)) and absence.widens
]


def without(field: Field) -> dict[str, Any]:
    """Return the field's spec without its key."""
    spec = field.emptied(field.spec)
    parent: Any = spec
    for each in field.path[:-1]:
        parent = parent[each]
    del parent[field.path[-1]]
    return spec


@pytest.mark.parametrize("kind", OPTIONAL_FIELDS)
def test_every_optional_field_is_tried(kind: str) -> None:
    tried = {field.listed for field in FIELDS if field.kind == kind}
    assert OPTIONAL_FIELDS[kind].keys() <= tried


@pytest.mark.parametrize("field", WIDENS, ids=lambda field: field.name)
def test_a_lost_key_that_grants_more_is_seen(field: Field) -> None:
    assert not wider(field.kind, field.spec, field.spec)
    assert wider(field.kind, field.spec, without(field))
