"""The parts of Keycloak that the operator needs, each with the calls that make and delete it.

`required` is what must be so in an existing one; all else in it may be as a person likes. What is
made gets a mark, so that undo removes nothing that others made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from groupaccess.domain.keycloak_setup.calls import (
    ACCOUNT,
    CANARY,
    CLIENT,
    AdminCall,
    Json,
    path_segment,
)

MARK = "groupaccess.io/made-for"  # the operator's client


class SetupResource(Protocol):
    """A part of Keycloak. `kind` and `name` identify it, also for people."""

    kind: ClassVar[str]

    @property
    def name(self) -> str:
        """Return its name, unique in its kind."""

    @property
    def required(self) -> Json:
        """Return what must be so."""

    def create(self) -> AdminCall:
        """Return the call that makes it."""

    def update(self, existing: str) -> AdminCall:
        """Return the call that corrects an existing one, by its id."""

    def delete(self, existing: str) -> AdminCall:
        """Return the call that deletes an existing one, by its id."""


def is_marked(body: Json, client_id: str) -> bool:
    """Return whether a representation says that it was made for this client."""
    attributes, config = body.get("attributes") or {}, body.get("config") or {}
    marks = (attributes.get(MARK), config.get(MARK), body.get("description"))
    return bool({client_id, description(client_id)} & {_single(mark) for mark in marks})


def description(client_id: str) -> str:
    """Return the mark where only a description can hold it."""
    return f"made by groupaccess keycloak-setup for client {client_id}"


def _single(mark: object) -> object:
    return mark[0] if isinstance(mark, list) and mark else str(mark)


@dataclass(frozen=True, slots=True)
class ClientResource:
    """A client; `settings` must be so, `initial` are the other fields of a new one."""

    kind: ClassVar[str] = "client"
    name: str
    made_for: str
    settings: Mapping[str, Any]
    initial: Mapping[str, Any]
    placeholder: str = CLIENT

    @property
    def required(self) -> Json:
        """Return the settings."""
        return {"clientId": self.name, **self.settings}

    def create(self) -> AdminCall:
        """Return the call that makes it, with the mark."""
        attributes = {**self.settings.get("attributes", {}), MARK: self.made_for}
        body = {**self.initial, **self.required, "attributes": attributes}
        return AdminCall("POST", "/clients", body, creates=self.placeholder)

    def update(self, existing: str) -> AdminCall:
        """Return the call that corrects its settings."""
        return AdminCall("PUT", f"/clients/{existing}", self.required)

    def delete(self, existing: str) -> AdminCall:
        """Return the call that deletes it, and with it its service account."""
        return AdminCall("DELETE", f"/clients/{existing}")


@dataclass(frozen=True, slots=True)
class ProtocolMapper:
    """A mapper of the operator's client. An existing one with this `essential` config will do."""

    kind: ClassVar[str] = "mapper"
    name: str
    mapper_type: str
    essential: Mapping[str, str]
    config: Mapping[str, str]

    @property
    def required(self) -> Json:
        """Return its type, and the options that count."""
        return {"protocolMapper": self.mapper_type, "config": self.essential}

    @property
    def _body(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "protocol": "openid-connect",
            "protocolMapper": self.mapper_type,
            "config": {**self.config, **self.essential},
        }

    def create(self) -> AdminCall:
        """Return the call that makes it."""
        return AdminCall("POST", f"/clients/{CLIENT}/protocol-mappers/models", self._body)

    def update(self, existing: str) -> AdminCall:
        """Return the call that corrects it."""
        path = f"/clients/{CLIENT}/protocol-mappers/models/{existing}"
        return AdminCall("PUT", path, {"id": existing, **self._body})

    def delete(self, existing: str) -> AdminCall:
        """Return the call that deletes it."""
        return AdminCall("DELETE", f"/clients/{CLIENT}/protocol-mappers/models/{existing}")


@dataclass(frozen=True, slots=True)
class CanaryGroup:
    """The group whose member is the operator's account. Only a group at the top can be made."""

    kind: ClassVar[str] = "group"
    path: str
    made_for: str
    required: Json = field(default_factory=dict)  # any group will do

    @property
    def name(self) -> str:
        """Return its path."""
        return self.path

    def create(self) -> AdminCall:
        """Return the call that makes it, with the mark."""
        body = {"name": self.path.strip("/"), "attributes": {MARK: [self.made_for]}}
        return AdminCall("POST", "/groups", body, "manage-users", CANARY)

    def update(self, existing: str) -> AdminCall:
        """Return a call that changes nothing: any group will do."""
        return AdminCall("GET", f"/groups/{existing}", right="view-users")

    def delete(self, existing: str) -> AdminCall:
        """Return the call that deletes it."""
        return AdminCall("DELETE", f"/groups/{existing}", right="manage-users")


@dataclass(frozen=True, slots=True)
class GroupMembership:
    """The operator's account in the canary's group."""

    kind: ClassVar[str] = "membership"
    account: str
    group: str
    required: Json = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return who is in which group."""
        return f"{self.account} in {self.group}"

    def create(self) -> AdminCall:
        """Return the call that joins."""
        return AdminCall("PUT", f"/users/{ACCOUNT}/groups/{CANARY}", right="manage-users")

    def update(self, existing: str) -> AdminCall:
        """Return the same call; it may be repeated."""
        del existing
        return self.create()

    def delete(self, existing: str) -> AdminCall:
        """Return the call that leaves the group `existing`."""
        return AdminCall("DELETE", f"/users/{ACCOUNT}/groups/{existing}", right="manage-users")


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """A cluster whose tokens Keycloak accepts as a client's proof; its id is its alias."""

    kind: ClassVar[str] = "identity provider"
    alias: str
    made_for: str
    provider: str
    config: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return its alias."""
        return self.alias

    @property
    def required(self) -> Json:
        """Return its type and its options."""
        return {"providerId": self.provider, "enabled": True, "config": self.config}

    @property
    def _body(self) -> dict[str, Any]:
        config = {**self.config, MARK: self.made_for}
        return {"alias": self.alias, **self.required, "config": config}

    def create(self) -> AdminCall:
        """Return the call that makes it, with the mark."""
        right = "manage-identity-providers"
        return AdminCall("POST", "/identity-provider/instances", self._body, right)

    def update(self, existing: str) -> AdminCall:
        """Return the call that corrects it."""
        right = "manage-identity-providers"
        path = f"/identity-provider/instances/{path_segment(existing)}"
        return AdminCall("PUT", path, self._body, right)

    def delete(self, existing: str) -> AdminCall:
        """Return the call that deletes it."""
        path = f"/identity-provider/instances/{path_segment(existing)}"
        return AdminCall("DELETE", path, right="manage-identity-providers")
