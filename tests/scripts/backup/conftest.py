import secrets
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from scripts import postgresql
from scripts.backup.dump import BackupRequest, run_backup
from scripts.backup.manifest import Manifest
from scripts.backup.repository import Origin, Repository
from scripts.backup.restore import Restored, RestoreRequest, run_restore
from scripts.backup.unload import Advance
from tests.services.object_store import ObjectStore
from tests.services.postgresql import Server

LIVE = Origin(database="live", environment="test")


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A server, a bucket, and what a test does with them."""

    server: Server
    store: ObjectStore
    bucket: str
    said: list[str]

    @property
    def repository(self) -> Repository:
        return Repository(self.store.client, self.bucket)

    def connection(self, database: str) -> dict[str, str]:
        return postgresql.parameters(self.server.secret_url(database), "DATABASE_URL")

    def backup(self, database: str, *, advance: Advance | None = None, **changes: Any) -> Manifest:
        """Back up; chunks are small, so that tables have several."""
        request = BackupRequest(
            connection=self.connection(database), environment="test", jobs=3, chunk_bytes=64 << 10
        )
        request = replace(request, **changes)
        return run_backup(
            self.repository, request, report=self.said.append, advance=advance or ignore
        )

    def find(self, named: str | None, at: datetime | None = None) -> Manifest:
        """Pick a backup of `live`."""
        return self.repository.find(named, at, origin=LIVE)

    def restore(self, manifest: Manifest, database: str, **changes: Any) -> Restored:
        request = RestoreRequest(
            connection=self.connection(database), manifest=manifest, jobs=3, **changes
        )
        return run_restore(self.repository, request, report=self.said.append, advance=ignore)

    def written(self) -> list[str]:
        return self.store.keys(self.bucket)

    def bodies(self) -> dict[str, bytes]:
        """Return what lies in the bucket."""
        client = self.store.client()
        return {
            key: client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
            for key in self.written()
        }


def ignore(_done: int, _total: int) -> None:
    """Of progress."""


NOW = timedelta(seconds=-1)
"""As an age: whatever was left a moment ago is old enough to be removed."""


@pytest.fixture
def bench(server: Server, running_store: ObjectStore) -> Generator[Bench]:
    """An empty bucket beside an empty server."""
    bucket = f"backups-{secrets.token_hex(4)}"
    running_store.create(bucket)
    yield Bench(server=server, store=running_store, bucket=bucket, said=[])
    running_store.empty(bucket)
