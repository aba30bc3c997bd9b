"""Where backups lie in a bucket: `database/<id>/…`, and `manifest.json` of each written last."""

import re
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, ValidationError

from scripts import clock
from scripts.backup.encryption import Key
from scripts.backup.manifest import Manifest, damaged, seal, unseal
from scripts.backup.objects import Place
from scripts.backup.uploads import give_up, sha256_base64, unfinished
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError, is_missing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ROOT: Final = "database/"
MANIFEST: Final = "manifest.json"
VERIFICATION: Final = "verification.json"
ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")
STAMP: Final = "%Y%m%dT%H%M%SZ"
SECOND: Final = timedelta(seconds=1)

ABANDONED_AFTER: Final = timedelta(days=1)
"""What has no manifest by then has no run behind it: a timer ends a backup after a day."""


class Verification(BaseModel):
    """What was found when a backup was restored on trial."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    verified_at: datetime
    ok: bool
    findings: list[str]
    """One sentence for each thing that is wrong."""
    tables: int
    rows: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a backup is of: a bucket may have those of several databases."""

    database: str
    environment: str

    def __str__(self) -> str:
        return f"database {self.database} of {self.environment}"

    @classmethod
    def of(cls, manifest: Manifest) -> "Origin":
        return cls(database=manifest.database.name, environment=manifest.environment)


def made_at(backup: str) -> datetime:
    """Return the time in a backup's name."""
    return datetime.strptime(backup.partition("-")[0], STAMP).replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The backups of a bucket, and those whose manifest is not what was written."""

    finished: list[tuple[Manifest, Verification | None]]
    faulty: dict[str, OpsError]


@dataclass(frozen=True)
class Repository:
    """The backups in a bucket.

    Args:
        connect: opens a client.
    """

    connect: "Callable[[], S3Client]"
    bucket: str

    @cached_property
    def client(self) -> "S3Client":
        return self.connect()

    def place(self, backup: str, key: Key | None = None) -> Place:
        """Return where a backup's objects lie."""
        return Place(connect=self.connect, bucket=self.bucket, prefix=f"{ROOT}{backup}/", key=key)

    def ids(self) -> list[str]:
        """Return what may be a backup, the newest first; it is one when it has a manifest."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=ROOT, Delimiter="/"
        )
        names = [
            prefix.get("Prefix", "").removeprefix(ROOT).rstrip("/")
            for page in pages
            for prefix in page.get("CommonPrefixes", [])
        ]
        return sorted((name for name in names if ID.fullmatch(name)), reverse=True)

    def next_id(self) -> str:
        """Return the name of a new backup: names sort in the order in which backups are made.

        Its time is that of S3's clock. Where that was set back, the newest name is a time to come:
        the new one follows a second after it, so that `latest` is what was made last.
        """
        now = clock.of(self.client.head_bucket(Bucket=self.bucket), datetime.now(UTC))
        newest = max(map(made_at, self.ids()), default=now - SECOND)
        return f"{max(now, newest + SECOND).astimezone(UTC):{STAMP}}-{secrets.token_hex(3)}"

    def manifest(self, backup: str) -> Manifest | None:
        """Return a backup's manifest; None when it was never finished.

        Raises:
            OpsError: the manifest is not what was written.
        """
        text = self._text(f"{ROOT}{backup}/{MANIFEST}")
        where = f"s3://{self.bucket}/{ROOT}{backup}/{MANIFEST}"
        found = None if text is None else unseal(text, where)
        if found and found.id != backup:  # another one's, whole in itself
            raise damaged(where)
        return found

    def publish(self, manifest: Manifest) -> None:
        """Make a backup of what was written: from now on it can be picked."""
        self._put(f"{ROOT}{manifest.id}/{MANIFEST}", seal(manifest))

    def verification(self, backup: str) -> Verification | None:
        """Return the result of the newest trial; None when there was none that can be read."""
        text = self._text(f"{ROOT}{backup}/{VERIFICATION}")
        try:
            return None if text is None else Verification.model_validate_json(text)
        except ValidationError:
            return None

    def record(self, result: Verification) -> None:
        """Keep the result of a trial beside the manifest."""
        text = result.model_dump_json(indent=1).encode()
        self._put(f"{ROOT}{result.id}/{VERIFICATION}", text)

    def listing(self) -> Listing:
        """Return every finished backup, the newest first, with what its trial found."""
        finished: list[tuple[Manifest, Verification | None]] = []
        faulty: dict[str, OpsError] = {}

        def read(backup: str) -> tuple[Manifest | OpsError | None, Verification | None]:
            try:
                return self.manifest(backup), self.verification(backup)
            except OpsError as error:
                return error, None

        ids = self.ids()
        with ThreadPoolExecutor(16) as threads:
            for backup, (manifest, result) in zip(ids, threads.map(read, ids), strict=True):
                if isinstance(manifest, OpsError):
                    faulty[backup] = manifest
                elif manifest:
                    finished.append((manifest, result))
        return Listing(finished=finished, faulty=faulty)

    def find(
        self, named: str | None, at: datetime | None = None, *, origin: Origin | None = None
    ) -> Manifest:
        """Return one backup: by its id, the newest (`latest`), or the newest not after a time.

        Args:
            origin: what the newest has to be of; an id says it by itself.

        Raises:
            OpsError: there is none, or the one that would be it is damaged: an older one in its
                place would lose data silently. Or clocks contradict each other about the time.
        """
        if named and named != "latest":
            found = self.manifest(named) if ID.fullmatch(named) else None
            if found is None:
                raise OpsError(
                    f"There is no backup {named} in s3://{self.bucket}/{ROOT}: "
                    "`ops backups` lists those that are there.",
                    ExitCode.NOT_FOUND,
                )
            return found
        if origin is None:
            raise OpsError(
                "Which database's newest backup is wanted, nobody has said: set DATABASE_URL, or "
                "name a backup by its id. `ops backups` lists those that are there.",
                ExitCode.MISCONFIGURED,
            )
        for manifest in map(self.manifest, self.ids()):
            if manifest is None or Origin.of(manifest) != origin:
                continue
            if at is None:
                return manifest
            if manifest.snapshot_at <= at:
                self._refuse_doubt(manifest, at)
                return manifest
        until = f" of {at.isoformat(timespec='seconds')} or before" if at else ""
        raise OpsError(
            f"There is no finished backup of {origin}{until} in s3://{self.bucket}/{ROOT}: `ops "
            "backup` makes one, and `ops backups` lists those of other databases, which are taken "
            "by their id.",
            ExitCode.NOT_FOUND,
        )

    def _refuse_doubt(self, chosen: Manifest, at: datetime) -> None:
        """Raise OpsError when an earlier backup of the same database is of a later time."""

        def is_later(backup: str) -> bool:
            try:
                found = self.manifest(backup)
            except OpsError:  # damaged: it tells nothing
                return False
            if found is None or Origin.of(found) != Origin.of(chosen):
                return False
            return found.snapshot_at > at

        older = [backup for backup in self.ids() if backup < chosen.id]
        with ThreadPoolExecutor(16) as threads:
            later = [
                name
                for name, is_so in zip(older, threads.map(is_later, older), strict=True)
                if is_so
            ]
        if later:
            raise OpsError(
                f"The database's clock was set between backups {later[0]} and {chosen.id}: the "
                f"first of them was made earlier and is of a later time than {at.isoformat()}. "
                "Look at both with `ops backups`, and name one by its id.",
                ExitCode.REFUSED,
            )

    def abandoned(self, after: timedelta = ABANDONED_AFTER) -> "Abandoned":
        """Return what runs that did not end have left. Whoever asks holds the lock of backups.

        How old something is, S3's own clock tells: this machine's may have jumped, and a backup of
        another database may be running.
        """
        uploads = list(unfinished(self.client, self.bucket, ROOT, after))
        keys: list[str] = []
        for backup in self.ids():
            found = dict(self._ages(f"{ROOT}{backup}/"))
            is_unfinished = f"{ROOT}{backup}/{MANIFEST}" not in found
            if is_unfinished and all(age >= after for age in found.values()):
                keys += found
        return Abandoned(uploads=uploads, keys=sorted(keys))

    def remove(self, abandoned: "Abandoned") -> None:
        """Remove it. Raises ClientError when these credentials may not."""
        for key, upload in abandoned.uploads:
            give_up(self.client, self.bucket, key, upload)
        for key in abandoned.keys:
            self.client.delete_object(Bucket=self.bucket, Key=key)

    def _ages(self, prefix: str) -> Iterator[tuple[str, timedelta]]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix
        )
        for page in pages:
            now = clock.of(page)
            for entry in page.get("Contents", []):
                yield entry.get("Key", ""), now - entry.get("LastModified", now)

    def _text(self, key: str) -> bytes | None:
        try:
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except ClientError as error:
            if is_missing(error) and "bucket" not in str(error).lower():
                return None
            raise

    def _put(self, key: str, text: bytes) -> None:
        self.client.put_object(
            Bucket=self.bucket,
            Key=key,
            Body=text,
            ContentType="application/json",
            ChecksumSHA256=sha256_base64(text),
        )


@dataclass(frozen=True, kw_only=True)
class Abandoned:
    """What runs that did not end have left: (key, upload) and keys."""

    uploads: list[tuple[str, str]]
    keys: list[str]

    def __bool__(self) -> bool:
        return bool(self.uploads or self.keys)
