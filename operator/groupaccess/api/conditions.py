"""What the statuses of both kinds share, in the shapes that kubectl, Flux and Argo CD read."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, WithJsonSchema

from groupaccess.api.base import ApiModel, ListType

MESSAGE_LIMIT = 4096
"""Characters of a message. The API server refuses a status with a longer one as a whole."""


def presentable(text: object) -> object:
    """Return a message that a terminal and the API server take, whoever chose the words in it.

    A group's name may hold line breaks and escape sequences; an ellipsis stands where text was cut.
    """
    if not isinstance(text, str):
        return text
    clean = "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text)
    return clean if len(clean) <= MESSAGE_LIMIT else f"{clean[: MESSAGE_LIMIT - 1]}…"


def _whole_second(time: datetime) -> datetime:
    # As metav1.Time: a time that is written and read again must not look like a change.
    return time.replace(microsecond=0)


Message = Annotated[str, BeforeValidator(presentable), Field(max_length=MESSAGE_LIMIT)]
Word = Annotated[str, Field(max_length=63)]
Time = Annotated[
    AwareDatetime,
    AfterValidator(_whole_second),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 40}),
]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Condition(ApiModel):
    """One aspect of the object's state, as metav1.Condition."""

    type: Annotated[str, Field(min_length=1, max_length=316)]
    """Which aspect: `Ready`, `Reconciling`, `Stalled`, `Verified`, `ApiServer`."""
    status: Literal["True", "False", "Unknown"]
    """Whether it holds."""
    observed_generation: Annotated[int, Field(ge=0)] | None = None
    """The generation of the spec that this was found for."""
    last_transition_time: Time
    """When `status` last changed."""
    reason: Annotated[str, Field(min_length=1, max_length=1024)]
    """One word that says why, such as `Granted` or `GroupNotFound`."""
    message: Message
    """A sentence that says why, and what to do."""


class Status(ApiModel):
    """What the operator found, for both kinds."""

    observed_generation: Annotated[int, Field(ge=-1)] = -1
    """The generation of the spec that this status speaks of; -1 until the operator has seen the
    object. Smaller than metadata.generation: a change is still being worked on."""
    conditions: Annotated[tuple[Condition, ...], Field(max_length=16), ListType("map", "type")] = ()
    """`Ready`: everything stands as declared. `Reconciling`: the operator works on it or waits for
    something that may come by itself. `Stalled`: a person must act. `Verified`: what Keycloak says
    about it.

    Example: kubectl wait --for=condition=Ready ga/platform"""
