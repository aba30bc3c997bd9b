"""What the operations server may do; `procedure_access` has what procedures need besides."""

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
    """Return what fetching the configuration, watching, alerting and backups take.

    Backups can be written and read, never deleted: they expire by the bucket's own rules.
    """
    keys = [each.kms_key_arn for each in (backups, media) if each.kms_key_arn is not None]
    return [
        *_watching(alert_topic_arn),
        *read_secrets(secret_arns, kms_key_arn),
        # To write into encrypted buckets and to publish to the encrypted topic.
        Permission(actions=["kms:GenerateDataKey"], resources=[kms_key_arn]),
        *_configuration(configuration, prefix),
        *_data(backups, media),
        *(
            [Permission(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=keys)]
            if keys
            else []
        ),
        *pull(image),
    ]


def _watching(alert_topic_arn: pulumi.Input[str]) -> list[Permission]:
    return [
        # Prometheus finds servers by tag; AWS offers no narrower resource for this action.
        Permission(actions=["ec2:DescribeInstances"], resources=["*"]),
        Permission(actions=["sns:Publish"], resources=[alert_topic_arn]),
        Permission(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": [METRIC_NAMESPACE]}},
        ),
    ]


def _configuration(configuration: Bucket, prefix: str) -> list[Permission]:
    return [
        Permission(
            actions=["s3:ListBucket"],
            resources=[configuration.arn],
            conditions={"StringLike": {"s3:prefix": [f"{prefix}/*"]}},
        ),
        Permission(
            actions=["s3:GetObject"],
            resources=[pulumi.Output.concat(configuration.arn, f"/{prefix}/*")],
        ),
    ]


def _data(backups: Bucket, media: Bucket) -> list[Permission]:
    return [
        Permission(
            actions=[
                "s3:ListBucket",
                # `ops security-scan` looks at how they are configured.
                "s3:GetBucketPolicy",
                "s3:GetBucketPublicAccessBlock",
                "s3:GetBucketVersioning",
                "s3:GetEncryptionConfiguration",
            ],
            resources=[backups.arn, media.arn],
        ),
        # A backup gives up what one before it has left unfinished.
        Permission(actions=["s3:ListBucketMultipartUploads"], resources=[backups.arn]),
        Permission(
            actions=["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
            resources=[
                pulumi.Output.concat(backups.arn, "/*"),
                pulumi.Output.concat(media.arn, "/*"),
            ],
        ),
    ]
