"""Uploads to S3 in parts, and those that were begun and never finished.

What was not finished is invisible as an object, and paid for all the same.
"""

import base64
import contextlib
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from scripts import clock
from scripts.faults import is_missing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART: Final = 8 << 20
"""Bytes of a part of an upload: S3 takes 10,000 of them, and no smaller ones than 5 MiB."""


class Upload:
    """An upload to S3, in parts once it is larger than one. S3 checks the SHA-256 of each."""

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        self._client, self._bucket, self._key = client, bucket, key
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


def unfinished(
    client: "S3Client", bucket: str, prefix: str, older_than: timedelta
) -> Iterator[tuple[str, str]]:
    """Yield (key, upload) of those that were begun so long ago, by the clock of S3."""
    pages = client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        now = clock.of(page)
        for upload in page.get("Uploads", []):
            if now - upload.get("Initiated", now) >= older_than:
                yield upload.get("Key", ""), upload.get("UploadId", "")


def give_up(client: "S3Client", bucket: str, key: str, upload: str) -> None:
    """Remove what was uploaded of one."""
    try:
        client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
    except ClientError as error:
        if not is_missing(error):  # it ended by itself in the meantime
            raise


def sha256_base64(data: bytes) -> str:
    """Return a checksum as S3 wants it."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
