"""Alarms on the copies of buckets, on either side of the replication."""

from dataclasses import dataclass

import pulumi

from components.aws.alarms import Alarm, Metric
from components.aws.storage_copy import REPLICATION_MINUTES, RULE

MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class CopiedBucket:
    """A bucket, and the one that it is copied to."""

    source: pulumi.Input[str]
    copy: pulumi.Input[str]


def failure_alarms(purpose: str, copied: CopiedBucket) -> dict[str, Alarm]:
    """The alarm on objects that S3 gave up copying.

    It belongs into the source's region, where S3 tells of failures, even when the copy is gone
    (AWS: Using S3 Replication metrics).
    """
    return {
        f"{purpose}-copy-failed": Alarm(
            role="storage",
            runbook="copy-failed",
            summary=f"S3 could not copy something of the {purpose} bucket to the second region, "
            "and does not try again.",
            metrics={"failed": _metric("OperationsFailedReplication", copied, "Sum")},
            comparison=">",
            threshold=0,
            period_seconds=5 * MINUTE,
            periods=1,
            # S3 tells nothing where nothing was copied.
            missing="notBreaching",
        )
    }


def delay_alarms(purpose: str, copied: CopiedBucket) -> dict[str, Alarm]:
    """The alarm on a copy that is behind by more than S3 answers for.

    It belongs into the copy's region, where S3 tells how far behind it is.
    """
    return {
        f"{purpose}-copy-late": Alarm(
            role="storage",
            runbook="copy-late",
            summary=f"The copy of the {purpose} bucket is more than {REPLICATION_MINUTES} minutes "
            "behind.",
            metrics={"latency": _metric("ReplicationLatency", copied, "Maximum")},
            comparison=">",
            threshold=REPLICATION_MINUTES * MINUTE,
            period_seconds=5 * MINUTE,
            periods=1,
            # Metrics come best-effort, and not before a quarter of an hour after the beginning.
            missing="missing",
        )
    }


def _metric(name: str, copied: CopiedBucket, statistic: str) -> Metric:
    return Metric(
        namespace="AWS/S3",
        name=name,
        dimensions={
            "SourceBucket": copied.source,
            "DestinationBucket": copied.copy,
            "RuleId": RULE,
        },
        statistic=statistic,
    )
