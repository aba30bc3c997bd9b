"""The buckets for backups and media."""

import json
from dataclasses import dataclass
from typing import Any, Literal

import pulumi
from pulumi_aws import s3

from components.identity import Identity
from settings.storage import StorageSettings

Purpose = Literal["backups", "media"]

ABANDONED_UPLOAD_DAYS = 7
"""Parts of an upload that never finished are invisible but billed."""


@dataclass(frozen=True, kw_only=True)
class BucketArgs:
    """What the bucket holds, how long, and which key encrypts it."""

    identity: Identity
    purpose: Purpose
    settings: StorageSettings
    kms_key_arn: pulumi.Input[str]
    protect: bool
    """Refuse, in Pulumi, to delete or replace the bucket."""


class Bucket(pulumi.ComponentResource):
    """A private, versioned, encrypted bucket that answers over TLS only."""

    bucket: pulumi.Output[str]
    """The bucket's name."""
    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Bucket", name, None, opts)
        bucket = self._bucket(name, args)
        self.bucket = bucket.bucket
        self.arn = bucket.arn
        self._encryption(name, args)
        self._privacy(name)
        self._retention(name, args)
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})

    def _bucket(self, name: str, args: BucketArgs) -> s3.Bucket:
        return s3.Bucket(
            f"{name}-bucket",
            # A prefix, as bucket names are unique across all accounts. AWS adds 26 characters.
            bucket_prefix=f"{args.identity.name(args.purpose, limit=36)}-",
            force_destroy=args.settings.force_destroy,
            tags=args.identity.tags("storage", args.identity.name(args.purpose, limit=128)),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )

    def _encryption(self, name: str, args: BucketArgs) -> None:
        s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=self.bucket,
            rules=[
                s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=(
                        s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                            sse_algorithm="aws:kms", kms_master_key_id=args.kms_key_arn
                        )
                    ),
                    # One call to KMS per bucket and time window, not one per object.
                    bucket_key_enabled=True,
                )
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _privacy(self, name: str) -> None:
        s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=self.bucket,
            rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        public_access_block = s3.BucketPublicAccessBlock(
            f"{name}-public-access-block",
            bucket=self.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        s3.BucketPolicy(
            f"{name}-policy",
            bucket=self.bucket,
            policy=self.arn.apply(lambda arn: json.dumps(tls_only_policy(arn))),
            # S3 refuses a policy while it still changes the public access block.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[public_access_block]),
        )

    def _retention(self, name: str, args: BucketArgs) -> None:
        versioning = s3.BucketVersioning(
            f"{name}-versioning",
            bucket=self.bucket,
            versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(
                status="Enabled"
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=self.bucket,
            rules=[lifecycle_rule(args.purpose, args.settings)],
            # Rules about old versions mean nothing before there are versions.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )


def lifecycle_rule(
    purpose: Purpose, settings: StorageSettings
) -> s3.BucketLifecycleConfigurationRuleArgs:
    """What S3 deletes by itself, and after how many days; current media it never does."""
    expiration = s3.BucketLifecycleConfigurationRuleExpirationArgs(
        days=settings.backup_retention_days
    )
    return s3.BucketLifecycleConfigurationRuleArgs(
        id="retention",
        status="Enabled",
        # An empty filter means every object.
        filter=s3.BucketLifecycleConfigurationRuleFilterArgs(),
        expiration=expiration if purpose == "backups" else None,
        noncurrent_version_expiration=(
            s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=settings.noncurrent_days
            )
        ),
        abort_incomplete_multipart_upload=(
            s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=ABANDONED_UPLOAD_DAYS
            )
        ),
    )


def tls_only_policy(bucket_arn: str) -> dict[str, Any]:
    """Deny every request over plain HTTP, whoever makes it."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [bucket_arn, f"{bucket_arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
