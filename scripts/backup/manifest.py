"""What a backup says about itself.

The manifest is written last: what has none is no backup, and nothing picks it.
"""

import hashlib
import json
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

FORMAT_VERSION: Final = 1

Format = Literal["binary", "text"]
"""Of rows, as COPY calls it."""


class Record(BaseModel):
    """Part of a manifest."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StoredObject(Record):
    """An object as it lies in the bucket, and what is in it.

    Sizes are bytes, digests are SHA-256 in hexadecimal; `raw_…` are of what was compressed.
    """

    name: str
    """Below the backup's own prefix."""
    size: int
    digest: str
    raw_size: int
    raw_digest: str


class Chunk(Record):
    """Some of a table's rows."""

    rows: int
    stored: StoredObject


class Table(Record):
    """A table with rows of its own; a partition is one, a partitioned table is none."""

    schema_name: str
    name: str
    columns: list[str]
    """Those that are given; generated ones are computed again."""
    format: Format
    root: tuple[str, str] | None = None
    """Where its rows are loaded when that is a partitioned table: hashes may differ elsewhere."""
    chunks: list[Chunk] = []

    @property
    def rows(self) -> int:
        return sum(chunk.rows for chunk in self.chunks)

    @property
    def label(self) -> str:
        return f"{self.schema_name}.{self.name}"


class Sequence(Record):
    """Where a sequence stands."""

    schema_name: str
    name: str
    last_value: int
    is_called: bool


class Grant(Record):
    """A right on the database itself; no grantee means everybody."""

    grantee: str | None
    privilege: str
    grantable: bool


class Default(Record):
    """A parameter that `ALTER DATABASE … SET` gave, for one role or for all."""

    role: str | None
    name: str
    value: str


class Database(Record):
    """The database that was backed up."""

    name: str
    owner: str
    encoding: str
    collate: str
    ctype: str
    locale_provider: str
    icu_locale: str | None
    defaults: list[Default]
    grants: list[Grant] | None
    """None: never changed from PostgreSQL's own."""
    extensions: list[str]
    roles: list[str]
    """That own something in it or have a right to something."""


class Manifest(Record):
    """A whole backup."""

    format_version: Literal[1] = FORMAT_VERSION
    id: str
    environment: str
    snapshot_at: datetime
    """The moment that the backup shows, by the database's clock."""
    wal_position: str
    """Where the write-ahead log stood at that moment."""
    server_version: int
    """As `server_version_num`: 150004 is 15.4."""
    tools: dict[str, str]
    database: Database
    schema_archive: StoredObject
    globals: StoredObject
    large_objects: StoredObject | None
    tables: list[Table]
    sequences: list[Sequence]
    seconds: float
    encryption_key: str | None
    """Tells which key opens it; None when it was not encrypted here."""
    server_side_encryption: str | None

    @property
    def server_major(self) -> int:
        return self.server_version // 10000

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def objects(self) -> list[StoredObject]:
        """Every object but the manifest."""
        named = [self.schema_archive, self.globals]
        named += [self.large_objects] if self.large_objects else []
        return named + [chunk.stored for table in self.tables for chunk in table.chunks]

    @property
    def size(self) -> int:
        """Bytes in the bucket."""
        return sum(stored.size for stored in self.objects)

    @property
    def raw_size(self) -> int:
        """Bytes before compression."""
        return sum(stored.raw_size for stored in self.objects)


def seal(manifest: Manifest) -> bytes:
    """Return the manifest as it is stored, with a digest of itself."""
    body = manifest.model_dump(mode="json")
    return json.dumps({"digest": _digest(body), **body}, indent=1, ensure_ascii=False).encode()


def unseal(text: bytes, where: str) -> Manifest:
    """Return the manifest that was stored.

    Raises:
        OpsError: it is not what was written, or a newer version of `ops` wrote it.
    """
    try:
        body = json.loads(text)
        digest = body.pop("digest")
        if digest != _digest(body):
            raise damaged(where)
        if body["format_version"] != FORMAT_VERSION:
            raise OpsError(
                f"{where} has format version {body['format_version']}; this `ops` reads version "
                f"{FORMAT_VERSION}. Use the one that wrote it: {body.get('tools')}."
            )
        return Manifest.model_validate(body)
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
        raise damaged(where) from None


def damaged(where: str) -> OpsError:
    """Return the fault of a manifest that is not what was written."""
    return OpsError(
        f"{where} is not what was written. Take the object's earlier version from the bucket, or "
        "name another backup.",
        ExitCode.DAMAGED,
    )


def _digest(body: object) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(canonical).hexdigest()
