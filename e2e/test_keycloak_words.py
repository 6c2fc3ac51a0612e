"""What Keycloak prints when a login fails is what docs/troubleshooting.md quotes."""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from testbed.access import http_client
from testbed.keycloak import Keycloak
from testbed.realm import PASSWORD, Realm

pytestmark = pytest.mark.explain

PAGE = (Path(__file__).parents[1] / "docs" / "troubleshooting.md").read_text()
HERE = "https://headlamp.example/oidc-callback"
SCOPES = "openid groups"


class Login:
    """Logs in to one realm as a program does, with what a test changes in the request."""

    def __init__(self, realm: Realm, browser: httpx.Client) -> None:
        self.realm, self._browser = realm, browser
        self._base = f"{realm.issuer_url}/protocol/openid-connect"

    def page(self, **query: str) -> str:
        """Return what a person reads after opening the login page and typing alice's password."""
        page = self._authorize(**query)
        if form := re.search(r'<form[^>]*action="([^"]+)"', page.text):
            typed = {"username": "alice", "password": PASSWORD}
            page = self._browser.post(html.unescape(form[1]), data=typed)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())

    def address(self, **query: str) -> dict[str, list[str]]:
        """Return the query of the address to which the browser is sent back."""
        return parse_qs(urlsplit(self._authorize(**query).headers["location"]).query)

    def token_error(self, **form: str) -> str:
        """Return the error of the token endpoint, as Go's oauth2 package prints it."""
        secret = self.realm.clients.secret("headlamp") or ""
        password = {"grant_type": "password", "username": "alice", "password": PASSWORD}
        whole = {"client_id": "headlamp", "client_secret": secret, **password, **form}
        error = self._browser.post(f"{self._base}/token", data=whole).json()
        return f'oauth2: "{error["error"]}" "{error["error_description"]}"'

    def _authorize(self, **query: str) -> httpx.Response:
        client = {"client_id": "headlamp", "redirect_uri": HERE, "response_type": "code"}
        whole = {**client, "scope": "openid", "state": "x", **query}
        return self._browser.get(f"{self._base}/auth", params=whole)


@pytest.fixture
def login(bare: Realm, keycloak: Keycloak) -> Iterator[Login]:
    """Give a login of alice with client headlamp."""
    bare.clients.update("headlamp", redirectUris=[HERE])
    bare.create_user("alice")
    with closing(http_client(keycloak.ca_file)) as browser:
        yield Login(bare, browser)


def disable_alice(login: Login) -> None:
    login.realm.admin.update_user(login.realm.user_id("alice"), {"enabled": False})


def change_client(**settings: bool) -> Callable[[Login], None]:
    return lambda login: login.realm.clients.update("headlamp", **settings)


def unchanged(_: Login) -> None:
    pass


@pytest.mark.parametrize(
    ("change", "query", "words"),
    [
        (unchanged, {"redirect_uri": "https://x.example"}, "Invalid parameter: redirect_uri"),
        (unchanged, {"client_id": "nobody"}, "Client not found."),
        (change_client(enabled=False), {}, "Client disabled."),
        (disable_alice, {}, "Account is disabled, contact your administrator."),
    ],
)
def test_the_login_page_says_it(
    login: Login, change: Callable[[Login], None], query: dict[str, str], words: str
) -> None:
    change(login)
    assert words in login.page(**query)
    assert words in PAGE


@pytest.mark.parametrize(
    ("change", "form", "words"),
    [
        (unchanged, {"client_id": "nobody"}, "Invalid client or Invalid client credentials"),
        (change_client(enabled=False), {}, '"invalid_client" "Invalid client or'),
        (unchanged, {"client_secret": "x"}, '"unauthorized_client" "Invalid client or'),
        (unchanged, {"scope": SCOPES}, f'"invalid_scope" "Invalid scopes: {SCOPES}"'),
        (unchanged, {"grant_type": "authorization_code", "code": ""}, '"Code not valid"'),
        (disable_alice, {}, '"invalid_grant" "Account disabled"'),
        (
            change_client(directAccessGrantsEnabled=False),
            {},
            '"unauthorized_client" "Client not allowed for direct access grants"',
        ),
    ],
)
def test_the_token_endpoint_says_it(
    login: Login, change: Callable[[Login], None], form: dict[str, str], words: str
) -> None:
    change(login)
    error = login.token_error(redirect_uri=HERE, **form)
    assert words in error
    assert error in PAGE


def test_the_address_of_the_browser_says_it(login: Login) -> None:
    scope = login.address(scope=SCOPES)
    assert scope["error"] == ["invalid_scope"]
    assert f"error_description={scope['error_description'][0]}" == (
        f"error_description=Invalid scopes: {SCOPES}"
    )
    assert "error=invalid_scope&error_description=Invalid+scopes%3A+openid+groups" in PAGE
    change_client(standardFlowEnabled=False)(login)
    flow = login.address()
    assert flow["error"] == ["unauthorized_client"]
    assert flow["error_description"][0] in PAGE
