"""Names that other people chose, cut and cleaned before a person or the API server sees them.

RBAC names have no length limit, and a group's name may contain line breaks and escape sequences.
"""

MESSAGE_LIMIT = 4096  # the API server rejects the whole status if a message is longer
NAME_LIMIT = 1024


def printable_text(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """Return at most `limit` printable characters; an ellipsis at the end marks a cut."""
    if len(text) <= limit and text.isprintable():
        return text
    clean = "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text[:limit])
    return clean if len(text) <= limit else f"{clean[: limit - 1]}…"


def counted(count: int, noun: str) -> str:
    """Return a number with its noun, such as "1 binding" and "2 bindings"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
