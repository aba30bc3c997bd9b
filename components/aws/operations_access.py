"""What the operations server may do."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.aws.image_access import pull
from components.aws.server_template import Permission, read_secrets
from service_config.operations_files import METRIC_NAMESPACE


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket that is used and not made here."""

    bucket: pulumi.Input[str]
    arn: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str] | None = None
    """When it is another key than the environment's own: a copy that a region is restored from."""


def permissions(
    *,
    configuration: Bucket,
    prefix: str,
    backups: Bucket,
    media: Bucket,
    secret_arns: Sequence[pulumi.Input[str]],
    alert_topic_arn: pulumi.Input[str],
    kms_key_arn: pulumi.Input[str],
    image: str,
) -> list[Permission]:
    """Return what fetching the configuration, watching, alerting and `ops` on timers take.

    Backups can be written and read, never deleted: they expire by the bucket's own rules.
    """
    keys = [each.kms_key_arn for each in (backups, media) if each.kms_key_arn is not None]
    return [
        # Prometheus finds servers by tag; AWS offers no narrower resource for this action.
        Permission(actions=["ec2:DescribeInstances"], resources=["*"]),
        Permission(actions=["sns:Publish"], resources=[alert_topic_arn]),
        Permission(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": [METRIC_NAMESPACE]}},
        ),
        *read_secrets(secret_arns, kms_key_arn),
        # To write into encrypted buckets and to publish to the encrypted topic.
        Permission(actions=["kms:GenerateDataKey"], resources=[kms_key_arn]),
        Permission(
            actions=["s3:ListBucket"],
            resources=[configuration.arn],
            conditions={"StringLike": {"s3:prefix": [f"{prefix}/*"]}},
        ),
        Permission(
            actions=["s3:GetObject"],
            resources=[pulumi.Output.concat(configuration.arn, f"/{prefix}/*")],
        ),
        Permission(actions=["s3:ListBucket"], resources=[backups.arn, media.arn]),
        Permission(
            actions=["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
            resources=[
                pulumi.Output.concat(backups.arn, "/*"),
                pulumi.Output.concat(media.arn, "/*"),
            ],
        ),
        *(
            [Permission(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=keys)]
            if keys
            else []
        ),
        *pull(image),
    ]
