"""Uploads that were begun and not finished: invisible as objects, and paid for all the same."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from scripts import clock
from scripts.faults import is_missing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


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
