"""What of the port `ApiServer` no cluster needs to prove; the rest is in its contract."""

import pytest

from fakes.api_server import Answer, ApiServer, status
from groupaccess.adapters.kubernetes.apiserver import KubernetesApiServer
from groupaccess.application.ports.errors import TransientError

TOKEN = "eyJ.own.token"  # noqa: S105 -- of a fake


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status(500, f"cannot review {TOKEN}"), 500),
        Answer(f"<html>{TOKEN}</html>", 502),
    ],
)
async def test_a_servers_error_does_not_show_the_token(server: ApiServer, answer: Answer) -> None:
    server.answers.append(answer)
    async with server.serve() as rest:
        with pytest.raises(TransientError) as failed:
            await KubernetesApiServer(rest).review_token(TOKEN)
    assert TOKEN not in str(failed.value)


async def test_a_refusal_does_not_show_the_token(server: ApiServer) -> None:
    server.answers.append(Answer({"status": {"error": f"who is {TOKEN}?"}}))
    async with server.serve() as rest:
        assert (await KubernetesApiServer(rest).review_token(TOKEN)).error == "who is ***?"


async def test_an_answer_without_words_is_a_refusal(server: ApiServer) -> None:
    server.answers.append(Answer({}))
    async with server.serve() as rest:
        assert (await KubernetesApiServer(rest).review_token(TOKEN)).error == "not authenticated"
