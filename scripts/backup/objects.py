"""One object of a backup: compressed, encrypted, checksummed, and streamed out and in.

Nothing is written to the disk and no object is held in memory: only a part of an upload is.
"""

import contextlib
import hashlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BufferedWriter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import zstandard
from botocore.exceptions import BotoCoreError, ClientError
from psycopg.abc import Buffer
from urllib3.exceptions import HTTPError

from scripts.backup.encryption import Encryptor, Key, decrypted
from scripts.backup.manifest import StoredObject
from scripts.backup.uploads import PART, Upload
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError, is_missing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PIECE: Final = 4 << 20
"""Bytes that are compressed at a time."""

READ: Final = 1 << 20
READ_ATTEMPTS: Final = 8
"""In a row without a byte of progress."""

LEVEL: Final = 1
"""Of zstd: half the size of what gzip makes in a tenth of its time; higher levels win little."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the objects of one backup lie.

    Args:
        connect: opens a client: each process needs one of its own.
        prefix: of all its keys, with a slash at the end.
        key: encrypts what is written, when given.
        copy: folder that keeps a copy of every object, when given.
    """

    connect: "Callable[[], S3Client]"
    bucket: str
    prefix: str
    key: Key | None = None
    copy: Path | None = None

    @cached_property
    def client(self) -> "S3Client":
        return self.connect()


class Writer:
    """Writes one object. Left by an exception, it gives up what it had uploaded."""

    def __init__(self, place: Place, name: str) -> None:
        self._place = place
        self._name = name
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()
        self._encryptor = Encryptor(place.key, place.prefix + name) if place.key else None
        self._raw, self._stored = hashlib.sha256(), hashlib.sha256()
        self._raw_size = self._stored_size = 0
        self._waiting = bytearray()
        self._upload = Upload(place.client, place.bucket, place.prefix + name)
        self._copy = _Copy(place.copy / name) if place.copy else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._copy:
            self._copy.close()
        if kind:
            self._upload.abort()

    def write(self, data: Buffer) -> None:
        """Take more of what the object is to hold."""
        self._raw.update(data)
        self._raw_size += len(data)
        # A single row can have a gigabyte: its compressed form need not be in memory as a whole.
        for start in range(0, len(data), PIECE):
            self._put(self._compressor.compress(memoryview(data)[start : start + PIECE]))

    def finish(self) -> StoredObject:
        """Complete the object; only now is it there."""
        self._put(self._compressor.flush())
        if self._encryptor:
            self._send(self._encryptor.finish())
        self._upload.complete(bytes(self._waiting))
        return StoredObject(
            name=self._name,
            size=self._stored_size,
            digest=self._stored.hexdigest(),
            raw_size=self._raw_size,
            raw_digest=self._raw.hexdigest(),
        )

    def _put(self, data: bytes) -> None:
        self._send(self._encryptor.update(data) if self._encryptor else data)

    def _send(self, data: bytes) -> None:
        self._stored.update(data)
        self._stored_size += len(data)
        if self._copy:
            self._copy.write(data)
        self._waiting += data
        while len(self._waiting) >= PART:
            self._upload.part(bytes(self._waiting[:PART]))
            del self._waiting[:PART]


def read(place: Place, stored: StoredObject) -> Iterator[bytes]:
    """Yield what an object holds, decrypted and decompressed.

    Raises:
        OpsError: it is not what was written. Pieces before the fault have been given by then:
            the caller undoes what it did with them.
    """
    pieces = _checked(_received(place, stored.name), place, stored)
    if place.key:
        pieces = decrypted(pieces, place.key, place.prefix + stored.name)
    # A piece can hold a thousand times its size: what comes out of it at once is bounded, too.
    decompressed = zstandard.ZstdDecompressor().read_to_iter(
        _Stream(pieces),  # pyright: ignore[reportArgumentType]  (no more of it is used)
        READ,
        READ,
    )
    raw, size = hashlib.sha256(), 0
    try:
        for data in decompressed:
            raw.update(data)
            size += len(data)
            yield data
    except zstandard.ZstdError:
        raise damaged(place, stored) from None
    for _ in pieces:
        pass  # whatever follows is compared as well
    if (size, raw.hexdigest()) != (stored.raw_size, stored.raw_digest):
        raise damaged(place, stored)


class _Stream:
    """Pieces as what can be read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _size: int) -> bytes:
        return next(self._pieces, b"")


def check(place: Place, stored: StoredObject) -> None:
    """Raise OpsError when an object's bytes in the bucket are not those that were written."""
    for _ in _checked(_received(place, stored.name), place, stored):
        pass


def damaged(place: Place, stored: StoredObject) -> OpsError:
    """Return the fault of an object that is not what was written."""
    return OpsError(
        f"s3://{place.bucket}/{place.prefix}{stored.name} is not what was written: its size or "
        "checksum differs from the manifest's. Take its earlier version from the bucket, or use "
        "another backup.",
        ExitCode.DAMAGED,
    )


def _checked(pieces: Iterator[bytes], place: Place, stored: StoredObject) -> Iterator[bytes]:
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        yield piece
    if (size, digest.hexdigest()) != (stored.size, stored.digest):
        raise damaged(place, stored)


def _received(place: Place, name: str) -> Iterator[bytes]:
    """Yield an object's bytes; a connection that breaks is taken up where it broke."""
    offset, attempts = 0, 0
    while True:
        try:
            key, rest = place.prefix + name, f"bytes={offset}-"
            answer = place.client.get_object(Bucket=place.bucket, Key=key, Range=rest)
            total = offset + answer["ContentLength"]
            while piece := answer["Body"].read(READ):
                offset, attempts = offset + len(piece), 0
                yield piece
            if offset >= total:
                return
            raise HTTPError(f"the connection ended after {offset} of {total} bytes")
        except ClientError as error:
            if not is_missing(error):
                raise
            raise OpsError(
                f"s3://{place.bucket}/{place.prefix}{name} is not there, although the manifest "
                "names it. Take its earlier version from the bucket, or use another backup.",
                ExitCode.DAMAGED,
            ) from None
        except (HTTPError, BotoCoreError, OSError) as error:
            attempts += 1
            if attempts >= READ_ATTEMPTS:
                raise OpsError(
                    f"s3://{place.bucket}/{place.prefix}{name} could not be read to its end: "
                    f"{error}. Run the same command again.",
                    ExitCode.UNREACHABLE,
                ) from error


class _Copy:
    """The same bytes in a file. A full disk ends that, and not the backup: the file is gone then.

    Whether every file is there, `local.publish` looks before the copy counts.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BufferedWriter | None = None
        with self._removed_when_full():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb")

    def write(self, data: bytes) -> None:
        if self._file:
            with self._removed_when_full():
                self._file.write(data)

    def close(self) -> None:
        if self._file:
            with self._removed_when_full():
                self._file.close()

    @contextlib.contextmanager
    def _removed_when_full(self) -> Generator[None]:
        try:
            yield
        except OSError:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
            # What it still holds back could not be written either.
            self._file, full = None, self._file
            with contextlib.suppress(OSError):
                if full:
                    full.close()
