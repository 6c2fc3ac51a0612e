"""Makes a command of a function that takes a dataclass: an option for each field."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import wraps
from typing import Any, TypeVar, get_type_hints

D = TypeVar("D")


def from_dataclass(options: type[D]) -> Callable[[Callable[[D], None]], Callable[..., None]]:
    """Make a command of a function that takes `options`, a dataclass of typer's annotations."""
    hints = get_type_hints(options, include_extras=True)

    def decorate(function: Callable[[D], None]) -> Callable[..., None]:
        @wraps(function)
        def command(**typed: Any) -> None:  # noqa: ANN401 -- as typed as the fields are
            function(options(**typed))

        command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # typer reads it
            [_parameter(each, hints[each.name]) for each in fields(options)]  # type: ignore[arg-type]  # a dataclass
        )
        return command

    return decorate


def _parameter(field: Field[Any], annotation: object) -> inspect.Parameter:
    default = inspect.Parameter.empty if field.default is MISSING else field.default
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(field.name, kind, default=default, annotation=annotation)
