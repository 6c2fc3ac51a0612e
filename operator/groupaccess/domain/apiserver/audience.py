"""Whether kube-apiserver accepts a client's tokens, by their audience (claim `aud`).

It accepts tokens for its --oidc-client-id, or for an audience of its authentication configuration,
and answers 401 to all others. An ID token is for its own client; an access token often is not.
"""

from collections.abc import Iterator

from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.tokens.client_claims import token_kind


def audience_doubts(
    directory: Directory, snapshot: Snapshot, check: OidcCheckResult | None
) -> Iterator[Failure]:
    """Yield a doubt for each client whose example token has no audience that may be accepted.

    An audience may be accepted if it is a client that the directory declares, or if the canary has
    shown it.
    """
    accepted = {login_client.client_id for login_client in directory.clients}
    accepted |= check.audiences if check is not None else frozenset()
    for login_client in directory.clients:
        client = snapshot.by_client_id.get(login_client.client_id)
        proof = None if client is None else client.proof
        if proof is None or proof.audience is None or accepted & proof.audience:
            continue
        fact = _fact(login_client, sorted(proof.audience))
        yield Failure.of(Reason.API_SERVER_UNKNOWN, fact)


def _fact(login_client: LoginClient, audience: list[str]) -> str:
    names = " and ".join(f'"{each}"' for each in audience)
    token = f'The {token_kind(login_client)} of client "{login_client.client_id}"'
    fact = f"{token} has no audience (aud), so kube-apiserver answers 401"
    if audience:
        fact = (
            f"{token} is for the audience (aud) {names}, but for no client in spec.tokens.clients. "
            "kube-apiserver answers 401 unless it is configured for that (--oidc-client-id, or "
            "issuer.audiences in its authentication configuration)"
        )
    instead = (
        ""
        if login_client.id_token
        else ", or let people use the ID token and set spec.tokens.clients[].token to ID"
    )
    return f"{fact}. Give the client an Audience mapper for kube-apiserver's client id{instead}"
