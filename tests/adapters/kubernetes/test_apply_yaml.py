"""What is applied is read as YAML, and says the same as the JSON that was meant."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fakes.api_server import Answer, ApiServer
from groupaccess.adapters.kubernetes.client import APPLY, as_yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize("text", ["🚀", "에스알이", "\\ud83d", "a\u2028b\x85c", "\x7f\ufeff", '"'])
def test_each_text_is_the_same_in_yaml_and_in_json(text: str) -> None:
    written = as_yaml({text: [text]}).decode()
    assert yaml.safe_load(written) == json.loads(written) == {text: [text]}


@given(TEXTS)
def test_any_text_is_the_same_in_yaml_and_in_json(text: str) -> None:
    written = as_yaml([text]).decode()
    assert yaml.safe_load(written) == json.loads(written) == [text]


async def test_what_is_applied_is_written_so() -> None:
    server = ApiServer()
    server.answers.append(Answer({}))
    async with server.serve() as rest:
        await rest.call("PATCH", "/x", {"name": "🚀"}, content_type=APPLY)
    (request,) = server.requests
    assert await request.text() == '{"name": "🚀"}'
    assert request.content_type == APPLY
