"""What kube-apiserver reads from a token, and whose tokens people bring."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, field_validator

from groupaccess.api.model import Cel, ListType, SpecModel, kept, object_keywords
from groupaccess.api.v1alpha1.fields import ClientId, ObjectName, Scope

_SOME_CLIENTS = Cel(
    "size(self) > 0",
    "there must be at least one client: the one that people log in with, such as headlamp",
)
_SAME_TOKEN = kept(
    "token",
    "token must not be lost, since another kind of token may carry other strings; write token: ID",
    unless="oldSelf.token == 'ID'",
)
_SAME_SCOPES = kept(
    "scopes",
    "scopes must not be lost, since mappers of the lost scopes would not be looked at; write "
    "scopes: [openid]",
    unless="oldSelf.scopes == ['openid']",
)
_SAME_CLAIM = kept(
    "groupsClaim",
    "groupsClaim must not be lost, since another claim may carry other strings; write "
    "groupsClaim: groups",
    unless="oldSelf.groupsClaim == 'groups'",
)


class TokenClient(SpecModel):
    """A client of the realm whose tokens people bring to kube-apiserver."""

    model_config = ConfigDict(json_schema_extra=object_keywords(_SAME_TOKEN, _SAME_SCOPES))

    client_id: ClientId
    """The client's id in the realm. Example: headlamp"""
    token: Literal["ID", "Access"] = "ID"  # noqa: S105 -- a kind of token, no password
    """Which of its tokens reaches kube-apiserver: `ID` or `Access`. Absent: `ID`, as Headlamp and
    kubectl's login plugins send."""
    scopes: Annotated[tuple[Scope, ...], Field(max_length=32), ListType("set")] = ("openid",)
    """The scopes that its login asks for; those that the client has by default need not be named.
    Absent: [openid]. Example: [openid, profile, email]"""


class Tokens(SpecModel):
    """What kube-apiserver reads from a token, and whose tokens people bring."""

    model_config = ConfigDict(json_schema_extra=object_keywords(_SAME_CLAIM))

    groups_claim: Annotated[
        str,
        Field(min_length=1, max_length=255),
        Cel(
            r"!self.matches(r'[\s\p{Cc}]')",
            "groupsClaim must be the claim's name as kube-apiserver has it, such as groups, "
            "without spaces",
        ),
    ] = "groups"
    """The claim with the groups, as in kube-apiserver's --oidc-groups-claim. Absent: `groups`."""
    groups_prefix: Annotated[
        str,
        Field(max_length=255),
        Cel(
            "!self.startsWith('system:')",
            "a prefix that begins with 'system:' would make groups that Kubernetes reserves for "
            "itself; give the prefix that kube-apiserver has, such as oidc:",
        ),
        Cel(
            r"!self.matches(r'[\p{Cc}\p{Zl}\p{Zp}]')",
            "groupsPrefix must not hold control characters or line breaks",
        ),
    ]
    """What kube-apiserver puts in front of each group, as in --oidc-groups-prefix. Where it puts
    nothing there, write "". Example: oidc:"""
    shares_prefix_with: Annotated[tuple[ObjectName, ...], Field(max_length=8), ListType("set")] = ()
    """KeycloakDirectories of other realms with the same groupsPrefix, at most 8, whose groups of
    equal names mean the same, as while people move from one Keycloak to another. It counts when
    each names the other. Absent: a directory with the same prefix and another issuer grants
    nothing new beside this one. Example: [default]"""
    clients: Annotated[
        tuple[TokenClient, ...], Field(max_length=8), ListType("map", "clientId"), _SOME_CLIENTS
    ]
    """The clients whose tokens people bring, 1 to 8, such as those of Headlamp and of kubectl. The
    group's string is worked out for each, since each has its own mappers and scopes.

    Example: - {clientId: headlamp, token: ID, scopes: [openid, profile, email]}"""

    @field_validator("clients")
    @classmethod
    def _some_client(cls, clients: tuple[TokenClient, ...]) -> tuple[TokenClient, ...]:
        if not clients:
            raise ValueError(_SOME_CLIENTS.message)
        return clients
