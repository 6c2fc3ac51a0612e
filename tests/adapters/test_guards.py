"""The port `Guards` on a real API server's answers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fakes.api_server import Answer, ApiServer, Item, status
from groupaccess.adapters.kubernetes.guards import KubernetesGuards
from groupaccess.application.guard import Guard
from groupaccess.application.ports import PassingError

API = "/apis/admissionregistration.k8s.io/v1"


def made(at: str, **spec: Any) -> Item:  # noqa: ANN401 -- JSON
    return {"metadata": {"name": "bind-guard", "creationTimestamp": at}, "spec": spec}


POLICY = made("2026-01-01T12:00:00Z", failurePolicy="Fail")
IN_FORCE = {"policyName": "bind-guard", "validationActions": ["Deny", "Audit"]}
MISSING = Answer(status(404, "not found"), 404)


def binding(**spec: Any) -> Answer:  # noqa: ANN401 -- JSON
    return Answer(made("2026-01-01T12:00:09Z", **IN_FORCE | spec))


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()


async def read(server: ApiServer, *answers: Answer) -> Guard:
    server.answers.extend(answers)
    async with server.serve() as rest:
        return await KubernetesGuards(rest).read("bind-guard")


async def test_it_is_in_force_since_the_later_one_of_policy_and_binding_is_there(
    server: ApiServer,
) -> None:
    guard = await read(server, Answer(POLICY), binding())
    assert guard == Guard("", datetime(2026, 1, 1, 12, 0, 9, tzinfo=UTC))
    assert [request.path for request in server.requests] == [
        f"{API}/validatingadmissionpolicies/bind-guard",
        f"{API}/validatingadmissionpolicybindings/bind-guard",
    ]


@pytest.mark.parametrize(
    ("answers", "lacks"),
    [
        ((MISSING, binding()), "no ValidatingAdmissionPolicy of that name"),
        ((Answer(POLICY), MISSING), "no ValidatingAdmissionPolicyBinding of that name"),
        ((Answer(POLICY), binding(policyName="other")), "another policy"),
        ((Answer(POLICY), binding(validationActions=["Audit", "Warn"])), "does not deny"),
        ((Answer(POLICY), binding(matchResources={"objectSelector": {}})), "some requests only"),
        ((Answer(POLICY), binding(paramRef={"name": "p"})), "some requests only"),
        ((Answer(status(403, "no right"), 403),), "may not read it: no right"),
    ],
)
async def test_it_is_not_in_force_when_anything_is_amiss(
    server: ApiServer, answers: tuple[Answer, ...], lacks: str
) -> None:
    assert lacks in (await read(server, *answers)).lacks


async def test_an_overload_says_nothing_about_it(server: ApiServer) -> None:
    with pytest.raises(PassingError, match="503: too many"):
        await read(server, Answer(POLICY), Answer(status(503, "too many"), 503))
