"""S3 as moto's server speaks it."""

import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import httpx

from tests.services.ports import free_port

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

START_SECONDS = 60
REGION = "eu-central-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


@dataclass(frozen=True)
class ObjectStore:
    """A running server."""

    endpoint: str
    authority: Path | None = None
    """Certificate of the authority that signed the server's, when it speaks TLS."""

    def client(self, endpoint: str = "") -> "S3Client":
        """Return a client; through another endpoint, such as a faulty one, when it is named."""
        return boto3.Session(
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        ).client(  # pyright: ignore[reportUnknownMemberType]
            "s3",
            endpoint_url=endpoint or self.endpoint,
            verify=str(self.authority) if self.authority else None,
        )

    @contextmanager
    def checking_credentials(self) -> Generator[None]:
        """Let nobody in whom its IAM does not know, until the end of the block."""
        self._skip_checks("0")
        try:
            yield
        finally:
            self._skip_checks("inf")

    def _skip_checks(self, requests: str) -> None:
        answer = httpx.post(f"{self.endpoint}/moto-api/reset-auth", content=requests)
        answer.raise_for_status()

    def create(self, bucket: str) -> None:
        self.client().create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        pages = (
            self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        )
        return [entry.get("Key", "") for page in pages for entry in page.get("Contents", [])]

    def uploads(self, bucket: str) -> list[str]:
        """Keys of uploads that were begun and neither finished nor given up."""
        found = self.client().list_multipart_uploads(Bucket=bucket).get("Uploads", [])
        return [upload.get("Key", "") for upload in found]

    def empty(self, bucket: str) -> None:
        client = self.client()
        for key in self.keys(bucket):
            client.delete_object(Bucket=bucket, Key=key)
        for upload in client.list_multipart_uploads(Bucket=bucket).get("Uploads", []):
            client.abort_multipart_upload(
                Bucket=bucket, Key=upload.get("Key", ""), UploadId=upload.get("UploadId", "")
            )


@contextmanager
def object_store() -> Generator[ObjectStore]:
    """Run a server until the end of the block, in a process of its own as the real one is."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_it_listens(process, port)
        yield ObjectStore(endpoint=f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()


def _wait_until_it_listens(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "moto's server ended"
            assert time.monotonic() < deadline, "moto's server does not listen"
            time.sleep(0.05)
        else:
            return
