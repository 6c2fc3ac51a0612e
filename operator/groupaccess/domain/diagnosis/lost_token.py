"""A request that arrives at kube-apiserver without the token that it was sent with."""

from groupaccess.domain.binding import SYSTEM_PREFIX
from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.fix import Advice, Fix

ANONYMOUS = f"{SYSTEM_PREFIX}anonymous"


def without_token(request: str) -> Finding:
    """Return that a request came without a token; `request` says which, as the sentence begins."""
    fact = f"{request} came without a token, so it is nobody's ({ANONYMOUS})"
    advice = Advice(
        "Look for what takes the header Authorization away: a proxy or ingress in front of "
        "kube-apiserver (oauth2-proxy needs --pass-authorization-header), or a kubeconfig whose "
        "user has no token."
    )
    return Finding(Cause.NO_TOKEN, fact, (), (Fix((advice,)),))
