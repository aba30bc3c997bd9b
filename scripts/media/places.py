"""A bucket or a folder, as names with sizes and times."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scripts.backup.objects import PART, Place, Upload
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

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
        """
        if not self.root.is_dir():
            raise OpsError(f"There is no folder {self.root}.", ExitCode.NOT_FOUND)
        for folder, _, files in os.walk(self.root):
            for file in files:
                path = Path(folder, file)
                if file.startswith(UNFINISHED) or path.is_symlink() or not path.is_file():
                    continue
                state = path.stat()
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


Where = Bucket | Folder


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
    """Send a file in parts, each with its SHA-256, which S3 checks."""
    place = Place(connect=lambda: target.client, bucket=target.bucket, prefix=target.prefix)
    upload = Upload(place, name)
    try:
        with path.open("rb") as file:
            part = file.read(PART)
            while len(part) == PART:
                following = file.read(PART)
                if not following:
                    break
                upload.part(part)
                part = following
        upload.complete(part)
    except BaseException:
        upload.abort()
        raise


def _download(source: Bucket, target: Folder, entry: Entry) -> None:
    """Fetch an object beside its place, and rename it there once it is whole."""
    path = target.path(entry.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            # botocore compares what arrives with the checksum that S3 keeps.
            answer = source.client.get_object(
                Bucket=source.bucket, Key=source.prefix + entry.name, ChecksumMode="ENABLED"
            )
            while piece := answer["Body"].read(PART):
                file.write(piece)
            size = file.tell()
            os.fchmod(file.fileno(), 0o644)
        if size != answer["ContentLength"]:
            raise OpsError(f"{source}{entry.name} was cut off after {size} bytes.")
        seconds = answer["LastModified"].timestamp()
        os.utime(unfinished, (seconds, seconds))
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
