"""Whose proxy a request goes by."""

import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scripts import http
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> Generator[list[str]]:
    """What a proxy that the environment names was asked for."""
    asked: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.server_port}")
        yield asked
        server.shutdown()


def test_what_is_sent_out_goes_by_the_proxy(proxied: list[str]) -> None:
    answer = http.post_json("http://chat.invalid/hook", {"text": "down"})

    assert answer.status_code == 200
    assert proxied == ["http://chat.invalid/hook"]


def test_what_is_asked_of_our_servers_does_not(proxied: list[str]) -> None:
    with pytest.raises(OpsError) as raised:
        http.get("http://api.invalid:8080/health")

    assert raised.value.code == ExitCode.UNREACHABLE
    assert proxied == []


@pytest.mark.parametrize("proxy", ["socks4://127.0.0.1:1", "nonsense://127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)

    with pytest.raises(OpsError, match="the proxy that the environment names cannot be used") as no:
        http.post_json("http://127.0.0.1:1/hook", {})

    assert no.value.code == ExitCode.MISCONFIGURED
