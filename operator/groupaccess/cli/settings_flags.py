"""Makes command-line flags from settings, so that a setting is described only once."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

S = TypeVar("S", bound=BaseSettings)


def from_settings(
    settings: type[S],
) -> Callable[[Callable[[S], None]], Callable[..., None]]:
    """Make a command of a function that takes settings: a flag for each field.

    If a flag is not given, the environment sets the field, and then its default.
    """

    def decorate(function: Callable[[S], None]) -> Callable[..., None]:
        @wraps(function)
        def command(**given: Any) -> None:  # noqa: ANN401 -- as typed as the fields are
            flags = {name: value for name, value in given.items() if value is not None}
            try:
                read = settings(**flags)
            except ValidationError as error:
                raise typer.BadParameter(_words(error)) from error
            function(read)

        command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # typer reads it
            [_parameter(settings, name) for name in settings.model_fields]
        )
        return command

    return decorate


def _parameter(settings: type[BaseSettings], name: str) -> inspect.Parameter:
    field = settings.model_fields[name]
    number = field.annotation in {int, float}  # parsed as text: pydantic's error names the value
    flag = name.replace("_", "-")
    option = typer.Option(
        f"--{flag}/--no-{flag}" if field.annotation is bool else f"--{flag}",
        help=field.description,
        envvar=f"{settings.model_config['env_prefix']}{name}".upper(),
        show_default=_default(field),
        metavar="NUMBER" if number else None,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[_optional(str if number else field.annotation), option],
    )


def _default(field: FieldInfo) -> str | bool:
    known = field.default_factory is None and field.default is not None
    return str(field.default) if known else False


def _optional(annotation: Any) -> Any:  # noqa: ANN401 -- a type, of whatever kind
    return annotation | None


def _words(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, problem['loc']))} = {problem['input']!r}: {problem['msg']}"
        for problem in error.errors()
    )
