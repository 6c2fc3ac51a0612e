"""A token is read without its signature, and never quoted."""

import json
from base64 import urlsafe_b64encode

import pytest

from groupaccess.domain.diagnosis.jwt import NoTokenError, read_token, token_text


def part(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


HEADER, CLAIMS = {"alg": "ES384"}, {"iss": "https://kc", "aud": ["a", "b"], "typ": "ID", "é": "ü"}
RAW = f"{part(HEADER)}.{part(CLAIMS)}.c2lnbmF0dXJl"


@pytest.mark.parametrize("text", [RAW, f"{RAW}\n", f"Bearer {RAW}", f"  bearer  {RAW} "])
def test_a_token_is_read_as_it_is_pasted(text: str) -> None:
    token = read_token(text)
    assert token.algorithm == "ES384"
    assert token.issuer == "https://kc"
    assert token.audiences == {"a", "b"}
    assert token.is_id_token


@pytest.mark.parametrize("text", [RAW, f"{RAW}\n", f"Bearer {RAW}"])
def test_the_token_alone_is_sent(text: str) -> None:
    assert token_text(text) == RAW


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "a.b",
        f"{RAW}.more",
        f"{RAW} and more",
        f"{part(HEADER)}.no-json.x",
        f"{part([])}.{part(CLAIMS)}.x",
        f"{part(HEADER)}.{part('text')}.x",
        f"{part(HEADER)}.ÿ.x",
        f"{part(HEADER)}.{urlsafe_b64encode(b'[' * 99_999).decode()}.x",
    ],
)
def test_another_text_is_no_token_and_is_not_quoted(text: str) -> None:
    with pytest.raises(NoTokenError) as caught:
        read_token(text)
    assert not text or text not in str(caught.value)


def test_a_token_does_not_show_its_claims_by_chance() -> None:
    assert "https://kc" not in repr(read_token(RAW))
