"""What hypothesis draws has different values in each field of a mapping."""

import pytest
from hypothesis import Phase, find, settings

from domain.strategies import accesses
from groupaccess.domain.access.mapping_fields import MAPPING_FIELDS

ATTRIBUTES = sorted({field.attribute for field in MAPPING_FIELDS.values()})


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_mappings_that_are_drawn_differ_in_each_field(attribute: str) -> None:
    """`find` fails where no example fits."""
    find(
        accesses(),
        lambda declared: len({getattr(each, attribute) for each in declared.mappings}) > 1,
        settings=settings(phases=[Phase.generate]),
    )
