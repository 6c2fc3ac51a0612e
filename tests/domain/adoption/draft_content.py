"""What a draft of `groupaccess import` holds: its mappings and its remarks."""

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.adoption.drafts import Adoption


def mappings(adoption: Adoption) -> list[AccessMapping]:
    return [line.mapping for draft in adoption.drafts for line in draft.mappings]


def said(adoption: Adoption) -> str:
    """Return all remarks, wherever they are."""
    lines = [*adoption.remarks]
    for draft in adoption.drafts:
        lines += [*draft.remarks, *(text for line in draft.mappings for text in line.remarks)]
    return "\n".join(lines)
