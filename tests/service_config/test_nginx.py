"""The load balancer's configuration, in a real nginx in front of real servers."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from service_config import nginx
from tests.service_config.tools import required

NAME = "chat.example.com"
PATIENCE_SECONDS = 30


class Server(ThreadingHTTPServer):
    """An application server that says who it is, and upgrades what asks for it."""

    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.name = name
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Upgrade") == "websocket":
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", self.headers["Connection"])
            self.end_headers()
            self.wfile.write(self.rfile.readline())
            self.close_connection = True
            return
        assert isinstance(self.server, Server)
        seen = (
            self.server.name,
            *(self.headers[f"X-Forwarded-{each}"] for each in ("For", "Proto")),
        )
        body = " ".join(seen).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        """Say nothing."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass(frozen=True)
class Proxy:
    """A running nginx."""

    http_port: int
    https_port: int

    def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        """Answer to a request over TLS: status, body, headers."""
        with closing(HTTPSConnection("127.0.0.1", self.https_port, context=trusting())) as client:
            client.request("GET", path, headers={"Host": NAME, **headers})
            answer = client.getresponse()
            return answer.status, answer.read().decode(), dict(answer.getheaders())


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def accepts(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Proxy]:
    """A whole nginx.conf around the configuration, with a certificate of its own."""
    folder = tmp_path_factory.mktemp("nginx")
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    request = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={NAME}"]
    subprocess.run(
        [required("openssl", "openssl"), "req", *request, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    proxy = Proxy(free_port(), free_port())
    text = nginx.configuration(
        server_name=NAME,
        api_servers=[Server(name).address for name in ("api1", "api2")],
        websocket_servers=[Server("ws1").address],
        certificate=str(certificate),
        certificate_key=str(key),
        http_port=proxy.http_port,
        https_port=proxy.https_port,
    )
    temporary = "".join(
        f"{each}_temp_path {folder}/{each};\n"
        for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\n"
        f"error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{text}}}\n",
        encoding="utf-8",
    )
    return path, proxy


@pytest.fixture(scope="module")
def proxy(configured: tuple[Path, Proxy]) -> Iterator[Proxy]:
    path, running = configured
    process = subprocess.Popen(
        [required("nginx", "nginx-light"), "-c", path], stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + PATIENCE_SECONDS
    while not accepts(running.https_port):
        assert process.poll() is None, (path.parent / "error.log").read_text(encoding="utf-8")
        assert time.monotonic() < end
    yield running
    process.terminate()
    process.wait(PATIENCE_SECONDS)


def test_nginx_itself_accepts_it(configured: tuple[Path, Proxy]) -> None:
    program = required("nginx", "nginx-light")
    done = subprocess.run(
        [program, "-t", "-c", configured[0]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_requests_are_spread_over_the_api_servers(proxy: Proxy) -> None:
    answers = {proxy.get("/")[1].split()[0] for _ in range(20)}
    assert answers == {"api1", "api2"}


def test_a_client_cannot_say_that_it_is_another_one(proxy: Proxy) -> None:
    headers = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http"}
    assert proxy.get("/", **headers)[1].split()[1:] == ["127.0.0.1", "https"]


def test_a_websocket_is_upgraded_on_a_websocket_server(proxy: Proxy) -> None:
    with (
        socket.create_connection(("127.0.0.1", proxy.https_port), PATIENCE_SECONDS) as plain,
        trusting().wrap_socket(plain) as client,
    ):
        client.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {NAME}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "\r\n".encode()
        )
        answer = client.makefile("rb")
        assert answer.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"
        while answer.readline() != b"\r\n":
            pass
        client.sendall(b"hello\n")
        assert answer.readline() == b"hello\n"


def test_plain_http_is_sent_to_tls(proxy: Proxy) -> None:
    with closing(HTTPConnection("127.0.0.1", proxy.http_port)) as client:
        client.request("GET", "/rooms?page=2", headers={"Host": NAME})
        answer = client.getresponse()
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/rooms?page=2")


def test_metrics_stay_inside(proxy: Proxy) -> None:
    assert proxy.get("/metrics")[0] == 404


def test_browsers_are_told_to_stay_on_tls_and_nobody_the_version(proxy: Proxy) -> None:
    headers = proxy.get("/")[2]
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["Server"] == "nginx"


@pytest.mark.parametrize(
    ("version", "spoken"),
    [
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_only_tls_1_2_and_1_3_are_spoken(
    proxy: Proxy, version: ssl.TLSVersion, spoken: bool
) -> None:
    context = trusting()
    context.set_ciphers("ALL:@SECLEVEL=0")  # else this end would refuse the old version itself
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", proxy.https_port), PATIENCE_SECONDS) as plain:
        if spoken:
            with context.wrap_socket(plain) as client:
                assert client.version() == version.name.replace("_", ".")
        else:
            with pytest.raises((ssl.SSLError, ConnectionResetError)):
                context.wrap_socket(plain)
