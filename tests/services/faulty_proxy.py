"""An S3 that has bad days: stands before a real one and fails when it is told to."""

import http.client
import itertools
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal["none", "500", "503", "slow", "cut request", "cut answer", "hang", "hung answer"]

Chooser = Callable[[int, str, str], Fault]
"""(number of the request, method, path) → what goes wrong with it."""

SLOW_SECONDS = 0.5


@dataclass
class Proxy:
    """A running proxy.

    Args:
        target: endpoint of the real one.
        choose: may be changed at any time.
    """

    target: str
    choose: Chooser
    endpoint: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    ended: threading.Event = field(default_factory=threading.Event)
    hung: int = 0
    """Requests that got no answer, or not all of it, for as long as anybody waited."""


def never(_number: int, _method: str, _path: str) -> Fault:
    """Let everything through."""
    return "none"


def every(number: int, fault: Fault) -> Chooser:
    """Let it go wrong again and again: with every third request, for instance."""
    return lambda count, _method, _path: fault if count % number == 0 else "none"


@contextmanager
def faulty_proxy(target: str, choose: Chooser = never) -> Generator[Proxy]:
    """Run a proxy until the end of the block."""
    proxy = Proxy(target=target, choose=choose)

    class Handler(_Handler):
        running = proxy

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    running: Proxy

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def _serve(self) -> None:
        fault = self.running.choose(next(self.running.numbers), self.command, self.path)
        if self.headers.get("Expect"):
            self.send_response_only(100)
            self.end_headers()
        body = self._body(cut=fault == "cut request")
        if fault == "cut request":
            self._hang_up()
        elif fault == "hang":
            self._hang()
        elif fault in {"500", "503"}:
            self._fail(int(fault))
        else:
            if fault == "slow":
                time.sleep(SLOW_SECONDS)
            self._forward(body, fault)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _serve  # noqa: N815

    def _body(self, *, cut: bool) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length // 2 if cut else length)

    def _hang(self) -> None:
        self.running.hung += 1
        self.running.ended.wait()
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _fail(self, status: int) -> None:
        code = "InternalError" if status == 500 else "SlowDown"
        text = f"<Error><Code>{code}</Code><Message>Try again</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def _forward(self, body: bytes, fault: Fault) -> None:
        connection = http.client.HTTPConnection(urlsplit(self.running.target).netloc, timeout=60)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "connection"}:
                self.send_header(name, value)
        if answer.getheader("Content-Length") is None:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        half = fault in {"cut answer", "hung answer"}
        self.wfile.write(text[: len(text) // 2] if half else text)
        self.wfile.flush()
        if fault == "cut answer":
            self._hang_up()
        elif fault == "hung answer":
            self._hang()
