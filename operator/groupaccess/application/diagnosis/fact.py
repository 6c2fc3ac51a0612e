"""A fact, or why it could not be had: a missing right is reported, never guessed around."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, TypeVar

from groupaccess.application.ports.errors import NotAllowedError, RejectedError, TransientError
from groupaccess.application.ports.keycloak_setup import SetupRefusedError, SetupUnknownError
from groupaccess.domain.diagnosis.finding import NotChecked

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """What a call returned."""

    value: T


async def attempt(what: str, call: Awaitable[T]) -> Fact[T] | NotChecked:
    """Await a call; `what` names what it would have shown."""
    try:
        return Fact(await call)
    except RejectedError as refused:
        return NotChecked(what, refused.failure.message.rstrip("."))
    except (NotAllowedError, TransientError, SetupRefusedError, SetupUnknownError) as error:
        return NotChecked(what, str(error).rstrip("."))
