"""Free ports."""

import socket


def free_port() -> int:
    """Return a port that is free on every loopback address."""
    with socket.socket() as listener:
        listener.bind(("", 0))
        return listener.getsockname()[1]
