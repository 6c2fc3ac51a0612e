"""A handle for one realm: what a test makes in Keycloak, in the words of a test."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from keycloak import KeycloakAdmin, KeycloakGetError, KeycloakOpenID

from testbed.authentication import Issuer
from testbed.realm_clients import Clients

NOT_FOUND = 404
PASSWORD = "password"  # noqa: S105 -- of people who exist in a test
SCOPES = ("openid", "profile", "email")


@dataclass(frozen=True)
class AdminLogin:
    """How the administrator reaches a Keycloak: its address (no slash at the end) and its CA."""

    url: str
    ca_file: Path
    username: str = "admin"
    password: str = "admin"  # noqa: S105 -- of a server that lives for one run on this machine

    def admin(self, realm: str) -> KeycloakAdmin:
        """Return the admin API of one realm, with a login of its own.

        A token knows the realms that there were when it was issued: take a new one for a new realm.
        """
        return KeycloakAdmin(
            server_url=f"{self.url}/",
            username=self.username,
            password=self.password,
            realm_name=realm,
            user_realm_name="master",
            verify=str(self.ca_file),
        )


class Realm:
    """One realm. `admin` is its admin API, for what has no method here; `clients` its clients."""

    def __init__(self, name: str, login: AdminLogin, issuer_url: str) -> None:
        """Wrap an existing realm; `issuer_url` is what its tokens carry as `iss`."""
        self.name = name
        self.issuer_url = issuer_url
        self.admin = login.admin(name)
        self.clients = Clients(self.admin)
        self._login = login

    @property
    def admin_url(self) -> str | None:
        """Return where this machine reaches the admin API, None when the issuer's host is that."""
        base = self.issuer_url.removesuffix(f"/realms/{self.name}")
        return None if base == self._login.url else self._login.url

    def remove(self) -> None:
        """Remove the realm; a cluster that still trusts it cannot reload its issuers any more."""
        self.admin.delete_realm(self.name)

    def add(self, contents: Mapping[str, Any]) -> None:
        """Add groups, roles, users and clients, as a realm file holds them, in one request."""
        self._login.admin("master").partial_import_realm(self.name, dict(contents))

    def update(self, *, known_as: str | None = None, **settings: Any) -> None:  # noqa: ANN401 -- JSON
        """Change fields of its representation; `known_as` is its name while that is changed."""
        self._login.admin("master").update_realm(known_as or self.name, settings)

    def issuer(self, *audiences: str, **reading: Any) -> Issuer:  # noqa: ANN401 -- fields of Issuer
        """Return it as an issuer for a cluster to trust, by default for the audience `headlamp`.

        `reading` are the other fields of Issuer: `groups_claim`, `groups_prefix` and so on.
        """
        ca_pem = self._login.ca_file.read_text()
        return Issuer(self.issuer_url, ca_pem, audiences or ("headlamp",), **reading)

    def create_group(self, path: str) -> str:
        """Create a group such as `/platform/sre`, with the parents that are missing; return its id.

        An existing group is returned as it is. A name with a slash in it: `admin.create_group`.
        """
        found, parent, group_id = "", None, ""
        for name in path.strip("/").split("/"):
            found = f"{found}/{name}"
            group_id = self.find_group(found) or str(
                self.admin.create_group({"name": name}, parent=parent)
            )
            parent = group_id
        return group_id

    def find_group(self, path: str) -> str | None:
        """Return the id of the group at a path, None when there is none."""
        try:
            # python-keycloak does not quote the path itself.
            group = self.admin.get_group_by_path(quote(path.lstrip("/")))
        except KeycloakGetError as error:
            if error.response_code == NOT_FOUND:
                return None
            raise
        return str(group["id"])

    def group_id(self, path: str) -> str:
        """Return the id of the group at a path; raise LookupError when there is none."""
        found = self.find_group(path)
        if found is None:
            message = f"realm {self.name} has no group {path}"
            raise LookupError(message)
        return found

    def rename_group(self, path: str, name: str) -> None:
        """Give a group another name at the same place; it keeps its id."""
        self.admin.update_group(self.group_id(path), {"name": name})

    def move_group(self, path: str, parent: str) -> None:
        """Put a group below another one, which is made when it is missing; it keeps its id."""
        moved = {"id": self.group_id(path), "name": path.rpartition("/")[2]}
        children = f"groups/{self.create_group(parent)}/children"
        answer = self.admin.connection.raw_post(
            f"admin/realms/{self.name}/{children}", data=json.dumps(moved)
        )
        answer.raise_for_status()

    def delete_group(self, path: str) -> None:
        """Delete a group with its children."""
        self.admin.delete_group(self.group_id(path))

    def create_user(self, name: str, *groups: str) -> str:
        """Create a user who can log in at once, in these groups (paths, made when missing)."""
        user_id = self.admin.create_user(
            {
                "username": name,
                "enabled": True,
                "email": f"{name}@example.com",
                "emailVerified": True,
                "firstName": name.capitalize(),
                "lastName": "Example",
                "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
            }
        )
        for path in groups:
            self.admin.group_user_add(user_id, self.create_group(path))
        return user_id

    def delete_user(self, name: str) -> None:
        """Delete a user."""
        self.admin.delete_user(self.user_id(name))

    def user_id(self, name: str) -> str:
        """Return a user's id; raise LookupError when there is none."""
        found = self.admin.get_user_id(name)
        if found is None:
            message = f"realm {self.name} has no user {name}"
            raise LookupError(message)
        return found

    def join(self, user: str, path: str) -> None:
        """Put a user into a group, which is made when it is missing."""
        self.admin.group_user_add(self.user_id(user), self.create_group(path))

    def leave(self, user: str, path: str) -> None:
        """Take a user out of a group."""
        self.admin.group_user_remove(self.user_id(user), self.group_id(path))

    def token(
        self, user: str, client: str = "headlamp", scopes: Sequence[str] = SCOPES
    ) -> dict[str, Any]:
        """Log a user in by password; return Keycloak's answer, with `id_token`, `access_token`."""
        login = KeycloakOpenID(
            server_url=f"{self._login.url}/",
            realm_name=self.name,
            client_id=client,
            client_secret_key=self.clients.secret(client),
            verify=str(self._login.ca_file),
        )
        return login.token(user, PASSWORD, scope=" ".join(scopes))

    def id_token(self, user: str, client: str = "headlamp") -> str:
        """Log a user in by password; return the ID token, which is what kubectl would send."""
        return str(self.token(user, client)["id_token"])
