"""The fields of a mapping, and what each does to the grant.

To add a field, add a row here, the field to the models of the API and of this package, and its
rule. Tests of the CRD, of `groupaccess import` and of the status fail until the rest is done.
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
