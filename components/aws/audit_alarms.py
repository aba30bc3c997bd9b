"""Alarms on what the trail records (CIS AWS Foundations Benchmark, section 4)."""

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws import cloudwatch

from components.identity import Identity

NAMESPACE: Final = "messaging-app/audit"

PERIOD_SECONDS: Final = 300


@dataclass(frozen=True, kw_only=True)
class Watched:
    """Something that the trail records, and that somebody must hear of."""

    pattern: str
    """Filter of CloudWatch Logs over the trail's events."""
    meaning: str
    threshold: int = 1
    """Events in five minutes."""


def _calls(service: str, *names: str) -> str:
    """A filter for calls of one service."""
    called = " || ".join(f"($.eventName = {name})" for name in names)
    return f"{{ ($.eventSource = {service}.amazonaws.com) && ({called}) }}"


WATCHED: Final[dict[str, Watched]] = {
    "unauthorized-calls": Watched(
        pattern='{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
        meaning="Many calls were refused: somebody probes for rights, or a role lost some.",
        # Services of AWS itself try what they may do; single refusals mean nothing.
        threshold=10,
    ),
    "console-without-mfa": Watched(
        pattern='{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && '
        '($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
        meaning="Somebody signed in to the console without a second factor.",
    ),
    "root-use": Watched(
        pattern='{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS) && '
        '($.eventType != "AwsServiceEvent") }',
        meaning="The root user, who may do everything, was used.",
    ),
    "iam-policy": Watched(
        pattern=_calls(
            "iam",
            "DeleteGroupPolicy",
            "DeleteRolePolicy",
            "DeleteUserPolicy",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
            "CreatePolicy",
            "DeletePolicy",
            "CreatePolicyVersion",
            "DeletePolicyVersion",
            "AttachRolePolicy",
            "DetachRolePolicy",
            "AttachUserPolicy",
            "DetachUserPolicy",
            "AttachGroupPolicy",
            "DetachGroupPolicy",
        ),
        meaning="Rights of users or roles were changed.",
    ),
    "trail": Watched(
        pattern=_calls(
            "cloudtrail",
            "CreateTrail",
            "UpdateTrail",
            "DeleteTrail",
            "StartLogging",
            "StopLogging",
            "PutEventSelectors",
        ),
        meaning="The trail itself was changed.",
    ),
    "console-failures": Watched(
        pattern='{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
        meaning="Sign-ins to the console failed: somebody guesses passwords.",
        threshold=3,
    ),
    "key-deletion": Watched(
        pattern=_calls("kms", "DisableKey", "ScheduleKeyDeletion"),
        meaning="A key was disabled or will be deleted, and with it all that it encrypts.",
    ),
    "bucket-policy": Watched(
        pattern=_calls(
            "s3",
            "PutBucketAcl",
            "PutBucketPolicy",
            "PutBucketCors",
            "PutBucketLifecycle",
            "PutBucketReplication",
            "DeleteBucketPolicy",
            "DeleteBucketCors",
            "DeleteBucketLifecycle",
            "DeleteBucketReplication",
        ),
        meaning="Who may read a bucket, or how long it keeps its objects, was changed.",
    ),
    "config": Watched(
        pattern=_calls(
            "config",
            "StopConfigurationRecorder",
            "DeleteDeliveryChannel",
            "PutDeliveryChannel",
            "PutConfigurationRecorder",
        ),
        meaning="AWS Config was changed or stopped.",
    ),
    "security-groups": Watched(
        pattern=_calls(
            "ec2",
            "AuthorizeSecurityGroupIngress",
            "AuthorizeSecurityGroupEgress",
            "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress",
            "CreateSecurityGroup",
            "DeleteSecurityGroup",
        ),
        meaning="Firewall rules were changed.",
    ),
    "network-acl": Watched(
        pattern=_calls(
            "ec2",
            "CreateNetworkAcl",
            "CreateNetworkAclEntry",
            "DeleteNetworkAcl",
            "DeleteNetworkAclEntry",
            "ReplaceNetworkAclEntry",
            "ReplaceNetworkAclAssociation",
        ),
        meaning="Network access control lists were changed.",
    ),
    "gateways": Watched(
        pattern=_calls(
            "ec2",
            "CreateCustomerGateway",
            "DeleteCustomerGateway",
            "AttachInternetGateway",
            "CreateInternetGateway",
            "DeleteInternetGateway",
            "DetachInternetGateway",
        ),
        meaning="Ways into the network were opened or closed.",
    ),
    "routes": Watched(
        pattern=_calls(
            "ec2",
            "CreateRoute",
            "CreateRouteTable",
            "ReplaceRoute",
            "ReplaceRouteTableAssociation",
            "DeleteRouteTable",
            "DeleteRoute",
            "DisassociateRouteTable",
        ),
        meaning="Routes were changed.",
    ),
    "vpc": Watched(
        pattern=_calls(
            "ec2",
            "CreateVpc",
            "DeleteVpc",
            "ModifyVpcAttribute",
            "AcceptVpcPeeringConnection",
            "CreateVpcPeeringConnection",
            "DeleteVpcPeeringConnection",
            "RejectVpcPeeringConnection",
        ),
        meaning="Networks were made, deleted or connected.",
    ),
}
"""By name, in the order of the benchmark."""


@dataclass(frozen=True, kw_only=True)
class AuditAlarmsArgs:
    """Where the trail's events are, and who hears of them."""

    identity: Identity
    log_group: pulumi.Input[str]
    """Name of the trail's log group."""
    alert_topic_arn: pulumi.Input[str]


class AuditAlarms(pulumi.ComponentResource):
    """One metric filter and one alarm for each thing that is watched."""

    def __init__(
        self, name: str, args: AuditAlarmsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:AuditAlarms", name, None, opts)
        for what, watched in WATCHED.items():
            self._alarm(f"{name}-{what}", args, what, watched)
        self.register_outputs({})

    def _alarm(self, name: str, args: AuditAlarmsArgs, what: str, watched: Watched) -> None:
        physical_name = args.identity.name("audit", what, limit=255)
        counted = cloudwatch.LogMetricFilter(
            f"{name}-filter",
            name=physical_name,
            log_group_name=args.log_group,
            pattern=watched.pattern,
            metric_transformation=cloudwatch.LogMetricFilterMetricTransformationArgs(
                name=physical_name, namespace=NAMESPACE, value="1", default_value="0"
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        cloudwatch.MetricAlarm(
            f"{name}-alarm",
            name=physical_name,
            alarm_description=f"{watched.meaning} See docs/runbooks/alarms.md#audit.",
            namespace=NAMESPACE,
            metric_name=physical_name,
            statistic="Sum",
            period=PERIOD_SECONDS,
            evaluation_periods=1,
            threshold=watched.threshold,
            comparison_operator="GreaterThanOrEqualToThreshold",
            # No events, no data: nothing happened.
            treat_missing_data="notBreaching",
            alarm_actions=[args.alert_topic_arn],
            tags=args.identity.tags("audit", physical_name),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[counted]),
        )
