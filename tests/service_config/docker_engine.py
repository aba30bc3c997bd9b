"""A stand-in for Docker's engine, which Compose talks to: it notes what it is to create."""

import json
import re
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

VERSION: Final = "20.10.25"
"""The oldest that the guide admits."""

_API: Final = "1.41"

_ANSWERS: Final[Mapping[str, Any]] = {
    "/_ping": "OK",
    "/version": {"ApiVersion": _API, "MinAPIVersion": "1.24", "Version": VERSION},
    "/info": {"ServerVersion": VERSION, "OSType": "linux", "Swarm": {"LocalNodeState": "inactive"}},
    "/containers/json": [],
    "/containers/create": {"Id": "made"},
    "/containers/made/json": {
        "Id": "made",
        "Config": {"Labels": {}},
        "HostConfig": {},
        "NetworkSettings": {"Networks": {}},
        "State": {"Status": "created"},
    },
    "/networks": [],
    "/networks/create": {"Id": "network"},
    "/volumes": {"Volumes": []},
}

_IMAGE: Final[Mapping[str, Any]] = {
    "Id": "sha256:0",
    "Os": "linux",
    "Architecture": "amd64",
    "Config": {},
}


@contextmanager
def engine() -> Generator[tuple[str, list[dict[str, Any]]]]:
    """Yield the address for DOCKER_HOST, and the containers that were created there, in order."""
    created: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self._path == "/containers/create":
                created.append(json.loads(asked))
            self._answer()

        @property
        def _path(self) -> str:
            return re.sub(r"^/v[0-9.]+", "", self.path).partition("?")[0]

        def _answer(self) -> None:
            # Any image is there, so nothing is pulled; whatever else is asked for is not.
            is_image = self._path.startswith("/images/")
            known = is_image or self._path in _ANSWERS
            answer = _IMAGE if is_image else _ANSWERS.get(self._path, {"message": "not here"})
            text = answer if isinstance(answer, str) else json.dumps(answer)
            self.send_response(200 if known else 404)
            self.send_header("Api-Version", _API)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{server.server_port}", created
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
