"""Whose tokens kube-apiserver accepts: an issuer, as classic flags or in the structured file."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MAX_ISSUERS = 64


@dataclass(frozen=True)
class Issuer:
    """One issuer of tokens and how kube-apiserver reads them.

    `ca_pem` is the certificate authority of the issuer's https address. `username_prefix` None
    means what kube-apiserver does without the flag: the issuer's URL and `#`. `user_rules` are CEL
    expressions over `user` that must be true; the classic flags have none.
    """

    url: str
    ca_pem: str
    audiences: tuple[str, ...] = ("headlamp",)
    username_claim: str = "preferred_username"
    username_prefix: str | None = None
    groups_claim: str = "groups"
    groups_prefix: str = ""
    user_rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassicFlags:
    """Authentication by the five flags of the story; another issuer means a restart."""

    issuer: Issuer


@dataclass(frozen=True)
class StructuredFile:
    """Authentication by a file that kube-apiserver reloads; these issuers are trusted at once.

    An issuer that answers when kube-apiserver starts costs nothing; each later change of the file
    is in force after about ten seconds, and only while every issuer in it answers.
    """

    issuers: tuple[Issuer, ...] = ()


def classic_flags(issuer: Issuer, ca_file: Path) -> list[str]:
    """Return the flags for one issuer, whose CA is written to `ca_file`."""
    if len(issuer.audiences) != 1:
        message = "the classic flags take exactly one audience"
        raise ValueError(message)
    ca_file.write_text(issuer.ca_pem)
    flags = [
        f"--oidc-issuer-url={issuer.url}",
        f"--oidc-client-id={issuer.audiences[0]}",
        f"--oidc-username-claim={issuer.username_claim}",
        f"--oidc-groups-claim={issuer.groups_claim}",
        f"--oidc-ca-file={ca_file}",
    ]
    if issuer.username_prefix is not None:
        # "-" is the flag's word for "no prefix"
        flags.append(f"--oidc-username-prefix={issuer.username_prefix or '-'}")
    if issuer.groups_prefix:
        flags.append(f"--oidc-groups-prefix={issuer.groups_prefix}")
    return flags


def structured_configuration(issuers: Iterable[Issuer]) -> str:
    """Return the authentication configuration file for these issuers, as YAML."""
    return yaml.safe_dump(
        {
            "apiVersion": "apiserver.config.k8s.io/v1",
            "kind": "AuthenticationConfiguration",
            "jwt": [_jwt_authenticator(issuer) for issuer in issuers],
        }
    )


def _jwt_authenticator(issuer: Issuer) -> dict[str, Any]:
    username_prefix = f"{issuer.url}#" if issuer.username_prefix is None else issuer.username_prefix
    where: dict[str, Any] = {
        "url": issuer.url,
        "audiences": list(issuer.audiences),
        "certificateAuthority": issuer.ca_pem,
    }
    if len(issuer.audiences) > 1:
        where["audienceMatchPolicy"] = "MatchAny"
    return {
        "issuer": where,
        "claimMappings": {
            "username": {"claim": issuer.username_claim, "prefix": username_prefix},
            "groups": {"claim": issuer.groups_claim, "prefix": issuer.groups_prefix},
        },
        "userValidationRules": [
            {"expression": rule, "message": "not this user"} for rule in issuer.user_rules
        ],
    }


def replace_file(file: Path, text: str) -> None:
    """Write a new file and rename it over the old one, so that a reader sees one or the other."""
    new = file.with_name(f".{file.name}.new")
    new.write_text(text)
    new.replace(file)
