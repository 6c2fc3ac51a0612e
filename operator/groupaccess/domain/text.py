"""Names that others chose, cut and cleaned before a person or the API server sees them.

RBAC names have no length limit, and a group's name may hold line breaks and escape sequences.
"""

MESSAGE_LIMIT = 4096  # the API server refuses a status with a longer message as a whole
NAME_LIMIT = 1024


def printable_text(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """Return a text that a terminal and the API server take; an ellipsis ends what was cut."""
    clean = "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text[:limit])
    return clean if len(text) <= limit else f"{clean[: limit - 1]}…"
