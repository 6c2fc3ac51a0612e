"""Why a server was not reached, in plain words. httpx hides the cause behind its own errors."""

import os
import socket
import ssl
from collections.abc import Iterator

import httpx

from groupaccess.adapters.keycloak.connection.setting_names import DIRECTORY_FIELDS, SettingNames
from groupaccess.domain.reasons import Reason


def explain(
    error: httpx.TransportError, names: SettingNames = DIRECTORY_FIELDS
) -> tuple[Reason, str]:
    """Return the reason of a failed connection, and its cause with advice.

    The text of a foreign exception is shown only where it cannot contain sent or received data.
    """
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Reason.CERTIFICATE_NOT_TRUSTED, _certificate(cause, names)
        if (words := _plain(cause)) is not None:
            return Reason.KEYCLOAK_UNAVAILABLE, words
    name = type(error).__name__
    words = f"the connection ended before the answer ({name}): check that this port serves https"
    return Reason.KEYCLOAK_UNAVAILABLE, words


def _plain(cause: BaseException) -> str | None:
    """Return what a network error means; None if the error behind it says more."""
    match cause:
        case httpx.ProxyError():
            return f"the proxy in HTTPS_PROXY does not connect to this address ({cause})"
        case ssl.SSLError():
            words = cause.reason or type(cause).__name__
            return f"TLS failed ({words}): check that this port serves https"
        case socket.gaierror():
            return "the host name was not found: correct it, or check the cluster's DNS"
        case ConnectionRefusedError():
            return "the connection was refused: check that Keycloak runs and listens on this port"
        case OSError(errno=int(number)):
            return f"{os.strerror(number)}: check the network and its policies"
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes; of several connection attempts only the first."""
    behind: BaseException | None = error
    while behind is not None:
        yield behind
        if isinstance(behind, BaseExceptionGroup):
            behind = behind.exceptions[0]
        else:
            behind = behind.__cause__ or behind.__context__


def _certificate(error: ssl.SSLCertVerificationError, names: SettingNames) -> str:
    words = error.verify_message.rstrip(".")
    match error.verify_code:  # X509_V_ERR_... of OpenSSL's x509_vfy.h
        case 62 | 64:  # HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH
            return (
                f"the certificate is for another host ({words}): use a host name of the "
                f"certificate in {names.address}, or give Keycloak a certificate for this host"
            )
        case 10:  # CERT_HAS_EXPIRED
            return f"the certificate has expired ({words}): renew it"
        case 9:  # CERT_NOT_YET_VALID
            return f"the certificate is not valid yet ({words}): compare the clocks"
    return f"the certificate is not trusted ({words}): add the CA that signed it to {names.ca}"
