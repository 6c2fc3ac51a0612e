"""`groupaccess keycloak-setup` as a person types it, and the browser of a device login."""

import hashlib
import hmac
import html
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx

from testbed.access import http_client
from testbed.fork_server import run_forked
from testbed.keycloak import Keycloak
from testbed.realm import PASSWORD, Realm

SECONDS = 120.0  # that a command may take on a busy machine
TOTP_SECRET = "a-secret-of-a-test"  # noqa: S105 -- of a test


@dataclass(frozen=True)
class TypedResult:
    """How a command ended; no command may end with a traceback."""

    code: int
    output: str
    error: str


HEARING_CTRL_C = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("groupaccess", run_name="__main__")
"""


class SetupCommand:
    """The command against a Keycloak, by default as its administrator."""

    def __init__(self, keycloak: Keycloak) -> None:
        self._keycloak = keycloak

    def __call__(
        self, realm: str, *options: str, stdin: str = "", **variables: str | None
    ) -> TypedResult:
        """Run it; `variables` change the environment, None removes one."""
        address = (self._keycloak.url, realm, "--ca", str(self._keycloak.ca_file))
        return self.at(*address, *options, stdin=stdin, **variables)

    def at(self, *arguments: str, stdin: str = "", **variables: str | None) -> TypedResult:
        """Run it with exactly these arguments."""
        env = self._environment(variables)
        done = run_forked("keycloak-setup", *arguments, stdin=stdin, env=env, timeout=SECONDS)
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        return TypedResult(done.returncode, done.stdout, done.stderr)

    def begin(self, realm: str, *options: str, **variables: str | None) -> subprocess.Popen[str]:
        """Start it, for a test that does something meanwhile.

        It hears Ctrl-C as in a terminal: what a shell starts in the background would ignore it.
        """
        address = (self._keycloak.url, realm, "--ca", str(self._keycloak.ca_file))
        return subprocess.Popen(
            [sys.executable, "-c", HEARING_CTRL_C, "keycloak-setup", *address, *options],
            env=self._environment(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _environment(self, variables: Mapping[str, str | None]) -> dict[str, str]:
        login = self._keycloak.login
        admin = {"KEYCLOAK_USER": login.username, "KEYCLOAK_PASSWORD": login.password}
        plain = {"COLUMNS": "300", "NO_COLOR": "1", "TERM": "dumb"}
        whole = {**os.environ, **plain, **admin, **variables}
        return {name: value for name, value in whole.items() if value is not None}


def create_administrator(realm: Realm, name: str, *roles: str, totp: bool = False) -> str:
    """Create a user with roles of realm-management, and a one-time code if `totp`."""
    user = realm.create_user(name)
    management = realm.clients.internal_id("realm-management")
    chosen = [realm.admin.get_client_role(management, role) for role in roles or ("realm-admin",)]
    realm.admin.assign_client_role(user, management, chosen)
    if totp:
        data = {"subType": "totp", "digits": 6, "period": 30, "algorithm": "HmacSHA1"}
        credential = {
            "type": "otp",
            "secretData": json.dumps({"value": TOTP_SECRET}),
            "credentialData": json.dumps(data),
        }
        realm.admin.update_user(user, {"credentials": [credential]})
    return user


def one_time_code() -> str:
    """Return the code of this moment (RFC 6238)."""
    counter = int(time.time() // 30).to_bytes(8, "big")
    digest = hmac.new(TOTP_SECRET.encode(), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


class Browser:
    """Submits Keycloak's forms, as a person does in a browser."""

    def __init__(self, ca_file: Path) -> None:
        self._client = http_client(ca_file)
        self._client.follow_redirects = True

    def answer(self, address: str, user: str, *, accept: bool = True) -> None:
        """Log in at a device login's address, and let the device in or keep it out."""
        page = self._submit(self._client.get(address), {"username": user, "password": PASSWORD})
        page = self._submit(page, {"accept": "Yes"} if accept else {"cancel": "No"})
        assert f"Device Login {'Successful' if accept else 'Failed'}" in page.text, page.text

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def _submit(self, page: httpx.Response, fields: Mapping[str, str]) -> httpx.Response:
        """Submit the page's form with these fields beside its hidden ones."""
        (action, *_) = re.findall(r'<form[^>]*action="([^"]+)"', page.text)
        hidden = dict(
            re.findall(r'type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page.text)
        )
        target = urljoin(str(page.url), html.unescape(action))
        answer = self._client.post(target, data={**hidden, **fields})
        assert answer.is_success, answer.text
        return answer
