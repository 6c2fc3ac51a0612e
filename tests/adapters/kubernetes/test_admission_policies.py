"""The port `BindGuardPolicies` on a real API server's answers."""

from typing import Any

import pytest

from fakes.api_server import Answer, ApiServer, Item, status
from groupaccess.adapters.kubernetes.admission_policies import KubernetesBindGuardPolicies
from groupaccess.application.ports.errors import TransientError

API = "/apis/admissionregistration.k8s.io/v1"


def made(**spec: Any) -> Item:
    return {"metadata": {"name": "bind-guard"}, "spec": spec}


POLICY = made(failurePolicy="Fail")
IN_FORCE = {"policyName": "bind-guard", "validationActions": ["Deny", "Audit"]}
MISSING = Answer(status(404, "not found"), 404)


def binding(**spec: Any) -> Answer:
    return Answer(made(**IN_FORCE | spec))


async def missing(server: ApiServer, *answers: Answer) -> str:
    server.answers.extend(answers)
    async with server.serve() as rest:
        return await KubernetesBindGuardPolicies(rest).inactive_reason("bind-guard")


async def test_it_is_in_force_when_policy_and_binding_are_there(server: ApiServer) -> None:
    assert not await missing(server, Answer(POLICY), binding())
    assert [request.path for request in server.requests] == [
        f"{API}/validatingadmissionpolicies/bind-guard",
        f"{API}/validatingadmissionpolicybindings/bind-guard",
    ]


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ((MISSING, binding()), "no ValidatingAdmissionPolicy with this name"),
        ((Answer(POLICY), MISSING), "no ValidatingAdmissionPolicyBinding with this name"),
        ((Answer(POLICY), binding(policyName="other")), "another policy"),
        (
            (Answer(POLICY), binding(validationActions=["Audit", "Warn"])),
            "does not have the validation action Deny",
        ),
        (
            (Answer(POLICY), binding(matchResources={"objectSelector": {}})),
            "not in force for all requests",
        ),
        ((Answer(POLICY), binding(paramRef={"name": "p"})), "not in force for all requests"),
        ((Answer(status(403, "no right"), 403),), "may not read whether it is in force: no right"),
    ],
)
async def test_it_is_not_in_force_when_anything_is_amiss(
    server: ApiServer, answers: tuple[Answer, ...], why: str
) -> None:
    assert why in await missing(server, *answers)


async def test_an_overload_says_nothing_about_it(server: ApiServer) -> None:
    with pytest.raises(TransientError, match="503: too many"):
        await missing(server, Answer(POLICY), Answer(status(503, "too many"), 503))
