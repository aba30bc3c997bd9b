"""The trail of every call to the account's API."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi
from pulumi_aws import cloudtrail, cloudwatch, iam

from components.identity import Identity

LOG_DAYS: Final = 365
"""Auditors ask who did what for a year back; the bucket keeps the same events longer."""


@dataclass(frozen=True, kw_only=True)
class AuditTrailArgs:
    """Where the trail is kept, and which buckets' objects it watches."""

    identity: Identity
    region: str
    account_id: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    bucket: pulumi.Input[str]
    """Name of the audit bucket, whose policy has `audit_statements`: CloudTrail looks at it when
    the trail is made, so the bucket must be among the component's `depends_on`."""
    data_buckets: Sequence[pulumi.Input[str]] = field(default_factory=tuple)
    """ARNs of buckets; every read and write of their objects is recorded."""


class AuditTrail(pulumi.ComponentResource):
    """A trail of all regions, signed, encrypted, kept in a bucket and in CloudWatch Logs."""

    arn: pulumi.Output[str]
    log_group: pulumi.Output[str]
    """Name of the log group, which alarms count events in."""

    def __init__(
        self, name: str, args: AuditTrailArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:AuditTrail", name, None, opts)
        group = self._log_group(name, args)
        role, policy = self._delivery(name, args, group)
        trail = self._trail(name, args, group, role, policy)
        self.arn = trail.arn
        self.log_group = group.name
        self.register_outputs({"arn": self.arn, "log_group": self.log_group})

    def _log_group(self, name: str, args: AuditTrailArgs) -> cloudwatch.LogGroup:
        return cloudwatch.LogGroup(
            f"{name}-log-group",
            name=args.identity.path("audit-trail"),
            kms_key_id=args.kms_key_arn,
            retention_in_days=LOG_DAYS,
            tags=args.identity.tags("audit", args.identity.name(name, limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _delivery(
        self, name: str, args: AuditTrailArgs, group: cloudwatch.LogGroup
    ) -> tuple[iam.Role, iam.RolePolicy]:
        physical_name = args.identity.name(name, limit=64)
        role = iam.Role(
            f"{name}-role",
            name=physical_name,
            description="Lets CloudTrail write to its log group",
            assume_role_policy=pulumi.Output.from_input(args.account_id).apply(
                lambda account_id: json.dumps(trust_policy(trail_arn(args, account_id)))
            ),
            tags=args.identity.tags("audit", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        policy = iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=group.arn.apply(lambda arn: json.dumps(delivery_policy(arn))),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return role, policy

    def _trail(
        self,
        name: str,
        args: AuditTrailArgs,
        group: cloudwatch.LogGroup,
        role: iam.Role,
        policy: iam.RolePolicy,
    ) -> cloudtrail.Trail:
        physical_name = trail_name(args.identity)
        return cloudtrail.Trail(
            f"{name}-trail",
            name=physical_name,
            s3_bucket_name=args.bucket,
            is_multi_region_trail=True,
            include_global_service_events=True,
            # Signed digests, by which a changed or deleted file is found out.
            enable_log_file_validation=True,
            enable_logging=True,
            kms_key_id=args.kms_key_arn,
            cloud_watch_logs_group_arn=pulumi.Output.concat(group.arn, ":*"),
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selectors=_selectors(args.data_buckets),
            tags=args.identity.tags("audit", physical_name),
            # CloudTrail tries both deliveries before it makes the trail.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )


def trail_name(identity: Identity) -> str:
    """Physical name of the trail, which the bucket's policy names before there is a trail."""
    return identity.name("audit", limit=128)


def trail_arn(args: AuditTrailArgs, account_id: str) -> str:
    """ARN of the trail, known before it is made."""
    return f"arn:aws:cloudtrail:{args.region}:{account_id}:trail/{trail_name(args.identity)}"


def _selectors(
    buckets: Sequence[pulumi.Input[str]],
) -> list[cloudtrail.TrailAdvancedEventSelectorArgs]:
    """All management events, and what happens to the objects of some buckets."""
    selectors = [_selector("Management events", _field("eventCategory", ["Management"]))]
    if buckets:
        objects = cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs(
            field="resources.ARN",
            starts_withs=[pulumi.Output.concat(arn, "/") for arn in buckets],
        )
        selectors.append(
            _selector(
                "Objects of buckets",
                _field("eventCategory", ["Data"]),
                _field("resources.type", ["AWS::S3::Object"]),
                objects,
            )
        )
    return selectors


def _selector(
    name: str, *fields: cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs
) -> cloudtrail.TrailAdvancedEventSelectorArgs:
    return cloudtrail.TrailAdvancedEventSelectorArgs(name=name, field_selectors=list(fields))


def _field(
    name: str, values: Sequence[str]
) -> cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs:
    return cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs(field=name, equals=list(values))


def trust_policy(trail: str) -> dict[str, Any]:
    """Only this trail may take the role (AWS: cross-service confused deputy prevention)."""
    return _document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceArn": trail}},
            }
        ]
    )


def delivery_policy(log_group_arn: str) -> dict[str, Any]:
    """What CloudTrail needs to deliver to the group (AWS: sending events to CloudWatch Logs)."""
    return _document(
        [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": [f"{log_group_arn}:log-stream:*"],
            }
        ]
    )


def audit_statements(
    bucket_arn: str, *, identity: Identity, region: str, account_id: str
) -> list[dict[str, Any]]:
    """Statements of the audit bucket's policy, for the trail and for AWS Config.

    Each service may look at the bucket and write below its own prefix of this account, CloudTrail
    for this trail only (AWS: S3 bucket policy for CloudTrail; permissions for the S3 bucket of the
    AWS Config delivery channel).
    """
    trail = f"arn:aws:cloudtrail:{region}:{account_id}:trail/{trail_name(identity)}"
    of_the_trail = {"aws:SourceArn": trail}
    of_the_account = {"aws:SourceAccount": account_id}
    logs = f"{bucket_arn}/AWSLogs/{account_id}"
    return [
        _service("TrailLooks", "cloudtrail", ["s3:GetBucketAcl"], bucket_arn, of_the_trail),
        _service("TrailWrites", "cloudtrail", ["s3:PutObject"], f"{logs}/*", of_the_trail),
        _service(
            "ConfigLooks",
            "config",
            ["s3:GetBucketAcl", "s3:ListBucket"],
            bucket_arn,
            of_the_account,
        ),
        _service("ConfigWrites", "config", ["s3:PutObject"], f"{logs}/Config/*", of_the_account),
    ]


def _service(
    sid: str, service: str, actions: Sequence[str], resource: str, equal: dict[str, str]
) -> dict[str, Any]:
    # Both send this header and are refused without it; the bucket's owner then owns the objects.
    owned = {"s3:x-amz-acl": "bucket-owner-full-control"} if "s3:PutObject" in actions else {}
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": list(actions),
        "Resource": resource,
        "Condition": {"StringEquals": {**equal, **owned}},
    }


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}
