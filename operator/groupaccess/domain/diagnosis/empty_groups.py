"""Groups that give nobody access: Keycloak's members are only direct ones."""

from collections.abc import Iterable


def warning(path: str, subjects: Iterable[str], child: str | None = None) -> str:
    """Return a sentence that warns about a group without a direct member.

    `subjects` are those that members would carry; `child` is the path of a child group that has
    some.
    """
    if child is None:
        return f"{path} has no members: nobody gets access by it."
    return (
        f"No one is a direct member of {path}; members of {child} do not carry "
        f"{' and '.join(subjects)}: add a mapping for each, or put people into the group itself."
    )
