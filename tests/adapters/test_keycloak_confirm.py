"""Only a 404 means that a group is gone."""

from typing import Any

import pytest

from fakes.keycloak_server import KeycloakServer, error
from fakes.reading import HEADLAMP
from groupaccess.adapters.keycloak.listing import GROUPS_NEED
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.application.ports import RefusedError
from groupaccess.domain.model import Directory
from groupaccess.domain.reasons import Reason

GONE = (404, '{"error":"Could not find group by id"}')
OTHER = {"id": "other", "name": "SRE", "path": "/SRE"}


async def confirm(by_id: Any, by_path: Any, **answers: Any) -> None:  # noqa: ANN401 -- answers
    server = KeycloakServer()
    server.answers |= {"gone-id": by_id, "S RE": by_path, **answers}
    async with server.serve():
        directory = Directory("default", server.issuer, "groups", "", (HEADLAMP,))
        reader = KeycloakReader(answer_within=0.5)
        try:
            await reader.confirm_gone(directory, server.connection, {"gone-id": "/p/S RE"})
        finally:
            await reader.forget("default")


NO_PATH = (404, '{"error":"Group path does not exist"}')


@pytest.mark.parametrize(
    "by_path", [NO_PATH, GONE, OTHER], ids=["nobody there", "other words", "another one there"]
)
async def test_group_that_neither_id_nor_path_leads_to_is_gone(by_path: Any) -> None:  # noqa: ANN401
    await confirm(GONE, by_path)


@pytest.mark.parametrize(
    ("by_id", "by_path", "reason"),
    [
        ({**OTHER, "id": "gone-id"}, GONE, Reason.KEYCLOAK_UNAVAILABLE),
        (GONE, {**OTHER, "id": "gone-id"}, Reason.KEYCLOAK_UNAVAILABLE),
        (error(403), GONE, Reason.KEYCLOAK_FORBIDDEN),
        (GONE, error(403), Reason.KEYCLOAK_FORBIDDEN),
        (error(500), GONE, Reason.KEYCLOAK_UNAVAILABLE),
        (error(400), GONE, Reason.KEYCLOAK_UNAVAILABLE),
        ([], GONE, Reason.KEYCLOAK_UNAVAILABLE),
        ((200, "<html>"), GONE, Reason.KEYCLOAK_UNAVAILABLE),
    ],
)
async def test_anything_else_confirms_nothing(by_id: Any, by_path: Any, reason: Reason) -> None:  # noqa: ANN401
    with pytest.raises(RefusedError) as refused:
        await confirm(by_id, by_path)
    assert refused.value.failure.reason is reason


@pytest.mark.parametrize(
    "body",
    ["<html>no backend</html>", "", "[]", "{}", '{"error":404}', '{"error":""}', '{"errors":"x"}'],
)
@pytest.mark.parametrize("asked", ["id", "path"])
async def test_a_404_that_is_not_keycloaks_own_confirms_nothing(asked: str, body: str) -> None:
    by_id, by_path = ((404, body), NO_PATH) if asked == "id" else (GONE, (404, body))
    with pytest.raises(RefusedError) as refused:
        await confirm(by_id, by_path)
    assert refused.value.failure.reason is Reason.KEYCLOAK_UNAVAILABLE
    assert refused.value.failure.message.startswith(f"group by {asked}: ")


@pytest.mark.parametrize("asked", ["id", "path"])
async def test_the_missing_right_is_named_as_everywhere(asked: str) -> None:
    hidden = (403, '{"error":"HTTP 403 Forbidden"}')
    by_id, by_path = (hidden, NO_PATH) if asked == "id" else (GONE, hidden)
    with pytest.raises(RefusedError) as refused:
        await confirm(by_id, by_path)
    assert refused.value.failure.message.startswith(
        f"group by {asked}: 403, the operator's account lacks {GROUPS_NEED}."
    )


async def test_a_realm_that_is_gone_has_no_group_that_is() -> None:
    no_realm = (404, '{"error":"Realm not found."}')
    with pytest.raises(RefusedError) as refused:
        await confirm(no_realm, no_realm, count=no_realm)
    assert refused.value.failure.reason is Reason.KEYCLOAK_UNAVAILABLE
    assert refused.value.failure.message.startswith("groups: 404, there is no such realm")
