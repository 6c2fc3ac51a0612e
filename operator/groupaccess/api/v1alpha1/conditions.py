"""What the statuses of both kinds share, in the shapes that kubectl, Flux and Argo CD read."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, WithJsonSchema

from groupaccess.api.model import ApiModel, ListType
from groupaccess.domain.text import MESSAGE_LIMIT, NAME_LIMIT, printable_text


def _presentable(limit: int) -> BeforeValidator:
    return BeforeValidator(
        lambda text: printable_text(text, limit) if isinstance(text, str) else text
    )


def _whole_second(time: datetime) -> datetime:
    # As metav1.Time: a time that is written and read again must not look like a change.
    return time.replace(microsecond=0)


Message = Annotated[str, _presentable(MESSAGE_LIMIT), Field(max_length=MESSAGE_LIMIT)]
Text = Annotated[str, _presentable(MESSAGE_LIMIT), Field(max_length=MESSAGE_LIMIT)]
"""What others chose: a path, a subject."""
Name = Annotated[str, _presentable(NAME_LIMIT), Field(max_length=NAME_LIMIT)]
"""A name that others chose; those of RBAC objects have no length limit."""
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
    """`Ready`: everything is bound as declared; of a directory: Keycloak was read, its grants are
    not held. `Reconciling`: the operator works on it or waits for something that may come by
    itself. `Stalled`: a person must act. `Verified`: what Keycloak says about it.

    Example: kubectl wait --for=condition=Ready ga/platform"""
