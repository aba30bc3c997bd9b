"""Buckets log who read or wrote what."""

from collections.abc import Iterator

from evaluation.buckets import BUCKET_POLICIES, BUCKETS, LOGGINGS, configurations
from evaluation.levels import Severity
from evaluation.references import fsbp, guide, pci
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, OnUnknown, StackRule


def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Reject a bucket without access logs; one that takes the logs of others has none itself."""
    # Whatever logs to a bucket may have its name from the policy that lets it.
    ways = [bucket, *configurations(bucket, stack, BUCKET_POLICIES)]
    takes_logs = stack.attached(bucket, LOGGINGS, "targetBucket", "bucket") or any(
        stack.made_from(way, LOGGINGS, "targetBucket") for way in ways
    )
    if not takes_logs and not configurations(bucket, stack, LOGGINGS):
        yield (
            f"bucket {bucket.name} logs no access, so nobody can tell afterwards who read or "
            "wrote what. Add a BucketLogging for it."
        )


BUCKET_ACCESS_LOGS = StackRule(
    name="bucket-access-logs",
    title="Buckets log every access",
    why="Without it a leak of backups or media can be noticed, but not traced.",
    severity=Severity.MEDIUM,
    references=(guide("Security Monitoring 1"), fsbp("S3.9"), pci("10.2.1")),
    fix="Add a BucketLogging that writes to a bucket for logs.",
    example=Example(violates="a Bucket alone", complies="a Bucket and its BucketLogging"),
    on_unknown=OnUnknown.REPORT,
    resource_types=BUCKETS,
    beside=(*LOGGINGS, *BUCKET_POLICIES),
    check=check,
)
