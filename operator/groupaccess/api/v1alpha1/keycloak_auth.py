"""How the operator reaches a Keycloak: the authorities it trusts, and how it logs in."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from groupaccess.api.model import Cel, SpecModel, object_keywords
from groupaccess.api.v1alpha1.fields import ClientId, DataKey, ObjectName

CA_KEY = "ca.crt"

_ONE_AUTH = Cel(
    "has(self.clientSecret) != has(self.serviceAccountToken)",
    "auth must have exactly one of clientSecret (a client id and secret in a Secret) and "
    "serviceAccountToken (no stored secret)",
)
_ONE_CA = Cel(
    "(has(self.configMapRef) ? 1 : 0) + (has(self.secretRef) ? 1 : 0) + "
    "(has(self.inline) ? 1 : 0) == 1",
    "caBundle must have exactly one of configMapRef, secretRef and inline; leave it out when "
    "Keycloak's certificate is from a public authority",
)


class NameRef(SpecModel):
    """A Secret in the operator's own namespace."""

    model_config = ConfigDict(json_schema_extra=object_keywords(atomic=True))

    name: ObjectName
    """Its name. It is read from the operator's own namespace, never from another."""


class KeyRef(NameRef):
    """A key of a ConfigMap or Secret in the operator's own namespace."""

    key: DataKey = CA_KEY
    """The key that holds the certificates, as PEM. Absent: `ca.crt`."""


class CaBundle(SpecModel):
    """The authorities that Keycloak's certificate is checked against; exactly one source."""

    model_config = ConfigDict(json_schema_extra=object_keywords(_ONE_CA))

    config_map_ref: KeyRef | None = None
    """A ConfigMap in the operator's own namespace. Example: {name: keycloak-ca, key: ca.crt}"""
    secret_ref: KeyRef | None = None
    """A Secret in the operator's own namespace, such as one that cert-manager keeps.
    Example: {name: keycloak-tls, key: ca.crt}"""
    inline: (
        Annotated[
            str,
            Field(max_length=65536),
            Cel(
                "self.contains('-----BEGIN CERTIFICATE-----')",
                "inline must hold certificates as PEM, beginning with '-----BEGIN CERTIFICATE'",
                shows_value=False,
            ),
            Cel(
                "!self.contains('PRIVATE KEY-----')",
                "inline holds a private key, which everybody who may read this object would see; "
                "give only the authority's certificate, and replace that key",
                shows_value=False,
            ),
        ]
        | None
    ) = None
    """The certificates themselves, as PEM."""

    @model_validator(mode="after")
    def _single_source(self) -> Self:
        given = (self.config_map_ref, self.secret_ref, self.inline)
        if sum(source is not None for source in given) != 1:
            raise ValueError(_ONE_CA.message)
        return self


class ClientSecret(SpecModel):
    """Log in with a client id and secret."""

    secret_ref: NameRef
    """A Secret in the operator's own namespace with the keys `client-id` and `client-secret`.
    Example: {name: keycloak}"""


class ServiceAccountToken(SpecModel):
    """Log in with the pod's own projected token; Keycloak trusts the cluster's issuer."""

    client_id: ClientId
    """The client in the realm that stands for the operator. Example: groupaccess"""


class Auth(SpecModel):
    """How the operator logs in to Keycloak; exactly one way."""

    model_config = ConfigDict(json_schema_extra=object_keywords(_ONE_AUTH))

    client_secret: ClientSecret | None = None
    """With a client id and secret, kept in a Secret. Example: {secretRef: {name: keycloak}}"""
    service_account_token: ServiceAccountToken | None = None
    """With the pod's own token and no stored secret. Example: {clientId: groupaccess}"""

    @model_validator(mode="after")
    def _single_method(self) -> Self:
        if (self.client_secret is None) == (self.service_account_token is None):
            raise ValueError(_ONE_AUTH.message)
        return self
