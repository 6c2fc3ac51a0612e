"""The keys of a new realm, made here: Java needs seconds where OpenSSL needs a tenth of one."""

from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

KEY_BITS = 2048
PRIORITY = "100"


def fresh_keys() -> dict[str, list[dict[str, Any]]]:
    """Return a realm's `components`: the four key providers that Keycloak makes by itself."""
    providers = [
        _provider("rsa", algorithm="RS256", privateKey=_rsa_pem()),
        _provider("rsa-enc", algorithm="RSA-OAEP", privateKey=_rsa_pem()),
        _provider("hmac-generated", algorithm="HS512"),
        _provider("aes-generated"),
    ]
    return {"org.keycloak.keys.KeyProvider": providers}


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
