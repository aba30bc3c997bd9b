"""A web server that notes what is posted to it."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Webhook:
    """A running server.

    Args:
        posted: the documents, in order.
    """

    url: str
    posted: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@contextmanager
def webhook(*, status: int = 200, silent: bool = False) -> Generator[Webhook]:
    """Run a server until the end of the block.

    Args:
        status: of every answer.
        silent: take requests and never answer.
    """
    end = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if silent:
                end.wait()
                return
            running.posted.append(json.loads(body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Webhook(f"http://127.0.0.1:{server.server_port}/services/T0/B0/secret-word")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        end.set()
        server.shutdown()
        server.server_close()
        thread.join()
