"""How the administrator logs in: from the environment, a terminal or a file, and never twice."""

from pathlib import Path

import pytest

from groupaccess.cli.keycloak_login.credentials import (
    AccessToken,
    AdminCredentials,
    ClientCredentials,
    DeviceCredentials,
    LoginChoice,
    PasswordCredentials,
    UsageError,
    choose_credentials,
)

USER = {"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "s3cret"}
CLIENT = {"KEYCLOAK_CLIENT_ID": "ci", "KEYCLOAK_CLIENT_SECRET": "s3cret"}


class FakeTerminal:
    """A person who types these answers; nobody, without any."""

    def __init__(self, *answers: str, piped: str = "") -> None:
        self._answers = list(answers)
        self._piped = piped
        self.questions: list[tuple[str, bool]] = []

    @property
    def is_interactive(self) -> bool:
        return bool(self._answers)

    def ask(self, question: str, *, hidden: bool) -> str:
        self.questions.append((question, hidden))
        return self._answers.pop(0)

    def read_input(self) -> str:
        return self._piped


@pytest.mark.parametrize(
    ("choice", "environment", "chosen"),
    [
        (LoginChoice(), USER, PasswordCredentials("admin", "s3cret")),
        (
            LoginChoice(),
            {**USER, "KEYCLOAK_TOTP": "012345"},
            PasswordCredentials("admin", "s3cret", "012345"),
        ),
        (LoginChoice(), CLIENT, ClientCredentials("ci", "s3cret")),
        (LoginChoice(device=True), USER, DeviceCredentials("groupaccess-cli")),
        (LoginChoice(device=True, device_client="x"), {}, DeviceCredentials("x")),
        (LoginChoice(token_file="-"), USER, AccessToken("a.b.c")),
    ],
)
def test_the_environment_and_the_options_choose(
    choice: LoginChoice, environment: dict[str, str], chosen: AdminCredentials
) -> None:
    assert choose_credentials(choice, environment, FakeTerminal(piped=" a.b.c\n")) == chosen


def test_what_is_not_set_is_asked_for_and_secrets_are_hidden() -> None:
    terminal = FakeTerminal("admin", "s3cret", "012345")
    chosen = choose_credentials(LoginChoice(totp=True), {}, terminal)
    assert chosen == PasswordCredentials("admin", "s3cret", "012345")
    assert terminal.questions == [
        ("Keycloak administrator", False),
        ("Password", True),
        ("One-time code", False),
    ]


@pytest.mark.parametrize(
    ("choice", "environment", "words"),
    [
        (LoginChoice(), {}, "KEYCLOAK_USER is not set, and there is no terminal"),
        (LoginChoice(), {"KEYCLOAK_USER": "a"}, "KEYCLOAK_PASSWORD is not set"),
        (LoginChoice(), {"KEYCLOAK_CLIENT_ID": "a"}, "KEYCLOAK_CLIENT_SECRET is not set"),
        (LoginChoice(totp=True), USER, "KEYCLOAK_TOTP is not set"),
        (LoginChoice(), {**USER, **CLIENT}, "two logins: unset one"),
        (LoginChoice(device=True, token_file="-"), {}, "two logins: choose one"),
        (LoginChoice(token_file="-"), {}, "standard input holds no access token"),
    ],
)
def test_what_is_missing_or_too_much_is_named(
    choice: LoginChoice, environment: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        choose_credentials(choice, environment, FakeTerminal())


def test_an_empty_answer_is_not_sent() -> None:
    with pytest.raises(UsageError, match="nothing was typed"):
        choose_credentials(LoginChoice(), USER | {"KEYCLOAK_PASSWORD": ""}, FakeTerminal(""))


@pytest.mark.parametrize("content", ["", "two words", "größe"])
def test_a_file_without_a_token_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "token"
    file.write_text(content)
    with pytest.raises(UsageError, match="token holds no access token"):
        choose_credentials(LoginChoice(token_file=str(file)), {}, FakeTerminal())


def test_no_secret_is_in_a_representation() -> None:
    for chosen in (
        PasswordCredentials("admin", "s3cret", "012345"),
        ClientCredentials("ci", "s3cret"),
        AccessToken("s3cret"),
    ):
        assert "s3cret" not in repr(chosen)
        assert "012345" not in repr(chosen)
