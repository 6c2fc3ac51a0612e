"""Groups by which nobody gets access: Keycloak's members are direct ones alone."""

from collections.abc import Iterable


def warning(path: str, subjects: Iterable[str], child: str | None = None) -> str:
    """Warn of a group without a direct member, in a sentence.

    `subjects` are those that members would carry; `child` is the path of a child that has some.
    """
    if child is None:
        return f"{path} has no members: nobody gets access by it."
    return (
        f"No one is a direct member of {path}; members of {child} do not carry "
        f"{' and '.join(subjects)}: add a mapping for each, or put people into the group itself."
    )
