"""The environment in which the tests run a command."""

import os
from collections.abc import Mapping


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Return what to change for a command: no setting of the machine, no pod's credentials.

    Nothing is cut or coloured. A variable that is None is deleted.
    """
    settings = {name: None for name in os.environ if name.startswith("GROUPACCESS_")}
    plain = {"COLUMNS": "300", "NO_COLOR": "1", "TERM": "dumb"}
    return {**settings, "KUBERNETES_SERVICE_HOST": None, **plain, **(variables or {})}


def whole_environment() -> dict[str, str]:
    """Return the same as a whole, for a process of its own."""
    whole = {**os.environ, **environment()}
    return {name: value for name, value in whole.items() if value is not None}
