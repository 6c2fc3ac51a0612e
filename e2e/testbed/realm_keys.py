"""The keys of a realm, made here: Java needs seconds where OpenSSL needs a tenth of one."""

from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

# To sign a token takes Keycloak longer than all else about it: with 2048 bits twice as long. The
# keys last for one test, and are the shortest that kube-apiserver accepts.
KEY_BITS = 1024
PRIORITY = "100"
KEY_PROVIDER = "org.keycloak.keys.KeyProvider"
FIRST = "200"  # goes before what Keycloak made


def fresh_keys() -> dict[str, list[dict[str, Any]]]:
    """Return a realm's `components`: the four key providers that Keycloak makes by itself."""
    providers = [
        signing_key(PRIORITY),
        _provider("rsa-enc", algorithm="RSA-OAEP", privateKey=_rsa_pem()),
        _provider("hmac-generated", algorithm="HS512"),
        _provider("aes-generated"),
    ]
    return {KEY_PROVIDER: providers}


def signing_key(priority: str) -> dict[str, Any]:
    """Return a key provider for tokens; of several, that of the highest priority signs."""
    return _provider("rsa", algorithm="RS256", privateKey=_rsa_pem(), priority=priority)


def _provider(provider: str, **config: str) -> dict[str, Any]:
    settings = {key: [value] for key, value in {"priority": PRIORITY, **config}.items()}
    return {"name": provider, "providerId": provider, "config": settings}


def _rsa_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()
