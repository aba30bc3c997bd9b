"""Free ports."""

import socket


def free_port() -> int:
    """Return a port that is free on every loopback address."""
    with socket.socket() as listener:
        listener.bind(("", 0))
        return listener.getsockname()[1]


def accepts(port: int) -> bool:
    """Whether somebody listens on 127.0.0.1."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
