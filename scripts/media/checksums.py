"""Whether two copies are the same by the checksums that S3 keeps, without reading an object."""

import base64
import hashlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from scripts.backup.uploads import PART

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

    from scripts.media.places import Bucket

KEPT: Final = (
    "ChecksumSHA256",
    "ChecksumCRC64NVME",
    "ChecksumSHA1",
    "ChecksumCRC32C",
    "ChecksumCRC32",
    "ETag",
)
"""Of an object; which of them it has, and of what parts, is up to whoever has written it."""


class PartsDigest:
    """The digest of what is fed, as S3 keeps it of an upload in parts of one size, and as a whole.

    S3 keeps the digest of the digests of the parts, with their number (AWS: "Checking object
    integrity", composite checksums).
    """

    def __init__(self, algorithm: str = "sha256") -> None:
        self._algorithm = algorithm
        self._whole, self._part = self._new(), self._new()
        self._digests: list[bytes] = []
        self._size = 0

    def update(self, data: bytes) -> None:
        self._whole.update(data)
        while data:
            piece, data = data[: PART - self._size], data[PART - self._size :]
            self._part.update(piece)
            self._size += len(piece)
            if self._size == PART:
                self._end_part()

    def agrees(self, kept: str) -> bool | None:
        """Whether it is the checksum that S3 keeps, in hexadecimal for MD5, else in base64.

        None for one of parts of another number.
        """
        if self._size:
            self._end_part()
        checksum, _, parts = kept.partition("-")
        if not parts:
            return checksum == self._text(self._whole.digest())
        if int(parts) != len(self._digests):
            return None
        return checksum == self._text(self._new(b"".join(self._digests)).digest())

    def _end_part(self) -> None:
        self._digests.append(self._part.digest())
        self._part, self._size = self._new(), 0

    def _new(self, data: bytes = b"") -> Any:
        return hashlib.new(self._algorithm, data, usedforsecurity=False)

    def _text(self, digest: bytes) -> str:
        return digest.hex() if self._algorithm == "md5" else base64.b64encode(digest).decode()


def same_objects(one: "Bucket", other: "Bucket", name: str) -> bool:
    """Whether two objects have a checksum in common; False also when nobody can tell."""
    with suppress(ClientError):
        first, second = _head(one, name), _head(other, name)
        return any(first.get(kind) and first.get(kind) == second.get(kind) for kind in KEPT)
    return False


def same_file(bucket: "Bucket", name: str, path: Path) -> bool:
    """Whether a file has the SHA-256 or the ETag of an object; False also when nobody can tell.

    An ETag is an MD5 where the bucket does not encrypt with a key of KMS, and else like nothing.
    """
    with suppress(ClientError, OSError):
        head = _head(bucket, name)
        sha256, md5 = PartsDigest(), PartsDigest("md5")
        with path.open("rb") as file:
            while piece := file.read(PART):
                sha256.update(piece)
                md5.update(piece)
        kept = head.get("ChecksumSHA256")
        return bool((kept and sha256.agrees(kept)) or md5.agrees(head["ETag"].strip('"')))
    return False


def is_of_our_parts(bucket: "Bucket", name: str) -> bool:
    """Whether an object was sent in parts of the size that is computed with here."""
    first = bucket.client.head_object(Bucket=bucket.bucket, Key=bucket.prefix + name, PartNumber=1)
    return first["ContentLength"] == PART


def _head(bucket: "Bucket", name: str) -> "HeadObjectOutputTypeDef":
    key = bucket.prefix + name
    return bucket.client.head_object(Bucket=bucket.bucket, Key=key, ChecksumMode="ENABLED")
