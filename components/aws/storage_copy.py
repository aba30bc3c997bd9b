"""Copies of buckets in a second region, for the day on which the first one is lost."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import iam, s3

from components.aws.bucket_lifecycle import Purpose
from components.aws.storage import Bucket, BucketArgs
from components.identity import Identity
from settings.storage import StorageSettings

REPLICATION_MINUTES = 15
"""The time for which S3 answers, and the only one that it offers (Replication Time Control)."""

RULE = "copy"
"""Name of the one rule, by which CloudWatch tells how it is doing."""


@dataclass(frozen=True, kw_only=True)
class BucketCopyArgs:
    """Which bucket is copied, where to, and by which keys both are encrypted."""

    identity: Identity
    account_id: pulumi.Input[str]
    purpose: Purpose
    settings: StorageSettings
    source_bucket: pulumi.Input[str]
    """Its name, known once it keeps versions."""
    source_arn: pulumi.Input[str]
    source_region: str
    source_kms_key_arn: pulumi.Input[str]
    region: str
    """The second region."""
    copy_kms_key_arn: pulumi.Input[str]
    """A key of the second region: the first one's is lost together with it."""
    protect: bool
    """Refuse, in Pulumi, to delete or replace the copy."""


class BucketCopy(pulumi.ComponentResource):
    """A bucket of the same kind in a second region, and the replication that fills it.

    Only what is written after the replication began is copied.
    """

    bucket: pulumi.Output[str]
    """The copy's name."""
    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: BucketCopyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:BucketCopy", name, None, opts)
        copy = self._copy(name, args)
        self.bucket = copy.bucket
        self.arn = copy.arn
        role = self._role(name, args)
        rights = self._rights(name, args, role)
        self._replication(name, args, role, waits_for=[copy, rights])
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})

    def _copy(self, name: str, args: BucketCopyArgs) -> Bucket:
        copy = BucketArgs(
            identity=args.identity,
            purpose=args.purpose,
            settings=args.settings,
            kms_key_arn=args.copy_kms_key_arn,
            protect=args.protect,
            region=args.region,
        )
        return Bucket(name, copy, opts=pulumi.ResourceOptions(parent=self))

    def _role(self, name: str, args: BucketCopyArgs) -> iam.Role:
        physical_name = args.identity.name(args.purpose, "replication", limit=64)
        trust = pulumi.Output.all(args.source_arn, args.account_id).apply(
            lambda known: json.dumps(trust_policy(*known))
        )
        return iam.Role(
            f"{name}-replication",
            name=physical_name,
            description=f"Lets S3 copy the {args.purpose} bucket to another region",
            assume_role_policy=trust,
            tags=args.identity.tags("storage", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _rights(self, name: str, args: BucketCopyArgs, role: iam.Role) -> iam.RolePolicy:
        known = pulumi.Output.all(
            source_arn=args.source_arn,
            source_key=args.source_kms_key_arn,
            copy_arn=self.arn,
            copy_key=args.copy_kms_key_arn,
        )
        regions = {"source_region": args.source_region, "copy_region": args.region}
        return iam.RolePolicy(
            f"{name}-replication",
            role=role.name,
            policy=known.apply(lambda each: json.dumps(replication_policy(**each, **regions))),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _replication(
        self,
        name: str,
        args: BucketCopyArgs,
        role: iam.Role,
        *,
        waits_for: list[pulumi.Resource],
    ) -> None:
        s3.BucketReplicationConfig(
            f"{name}-replication",
            bucket=args.source_bucket,
            role=role.arn,
            rules=[self._rule(args)],
            # It ends with the stack, though both buckets may stay: nobody writes into the copy
            # behind the back of a stack that uses it.
            # S3 wants both buckets versioned before, and tries nothing again that it may not copy.
            opts=pulumi.ResourceOptions(parent=self, depends_on=waits_for),
        )

    def _rule(self, args: BucketCopyArgs) -> s3.BucketReplicationConfigRuleArgs:
        # Who deletes the backups of one region must not have deleted those of the other. Media
        # that a user deletes must go from both.
        deletions = "Disabled" if args.purpose == "backups" else "Enabled"
        return s3.BucketReplicationConfigRuleArgs(
            id=RULE,
            status="Enabled",
            priority=0,
            filter=s3.BucketReplicationConfigRuleFilterArgs(),
            delete_marker_replication=s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs(
                status=deletions
            ),
            source_selection_criteria=s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs(
                sse_kms_encrypted_objects=(
                    s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(
                        status="Enabled"
                    )
                )
            ),
            destination=self._destination(args),
        )

    def _destination(self, args: BucketCopyArgs) -> s3.BucketReplicationConfigRuleDestinationArgs:
        return s3.BucketReplicationConfigRuleDestinationArgs(
            bucket=self.arn,
            encryption_configuration=(
                s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(
                    replica_kms_key_id=args.copy_kms_key_arn
                )
            ),
            replication_time=s3.BucketReplicationConfigRuleDestinationReplicationTimeArgs(
                status="Enabled",
                time=s3.BucketReplicationConfigRuleDestinationReplicationTimeTimeArgs(
                    minutes=REPLICATION_MINUTES
                ),
            ),
            metrics=s3.BucketReplicationConfigRuleDestinationMetricsArgs(
                status="Enabled",
                event_threshold=s3.BucketReplicationConfigRuleDestinationMetricsEventThresholdArgs(
                    minutes=REPLICATION_MINUTES
                ),
            ),
        )


def trust_policy(source_arn: str, account_id: str) -> dict[str, Any]:
    """Let S3 act on behalf of this bucket and no other; a bucket's ARN names no account."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account_id},
                    "ArnLike": {"aws:SourceArn": source_arn},
                },
            }
        ],
    }


def replication_policy(
    *,
    source_arn: str,
    source_key: str,
    source_region: str,
    copy_arn: str,
    copy_key: str,
    copy_region: str,
) -> dict[str, Any]:
    """Read the one bucket and write the other (AWS: Setting up permissions for replication)."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], source_arn),
            _allow(
                [
                    "s3:GetObjectVersionForReplication",
                    "s3:GetObjectVersionAcl",
                    "s3:GetObjectVersionTagging",
                    # Of a locked bucket the copies are locked for as long.
                    "s3:GetObjectRetention",
                    "s3:GetObjectLegalHold",
                ],
                f"{source_arn}/*",
            ),
            _allow(
                ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"], f"{copy_arn}/*"
            ),
            # With a bucket key, the context of the encryption is the bucket and not the object.
            _allow(["kms:Decrypt"], source_key, _through_s3(source_region, source_arn)),
            _allow(
                ["kms:Encrypt", "kms:GenerateDataKey"],
                copy_key,
                _through_s3(copy_region, copy_arn),
            ),
        ],
    }


def _through_s3(region: str, bucket_arn: str) -> dict[str, Any]:
    return {
        "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
        "ArnLike": {"kms:EncryptionContext:aws:s3:arn": [bucket_arn, f"{bucket_arn}/*"]},
    }


def _allow(
    actions: list[str], resource: str, condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": actions,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    }
