"""Free TCP ports on this machine."""

import random
import socket

# Below the usual range of outgoing connections (32768 and up on Linux): one of those could take a
# server's port while the server is being restarted.
RANGE = range(20_000, 32_000)
ATTEMPTS = 200
_given: set[int] = set()


def free_port() -> int:
    """Return a port on 127.0.0.1 that nothing listens on and that was not returned before."""
    for _ in range(ATTEMPTS):
        port = random.choice(RANGE)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    message = f"no free port among {ATTEMPTS} tries between {RANGE.start} and {RANGE.stop}"
    raise OSError(message)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
