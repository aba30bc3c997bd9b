"""Runs an application server's scripts for real, with stand-ins for the programs they call."""

import os
import subprocess
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.service_config.example import application, files

HOME = "/opt/messaging-app"


class Server:
    """A folder in place of /opt/messaging-app, and programs that note how they were called."""

    def __init__(self, root: Path, **changed: object) -> None:
        self.home, self._bin, self._notes = root / "home", root / "bin", root / "calls"
        self.home.mkdir()
        self._bin.mkdir()
        for path, content in files(application(**changed)).items():
            if path.startswith(f"{HOME}/"):
                script = self.home / Path(path).name
                script.write_text(content, encoding="utf-8")
                script.chmod(0o755)

    def program(self, name: str, body: str = "") -> None:
        """Put a program on PATH that notes its arguments and then runs `body`."""
        path = self._bin / name
        path.write_text(f'#!/bin/sh\necho {name} "$@" >>{self._notes}\n{body}\n', encoding="utf-8")
        path.chmod(0o755)

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run one of the server's scripts."""
        return subprocess.run(
            [self.home / script],
            env={
                "PATH": f"{self._bin}:{os.environ['PATH']}",
                "HOME_DIRECTORY": str(self.home),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )

    @property
    def calls(self) -> list[str]:
        """What was called, with arguments, in order."""
        return self._notes.read_text(encoding="utf-8").splitlines() if self._notes.exists() else []


@contextmanager
def answering(answers: Mapping[str, list[str]]) -> Generator[str]:
    """Serve texts by path, one after another; the last one stays. Unknown paths are not found."""
    left = {path: list(texts) for path, texts in answers.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            texts = left.get(self.path)
            needs_token = self.path.startswith("/latest/meta-data/")
            if texts is None or (
                needs_token and self.headers.get("X-aws-ec2-metadata-token") != "the-token"
            ):
                self.send_error(404 if texts is None else 401)
                return
            self._answer(texts.pop(0) if len(texts) > 1 else texts[0])

        def do_PUT(self) -> None:
            self._answer("the-token")

        def _answer(self, text: str) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
