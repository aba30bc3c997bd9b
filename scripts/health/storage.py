"""Buckets, and how old the newest backup is."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from scripts import clock
from scripts.health.check import SECONDS, Finding, State, skipped
from scripts.settings import OpsSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BACKUP_CRITICAL_HOURS = 26
"""As the alert BackupTooOld has it: one runs daily."""

PREFIX, LAST_WRITTEN = "database/", "/manifest.json"
"""Of a backup, the manifest is written last."""


def client(settings: OpsSettings) -> "S3Client":
    """Return a client of S3 that does not wait long: health is asked when something is wrong."""
    bounded = Config(
        retries={"mode": "standard", "total_max_attempts": 2},
        connect_timeout=SECONDS,
        read_timeout=SECONDS,
        s3={"addressing_style": "path" if settings.aws_endpoint_url else "auto"},
    )
    return boto3.Session(  # pyright: ignore[reportUnknownMemberType]
        region_name=settings.aws_region
    ).client("s3", endpoint_url=settings.aws_endpoint_url, config=bounded)


def bucket(s3: "S3Client", name: str | None, what: str) -> list[Finding]:
    """Find out whether a bucket is there and lets us in.

    Args:
        what: `backup` or `media`.
    """
    if name is None:
        return [skipped(f"{what} bucket", f"{what.upper()}_BUCKET")]
    s3.head_bucket(Bucket=name)
    s3.list_objects_v2(Bucket=name, MaxKeys=1)
    return [Finding(name=f"{what} bucket", state=State.OK, detail=f"{name} can be listed")]


def backup_age(s3: "S3Client", name: str | None) -> list[Finding]:
    """Find out when the newest backup was finished."""
    if name is None:
        return [skipped("backup age", "BACKUP_BUCKET")]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name, Prefix=PREFIX)
    # By the clock of S3: this machine's may be wrong.
    ages = [
        clock.of(page, datetime.now(UTC)) - entry["LastModified"]
        for page in pages
        for entry in page.get("Contents", [])
        if entry.get("Key", "").endswith(LAST_WRITTEN) and "LastModified" in entry
    ]
    if not ages:
        detail = f"{name} has no finished backup: run `ops backup`"
        return [Finding(name="backup age", state=State.CRITICAL, detail=detail)]
    hours = min(ages).total_seconds() / 3600
    state = State.CRITICAL if hours > BACKUP_CRITICAL_HOURS else State.OK
    detail = f"the newest of {len(ages)} was finished {hours:.1f} h ago"
    return [Finding(name="backup age", state=state, detail=detail)]
