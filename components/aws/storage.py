"""The buckets for backups, media, configuration, logs and the audit trail."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import s3

from components.aws.bucket_lifecycle import Purpose, lifecycle_rules
from components.aws.bucket_policy import SERVER_ACCESS_PREFIX, Statement, bucket_policy, locked
from components.identity import Identity, Role
from settings.storage import StorageSettings

Statements = Callable[[str], pulumi.Input[list[Statement]]]
"""Statements of a bucket policy, made from the bucket's ARN."""


@dataclass(frozen=True, kw_only=True)
class BucketArgs:
    """What the bucket holds, how long, and which key encrypts it."""

    identity: Identity
    purpose: Purpose
    settings: StorageSettings
    kms_key_arn: pulumi.Input[str] | None
    """None: a key of S3's own. Load balancers and S3's access logs reach no other bucket."""
    protect: bool
    """Refuse, in Pulumi, to delete or replace the bucket."""
    region: str | None = None
    """None: that of the stack. Any other one holds a copy, and the bucket's name says so."""
    log_bucket: pulumi.Input[str] | None = None
    """Takes a record of each request: `writable` of a bucket for logs in the same region."""
    statements: Statements | None = None
    """What the bucket's policy says besides."""
    role: Role = "storage"


class Bucket(pulumi.ComponentResource):
    """A private, versioned, encrypted bucket that answers over TLS only.

    Unless the settings say that the stack is thrown away, the bucket stays when the stack is
    destroyed, and with it all that guards it: another stack may be using it by then.
    """

    bucket: pulumi.Output[str]
    """The bucket's name."""
    arn: pulumi.Output[str]
    writable: pulumi.Output[str]
    """The name, known once the policy holds: for services that try to write when they are told."""
    versioned: pulumi.Output[str]
    """The name, known once every version is kept: replication asks for that."""

    def __init__(
        self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Bucket", name, None, opts)
        self._args = args
        bucket = self._bucket(name)
        self.bucket = bucket.bucket
        self.arn = bucket.arn
        self._encryption(name)
        policy = self._privacy(name)
        self.writable = policy.bucket
        versioning = self._versioning(name)
        # From both, so that a preview tells whose name it is before anybody knows it.
        self.versioned = pulumi.Output.all(self.bucket, versioning.bucket).apply(
            lambda names: names[0]
        )
        self._lifecycle(name, versioning)
        if args.log_bucket is not None:
            self._access_log(name, args.log_bucket)
        if self._lock_days is not None:
            self._lock(name, self._lock_days, versioning)
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})

    @property
    def _lock_days(self) -> int | None:
        return self._args.settings.object_lock_days if self._args.purpose == "backups" else None

    def _bucket(self, name: str) -> s3.Bucket:
        identity, purpose = self._args.identity, self._args.purpose
        parts = (purpose,) if self._args.region is None else (purpose, "copy")
        return s3.Bucket(
            f"{name}-bucket",
            # A prefix, as bucket names are unique across all accounts. AWS adds 26 characters.
            bucket_prefix=f"{identity.name(*parts, limit=36)}-",
            force_destroy=self._args.settings.force_destroy,
            # Only a new bucket can get it without AWS's support.
            object_lock_enabled=True if self._lock_days is not None else None,
            region=self._args.region,
            tags=identity.tags(self._args.role, identity.name(*parts, limit=128)),
            opts=self._opts(protect=self._args.protect),
        )

    def _opts(
        self, *, protect: bool | None = None, depends_on: list[pulumi.Resource] | None = None
    ) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            protect=protect,
            retain_on_delete=not self._args.settings.force_destroy,
            depends_on=depends_on,
        )

    def _encryption(self, name: str) -> None:
        key = self._args.kms_key_arn
        by_default = (
            s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                sse_algorithm="AES256" if key is None else "aws:kms", kms_master_key_id=key
            )
        )
        s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=self.bucket,
            rules=[
                s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=by_default,
                    # One call to KMS per bucket and time window, not one per object.
                    bucket_key_enabled=True if key is not None else None,
                )
            ],
            region=self._args.region,
            opts=self._opts(),
        )

    def _privacy(self, name: str) -> s3.BucketPolicy:
        s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=self.bucket,
            rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            region=self._args.region,
            opts=self._opts(),
        )
        public_access_block = s3.BucketPublicAccessBlock(
            f"{name}-public-access-block",
            bucket=self.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            region=self._args.region,
            opts=self._opts(),
        )
        return s3.BucketPolicy(
            f"{name}-policy",
            bucket=self.bucket,
            policy=self._policy(),
            region=self._args.region,
            # S3 refuses a policy while it still changes the public access block.
            opts=self._opts(depends_on=[public_access_block]),
        )

    def _policy(self) -> pulumi.Output[str]:
        besides = self._args.statements or _nothing
        parts: pulumi.Output[dict[str, Any]] = pulumi.Output.all(
            arn=self.arn, key=self._args.kms_key_arn, besides=self.arn.apply(besides)
        )
        has_lock = self._lock_days is not None

        def text(part: dict[str, Any]) -> str:
            lock = locked(part["arn"]) if has_lock else []
            return json.dumps(bucket_policy(part["arn"], part["key"], [*lock, *part["besides"]]))

        return parts.apply(text)

    def _versioning(self, name: str) -> s3.BucketVersioning:
        return s3.BucketVersioning(
            f"{name}-versioning",
            bucket=self.bucket,
            versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(
                status="Enabled"
            ),
            region=self._args.region,
            opts=self._opts(),
        )

    def _lifecycle(self, name: str, versioning: s3.BucketVersioning) -> None:
        s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=self.bucket,
            rules=lifecycle_rules(self._args.purpose, self._args.settings),
            region=self._args.region,
            # Rules about old versions mean nothing before there are versions.
            opts=self._opts(depends_on=[versioning]),
        )

    def _access_log(self, name: str, log_bucket: pulumi.Input[str]) -> None:
        partitioned = s3.BucketLoggingTargetObjectKeyFormatPartitionedPrefixArgs(
            partition_date_source="EventTime"
        )
        s3.BucketLogging(
            f"{name}-access-log",
            bucket=self.bucket,
            target_bucket=log_bucket,
            target_prefix=SERVER_ACCESS_PREFIX,
            # …/account/region/bucket/year/month/day/…, so that a query reads the days it asks for.
            target_object_key_format=s3.BucketLoggingTargetObjectKeyFormatArgs(
                partitioned_prefix=partitioned
            ),
            region=self._args.region,
            opts=self._opts(),
        )

    def _lock(self, name: str, days: int, versioning: s3.BucketVersioning) -> None:
        s3.BucketObjectLockConfiguration(
            f"{name}-lock",
            bucket=self.bucket,
            rule=s3.BucketObjectLockConfigurationRuleArgs(
                default_retention=s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
                    # The other mode, COMPLIANCE, cannot be undone by anybody, not even where a
                    # mistaken number of days or the law wants a backup gone. Here the bucket's
                    # policy must be changed first, which is rare and stands in the audit trail.
                    mode="GOVERNANCE",
                    days=days,
                )
            ),
            region=self._args.region,
            opts=self._opts(depends_on=[versioning]),
        )


def _nothing(_: str) -> list[Statement]:
    return []
