"""The annotations of a binding that is held: nothing new is granted, what is known is kept."""

from groupaccess.domain.binding import DECLARED_ANNOTATIONS, Annotation, BindingContent
from groupaccess.domain.identity.pins import Pin
from groupaccess.domain.timestamp import format_time


def kept_annotations(content: BindingContent) -> dict[str, str]:
    """Return the annotations of a binding that it keeps while it is held, by their names."""
    return {
        name: text
        for name, text in content.own_annotations.items()
        if name not in DECLARED_ANNOTATIONS
    }


def updated_annotations(
    content: BindingContent, pin: Pin | None, directory: str
) -> dict[str, str | None]:
    """Return a binding's annotations about its group, with what is known now about both.

    A partner directory's group may have the same id: nothing is known about that one here.
    """
    current: dict[str, str | None] = {
        **kept_annotations(content),
        Annotation.FORMER_SUBJECTS: None,
    }
    if pin is None or (current.get(Annotation.DIRECTORY), current.get(Annotation.GROUP_ID)) != (
        directory,
        pin.group_id,
    ):
        return current
    since = pin.missing_since
    return {
        **current,
        Annotation.DIRECTORY_ID: pin.directory_id or current.get(Annotation.DIRECTORY_ID),
        Annotation.MISSING_SINCE: format_time(since) if since else None,
    }
