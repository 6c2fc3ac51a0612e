"""Reads an AuthenticationConfiguration of kube-apiserver, as its file has it.

The fields are those of `apiserver.config.k8s.io/v1`; what this does not know, it leaves alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from groupaccess.domain.diagnosis.authenticator import (
    ALL_ALGORITHMS,
    Authenticator,
    Distribution,
)

KIND = "AuthenticationConfiguration"


class UnreadableConfigurationError(ValueError):
    """The file is no AuthenticationConfiguration, or a field of it has another type."""


def read_configuration(body: object, where: str) -> tuple[Authenticator, ...]:
    """Return the issuers of a parsed file; raise UnreadableConfigurationError.

    `where` names the file.
    """
    if not isinstance(body, Mapping) or body.get("kind") != KIND:
        raise UnreadableConfigurationError(f"{where} is no {KIND}: its kind must say so")
    entries = body.get("jwt") or []
    if not isinstance(entries, list):
        raise UnreadableConfigurationError(f'{where}: "jwt" is not a list')
    try:
        return tuple(
            _authenticator(entry, where, f"jwt[{number}]") for number, entry in enumerate(entries)
        )
    except (AttributeError, LookupError, TypeError) as error:
        raise UnreadableConfigurationError(f"{where}: jwt cannot be read ({error})") from error


def _authenticator(entry: Mapping[str, Any], where: str, field: str) -> Authenticator:
    issuer, mappings = entry["issuer"], entry["claimMappings"]
    texts = (issuer["url"], *_texts(issuer["audiences"]))
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("issuer.url and issuer.audiences are texts")
    username, groups = mappings["username"], mappings.get("groups") or {}
    return Authenticator(
        where,
        Distribution.CONFIGURATION,
        issuer["url"],
        frozenset(issuer["audiences"]),
        username_claim=username.get("claim"),
        username_prefix=username.get("prefix") or "",
        groups_claim=None if groups.get("expression") else groups.get("claim", ""),
        groups_prefix=groups.get("prefix") or "",
        required_claims=dict(_required(entry)),
        algorithms=ALL_ALGORITHMS,
        field=field,
    )


def _texts(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("issuer.audiences is not a list")
    return value


def _required(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the claims with a required value; a rule that is an expression is left out."""
    for rule in entry.get("claimValidationRules") or ():
        if rule.get("claim"):
            yield rule["claim"], rule.get("requiredValue", "")
