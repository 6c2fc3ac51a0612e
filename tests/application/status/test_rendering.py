"""What a directory's status says of its clients."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.builders import NOW, client, mapper, proof, realm
from groupaccess.api.v1alpha1 import KeycloakDirectoryStatus
from groupaccess.application.state.observed_status import fingerprint
from groupaccess.application.status.rendering import render_directory_status
from groupaccess.domain.condition import PreviousStatus
from groupaccess.domain.directory.client import Client, TokenProof
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.status.directory_status import RoundSummary

PROOF = proof()
PRIOR = PreviousStatus(-1, {})


def said(proof: TokenProof | None) -> Any:
    return _status(client("headlamp", mapper(), proof=proof)).to_kubernetes().get("clients")


def _status(*clients: Client) -> KeycloakDirectoryStatus:
    return render_directory_status(
        1, (), Reading(realm(clients=clients)), RoundSummary(1), PRIOR, NOW
    )


def test_proof_is_told_with_its_time_and_how_long_a_token_lives() -> None:
    assert said(PROOF) == [
        {
            "clientId": "headlamp",
            "result": "Proven",
            "since": "2026-03-01T12:00:00Z",
            "tokenLifetimeSeconds": 300,
            "message": "as computed.",
        }
    ]


def test_life_that_is_not_known_and_a_proof_that_was_not_tried_are_left_out() -> None:
    (shown,) = said(replace(PROOF, lifetime=None))
    assert "tokenLifetimeSeconds" not in shown
    assert said(None) is None


def test_proof_that_is_made_again_with_the_same_result_asks_for_no_write() -> None:
    again = replace(PROOF, since=NOW + timedelta(days=1))
    first, second = (_status(client("headlamp", proof=each)) for each in (PROOF, again))
    assert fingerprint(first.to_kubernetes()) == fingerprint(second.to_kubernetes())
    other = _status(client("headlamp", proof=replace(PROOF, fact="otherwise")))
    assert fingerprint(first.to_kubernetes()) != fingerprint(other.to_kubernetes())
