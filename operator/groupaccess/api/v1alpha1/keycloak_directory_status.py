"""The status of a KeycloakDirectory."""

from typing import Annotated, Literal

from pydantic import Field

from groupaccess.api.model import ApiModel, ListType
from groupaccess.api.v1alpha1.conditions import Count, Message, Status, Time
from groupaccess.api.v1alpha1.fields import ClientId


class ClientProof(ApiModel):
    """What an example token of a client showed, as Keycloak's console shows it under Evaluate."""

    client_id: ClientId
    """The client's id in the realm."""
    result: Literal["Proven", "Refuted", "Unproven"]
    """`Proven`: a member's token carries what the mappers say. `Refuted`: it does not, and nothing
    new is granted. `Unproven`: there was no token to look at; what the mappers say is believed."""
    since: Time
    """When that was first seen. It is looked at again when the client or its mappers change; else
    once a day if `Proven`, every ten minutes if `Unproven`, in each round if `Refuted`."""
    token_lifetime_seconds: Count | None = None
    """How long such a token lives. Leaving a group acts when the token ends, and up to ten seconds
    later by the cache of kube-apiserver."""
    message: Message
    """A sentence that says whose token it was and what it carried."""


class KeycloakDirectoryStatus(Status):
    """What the operator found in Keycloak."""

    directory_id: Annotated[str, Field(max_length=255)] | None = None
    """Who this directory is: the id of the operator's own account, which changes when the realm is
    made anew."""
    groups: Count | None = None
    """How many groups of the realm are in use: Keycloak is asked for these and no others."""
    groups_as_of: Time | None = None
    """While Keycloak does not answer: when it was asked last for all groups in use, whose answers
    stay in force. Absent: they are fresh."""
    acknowledgement: Annotated[str, Field(max_length=255)] | None = None
    """While the directory is frozen: the value of the annotation groupaccess.io/acknowledge with
    which a person acknowledges exactly this event. Absent: it is not frozen."""
    clients: Annotated[
        tuple[ClientProof, ...], Field(max_length=8), ListType("map", "clientId")
    ] = ()
    """Whether example tokens of the clients carry what is computed."""
