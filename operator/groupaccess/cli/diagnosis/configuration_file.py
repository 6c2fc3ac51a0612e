"""The option that names kube-apiserver's AuthenticationConfiguration."""

from pathlib import Path
from typing import Annotated

import typer

from groupaccess.domain.diagnosis.authenticator import Authenticator

FLAG = "--authentication-config"
ConfigurationPath = Annotated[
    Path | None,
    typer.Option(
        FLAG,
        exists=True,
        dir_okay=False,
        readable=True,
        help="kube-apiserver's AuthenticationConfiguration, which the cluster does not show.",
    ),
]


def read_configuration_file(file: Path | None) -> tuple[Authenticator, ...] | None:
    """Return the issuers of the file; raise BadParameter if it cannot be read."""
    if file is None:
        return None
    import yaml

    from groupaccess.domain.diagnosis.authentication_configuration import read_configuration

    try:
        return read_configuration(yaml.safe_load(file.read_text()), str(file))
    except (ValueError, yaml.YAMLError, OSError) as error:
        raise typer.BadParameter(f"{file}: {error}", param_hint=FLAG) from error
