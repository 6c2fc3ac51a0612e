"""Checks of single values that a person types."""

from urllib.parse import urlsplit

import typer

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def keycloak_url(value: str) -> str:
    """Return Keycloak's address without a slash at the end; raise BadParameter for another URL."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise typer.BadParameter(f"{value!r} is no URL ({error})") from error
    if not host or parts.scheme not in {"https", "http"}:
        raise typer.BadParameter(
            f"{value!r} is no URL with https: write Keycloak's address, for example "
            "https://auth.example.com"
        )
    if parts.username is not None or parts.password is not None:
        raise typer.BadParameter(
            "it holds a user or password, which would stay in the shell's history: use "
            "KEYCLOAK_USER and KEYCLOAK_PASSWORD"
        )
    if parts.scheme == "http" and host not in LOCAL_HOSTS:
        raise typer.BadParameter(
            f"{value!r} is not https, so that everybody on the way could read the password. http "
            "is accepted for localhost alone (kubectl port-forward)"
        )
    for path in ("/realms", "/admin"):
        if f"{path}/" in f"{parts.path}/":
            raise typer.BadParameter(
                f"{value!r} goes too far: leave out {path} and what follows; the realm is named "
                "apart"
            )
    if parts.query or parts.fragment:
        raise typer.BadParameter(f"{value!r} has a query: write Keycloak's address alone")
    return value.rstrip("/")


def not_empty(value: str) -> str:
    """Refuse an empty name, as an unset shell variable makes it."""
    if not value.strip():
        raise typer.BadParameter("it is empty: is a shell variable not set?")
    return value
