"""A person's command waits where kube-apiserver asks for it, and not for ever."""

import pytest

from fakes.api_server import Answer, ApiServer, status
from groupaccess.adapters.kubernetes.client import ApiError
from groupaccess.adapters.kubernetes.patient_client import ATTEMPTS, PatientClient

BUSY = Answer(status(429, "storage is (re)initializing"), 429)


@pytest.mark.parametrize("refused", [0, 1, ATTEMPTS - 1])
async def test_a_call_is_repeated_while_kube_apiserver_is_busy(
    server: ApiServer, refused: int
) -> None:
    server.answers.extend([*[BUSY] * refused, Answer({"items": []})])
    async with server.serve() as client:
        patient = PatientClient(client.transport, pause=0)
        assert await patient.call("GET", "/api") == {"items": []}
    assert len(server.requests) == refused + 1


@pytest.mark.parametrize("answers", [[BUSY] * ATTEMPTS, [Answer(status(403), 403)]])
async def test_other_refusals_and_the_last_one_count(
    server: ApiServer, answers: list[Answer]
) -> None:
    server.answers.extend(answers)
    async with server.serve() as client:
        with pytest.raises(ApiError) as refused:
            await PatientClient(client.transport, pause=0).call("GET", "/api")
    assert refused.value.code == answers[-1].status
    assert len(server.requests) == len(answers)
