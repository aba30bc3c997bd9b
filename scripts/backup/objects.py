"""One object of a backup: compressed, encrypted, checksummed, and streamed out and in.

Nothing is written to the disk and no object is held in memory: only a part of an upload is.
"""

import base64
import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BufferedWriter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import zstandard
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from scripts.backup.encryption import Encryptor, Key, decrypted
from scripts.backup.manifest import StoredObject
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError, is_missing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART: Final = 8 << 20
"""Bytes of a part of an upload: S3 takes 10,000 of them, and no smaller ones than 5 MiB."""

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
        self._upload = Upload(place, name)
        self._copy = _open_copy(place.copy / name) if place.copy else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._copy:
            self._copy.close()
        if kind:
            self._upload.abort()

    def write(self, data: bytes) -> None:
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


class Upload:
    """An upload to S3, in parts once it is larger than one. S3 checks the SHA-256 of each."""

    def __init__(self, place: Place, name: str) -> None:
        self._client, self._bucket = place.client, place.bucket
        self._key = place.prefix + name
        self._id = ""
        self._parts: list[CompletedPartTypeDef] = []

    def part(self, data: bytes) -> None:
        """Send a part."""
        if not self._id:
            begun = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=self._key, ChecksumAlgorithm="SHA256"
            )
            self._id = begun["UploadId"]
        number, checksum = len(self._parts) + 1, sha256_base64(data)
        answer = self._client.upload_part(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            PartNumber=number,
            Body=data,
            ChecksumSHA256=checksum,
        )
        self._parts.append(
            {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": checksum}
        )

    def complete(self, rest: bytes) -> None:
        """Send the last part and make the object of them; a small one is sent whole."""
        if not self._id:
            self._client.put_object(
                Bucket=self._bucket, Key=self._key, Body=rest, ChecksumSHA256=sha256_base64(rest)
            )
            return
        if rest:
            self.part(rest)
        self._client.complete_multipart_upload(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            MultipartUpload={"Parts": self._parts},
        )

    def abort(self) -> None:
        """Give it up. What cannot be given up now, a later run does."""
        if self._id:
            with contextlib.suppress(ClientError, BotoCoreError):
                self._client.abort_multipart_upload(
                    Bucket=self._bucket, Key=self._key, UploadId=self._id
                )


def read(place: Place, stored: StoredObject) -> Iterator[bytes]:
    """Yield what an object holds, decrypted and decompressed.

    Raises:
        OpsError: it is not what was written. Pieces before the fault have been given by then:
            the caller undoes what it did with them.
    """
    pieces = _checked(_received(place, stored.name), place, stored)
    if place.key:
        pieces = decrypted(pieces, place.key, place.prefix + stored.name)
    decompressor = zstandard.ZstdDecompressor().decompressobj()
    raw, size = hashlib.sha256(), 0
    try:
        for piece in pieces:
            data = decompressor.decompress(piece)
            raw.update(data)
            size += len(data)
            if data:
                yield data
    except zstandard.ZstdError:
        raise damaged(place, stored) from None
    if (size, raw.hexdigest()) != (stored.raw_size, stored.raw_digest):
        raise damaged(place, stored)


def check(place: Place, stored: StoredObject) -> None:
    """Raise OpsError when an object's bytes in the bucket are not those that were written."""
    for _ in _checked(_received(place, stored.name), place, stored):
        pass


def sha256_base64(data: bytes) -> str:
    """Return a checksum as S3 wants it."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


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


def _open_copy(path: Path) -> BufferedWriter:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")
