"""The server, the bucket and the environment that all ways to back up share."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.timing import timed
from scripts import postgresql
from tests.services.nginx import nginx
from tests.services.object_store import CREDENTIALS, REGION, ObjectStore, object_store
from tests.services.postgresql import Server

BUCKET: Final = "benchmark-backups"
ROOT: Final = Path(__file__).parents[1]

TUNED: Final = {
    # The guide's postgresql.conf, as far as the machine's memory goes.
    "shared_buffers": "1GB",
    "maintenance_work_mem": "1GB",
    "checkpoint_completion_target": "0.9",
    "wal_buffers": "16MB",
    "min_wal_size": "1GB",
    "max_wal_size": "4GB",
    "max_connections": "200",
    "archive_mode": "on",
}

PROXY: Final = """
    client_max_body_size 0;
    location / {{
        proxy_pass {endpoint};
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_request_buffering off;
        proxy_buffering off;
    }}
"""


@contextmanager
def object_store_over_tls(folder: Path) -> Generator[ObjectStore]:
    """Run an object store behind nginx: moto's own TLS ends connections as OpenSSL 3 forbids."""
    with (
        object_store() as plain,
        nginx(PROXY.format(endpoint=plain.endpoint), folder=folder) as port,
    ):
        yield ObjectStore(endpoint=f"https://localhost:{port}", authority=folder / "cert.pem")


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all measurements share."""

    server: Server
    store: ObjectStore
    folder: Path

    def timed(
        self, database: str, command: str, then: Callable[[], None] | None = None
    ) -> dict[str, Any]:
        """Run a shell's command line with the variables that lead to a database and the bucket."""
        return timed(command, self.environment(database), then)

    def environment(self, database: str) -> dict[str, str]:
        """Return the variables that PostgreSQL's programs, AWS's and `ops` read."""
        connection = postgresql.parameters(self.server.secret_url(database), "URL")
        return {
            **postgresql.environment(connection),
            **CREDENTIALS,
            "PYTHONPATH": str(ROOT),
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.store.endpoint,
            "AWS_CA_BUNDLE": str(self.store.authority),
            "DATABASE_URL": self.server.url(database),
            "BACKUP_BUCKET": BUCKET,
        }
