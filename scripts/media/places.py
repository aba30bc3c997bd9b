"""A bucket or a folder, as names with sizes and times."""

import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from botocore.exceptions import BotoCoreError, ClientError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential
from urllib3.exceptions import HTTPError

from scripts import clock, leftovers
from scripts.backup.objects import READ_ATTEMPTS
from scripts.backup.uploads import PART, Upload, give_up, unfinished
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError, is_denied
from scripts.media import checksums
from scripts.media.checksums import PartsDigest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

UNFINISHED: Final = ".ops-unfinished-"
"""Begins the name of a file that is being written; such names are nobody's media."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file or an object."""

    name: str
    """Relative, with slashes."""
    size: int
    modified: datetime


@dataclass(frozen=True)
class Bucket:
    """Objects below a prefix, which ends in a slash or is empty."""

    client: "S3Client"
    bucket: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def entries(self) -> Iterator[Entry]:
        """Yield what is there, sorted by name."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix
        )
        for page in pages:
            for found in page.get("Contents", []):
                name = found.get("Key", "").removeprefix(self.prefix)
                # What a console makes to show a folder.
                if name and not name.endswith("/"):
                    modified = found.get("LastModified", datetime.now(UTC))
                    yield Entry(name=name, size=found.get("Size", 0), modified=modified)

    def delete(self, name: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=self.prefix + name)

    def now(self) -> datetime:
        """Return the time by the clock that the objects are dated by."""
        return clock.of(self.client.head_bucket(Bucket=self.bucket))

    def sweep(self, abandoned_after: timedelta) -> None:
        """Give up uploads that killed runs left unfinished, where these credentials may."""
        try:
            for key, upload in unfinished(self.client, self.bucket, self.prefix, abandoned_after):
                give_up(self.client, self.bucket, key, upload)
        except ClientError as error:
            if not is_denied(error):
                raise


@dataclass(frozen=True)
class Folder:
    """Files below a folder. Links are not followed: they may lead out of it."""

    root: Path

    def __str__(self) -> str:
        return str(self.root)

    def entries(self) -> Iterator[Entry]:
        """Yield what is there.

        Raises:
            OpsError: the folder does not exist: a disk that is not mounted has no media to delete.
            OSError: a part of it cannot be read: what it holds would be taken for deleted.
        """
        if not self.root.is_dir():
            raise OpsError(f"There is no folder {self.root}.", ExitCode.NOT_FOUND)
        for folder, _, files in os.walk(self.root, onerror=_raise):
            for file in files:
                path = Path(folder, file)
                if file.startswith(UNFINISHED):
                    continue
                try:
                    state = path.lstat()
                except FileNotFoundError:  # removed at this moment
                    continue
                if not stat.S_ISREG(state.st_mode):
                    continue
                yield Entry(
                    name=path.relative_to(self.root).as_posix(),
                    size=state.st_size,
                    modified=datetime.fromtimestamp(state.st_mtime, UTC),
                )

    def path(self, name: str) -> Path:
        """Return where a name lies.

        Raises:
            OpsError: that would be outside of the folder, or no file at all.
        """
        if any(part in {"", ".", ".."} for part in name.split("/")) or "\0" in name:
            raise OpsError(f"The name {name!r} cannot be that of a file below {self.root}.")
        return self.root / name

    def delete(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def sweep(self, _abandoned_after: timedelta) -> None:
        """Remove files that killed runs left unfinished."""
        folders = os.walk(self.root)
        leftovers.sweep(
            Path(folder, file)
            for folder, _, files in folders
            for file in files
            if file.startswith(UNFINISHED)
        )


def _raise(error: OSError) -> None:
    raise error


Where = Bucket | Folder


def has_same(source: Where, target: Where, name: str) -> bool:
    """Whether a name is the same in a bucket and in the target, by what S3 keeps of it."""
    match source, target:
        case Bucket(), Bucket():
            return checksums.same_objects(source, target, name)
        case Bucket(), Folder():
            return checksums.same_file(source, name, target.path(name))
        case _:
            return False


class CutOffError(OpsError):
    """The connection ended before the object did."""


def copy(source: Where, target: Where, entry: Entry) -> None:
    """Copy one entry; it is in the target as a whole or not at all.

    Raises:
        OpsError: it cannot be copied, or did not arrive as it was sent.
    """
    match source, target:
        case Bucket(), Bucket():
            there = {"Bucket": source.bucket, "Key": source.prefix + entry.name}
            # S3 copies within itself, in parts where that is needed.
            target.client.copy(
                {"Bucket": there["Bucket"], "Key": there["Key"]},
                target.bucket,
                target.prefix + entry.name,
                SourceClient=source.client,
            )
        case Folder(), Bucket():
            _upload(source.path(entry.name), target, entry.name)
        case Bucket(), Folder():
            _download(source, target, entry)
        case _:
            raise OpsError("One of the two has to be a bucket.", ExitCode.USAGE)


def _upload(path: Path, target: Bucket, name: str) -> None:
    """Send a file in parts, each with its SHA-256, which S3 checks.

    Raises:
        OpsError: it was written to meanwhile, so that nobody can tell what was read.
    """
    upload = Upload(target.client, target.bucket, target.prefix + name)
    try:
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            part = file.read(PART)
            while len(part) == PART:
                following = file.read(PART)
                if not following:
                    break
                upload.part(part)
                part = following
            after = os.fstat(file.fileno())
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
            raise OpsError("it was written to while it was read")
        upload.complete(part)
    except BaseException:
        upload.abort()
        raise


def _download(source: Bucket, target: Folder, entry: Entry) -> None:
    """Fetch an object beside its place, and rename it there once it is whole."""
    path = target.path(entry.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished, handle = leftovers.new(lambda: _unfinished_in(path.parent))
    try:
        with os.fdopen(handle, "wb") as file:
            modified = _fetch(source, entry.name, file)
            os.fchmod(file.fileno(), 0o644)
            file.flush()
            os.utime(unfinished, (modified, modified))
            # Named while it is still locked: whoever sweeps meanwhile would take it for left.
            unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _unfinished_in(folder: Path) -> Path:
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=folder)
    os.close(handle)
    return Path(name)


@retry(
    retry=retry_if_exception_type(CutOffError),
    stop=stop_after_attempt(READ_ATTEMPTS),
    wait=wait_exponential(multiplier=0.1, max=1),
    reraise=True,
)
def _fetch(source: Bucket, name: str, file: BinaryIO) -> float:
    """Write an object to a file, and return when it was modified, in seconds.

    Raises:
        CutOffError: it broke off, again and again.
        OpsError: it arrived otherwise than it was written.
    """
    file.seek(0)
    file.truncate()
    # botocore compares what arrives with the checksum that S3 keeps, unless it is one of parts:
    # that is done here, of parts as `_upload` makes them. What another program has sent in parts,
    # or S3 has copied in parts, has its length and TLS alone.
    answer = source.client.get_object(
        Bucket=source.bucket, Key=source.prefix + name, ChecksumMode="ENABLED"
    )
    digest = PartsDigest()
    try:
        while piece := answer["Body"].read(PART):
            file.write(piece)
            digest.update(piece)
    except (BotoCoreError, HTTPError) as error:
        raise CutOffError(f"it broke off after {file.tell()} bytes: {error}") from error
    if file.tell() != answer["ContentLength"]:
        raise CutOffError(f"it broke off after {file.tell()} bytes")
    kept = answer.get("ChecksumSHA256")
    if kept and digest.agrees(kept) is False and checksums.is_of_our_parts(source, name):
        raise OpsError("it is not what was written, by its SHA-256", ExitCode.DAMAGED)
    return answer["LastModified"].timestamp()
