"""The fields of a mapping, and what each does to the grant.

To add a field, add a row here; then tests fail until the rest is done:

- `tests/domain/access/test_mapping_fields.py`: the API and `AccessMapping` have it, the status
  shows it, and `groupaccess import` counts a grant that it makes smaller as smaller.
- `tests/application/state/test_declared_objects.py`: it is read from the API, and a field that
  ends a grant is read even from a mapping that is otherwise unreadable.
- `tests/api/v1alpha1/test_optional_fields.py`: what its absence grants, and what stops that.
- `tests/domain/test_strategies.py`: the property tests draw different values of it.

An effect of its own needs a line in the first two, which say what follows from each effect. No test
can ask for its rule (`verdict/rules.py`), nor for a new time in `reconcile/expiry.py`.
"""

from enum import Enum
from typing import Final, NamedTuple


class FieldEffect(Enum):
    """What a field does to a grant."""

    IDENTIFIES = "identifies"  # mapping, group or role: another value is another grant
    NARROWS = "narrows"  # where: another value grants less, or in other namespaces
    PINS = "pins"  # Keycloak's id of the group, whichever group has the name
    ENDS = "ends"  # until when it is granted


class MappingField(NamedTuple):
    """One field: its effect, and the attribute of AccessMapping that holds it."""

    effect: FieldEffect
    attribute: str


MAPPING_FIELDS: Final = {
    "name": MappingField(FieldEffect.IDENTIFIES, "name"),
    "group": MappingField(FieldEffect.IDENTIFIES, "group"),
    "clusterRole": MappingField(FieldEffect.IDENTIFIES, "cluster_role"),
    "groupId": MappingField(FieldEffect.PINS, "group_id"),
    "clusterWide": MappingField(FieldEffect.NARROWS, "scope"),
    "namespaces": MappingField(FieldEffect.NARROWS, "scope"),
    "expiresAt": MappingField(FieldEffect.ENDS, "expires_at"),
}
"""By their names in the API."""
