"""How servers of a group come to run another version of their template."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws import iam, ssm

from components.aws.failed_run import refuse_to_forget_a_failure
from components.aws.server_template import ServerTemplate
from components.identity import Identity, Role

LEAST_HEALTHY_PERCENT: Final = 100
MOST_HEALTHY_PERCENT: Final = 150
"""New servers are in service before old ones go."""

BAKE_SECONDS: Final = 300
"""How long the alarms still watch after the last server was replaced: as long as they need to see
that a release is bad."""

REFRESH_SECONDS: Final = 7200
"""How long an instance refresh may take. AWS itself gives up when no new server has come into
service for an hour, and then goes back."""

TIMEOUT_SECONDS: Final = REFRESH_SECONDS + 300

SUCCESSFUL: Final = "Successful"
ENDED: Final = (SUCCESSFUL, "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed")
"""States that an instance refresh does not leave (AWS: DescribeInstanceRefreshes)."""


@dataclass(frozen=True, kw_only=True)
class RolloutArgs:
    """Which group is to run which template, and what stops it."""

    identity: Identity
    role: Role
    region: str
    account_id: pulumi.Input[str]
    group: str
    """Name of the Auto Scaling group, which runs some version of the template already."""
    template: ServerTemplate
    alarms: Sequence[str]
    """Names of the CloudWatch alarms that stop a rollout. While one is on, none begins."""


class Rollout(pulumi.ComponentResource):
    """An instance refresh to the newest version of a template, which `pulumi up` waits for.

    Systems Manager runs it for each new version. The group keeps the version before until the
    refresh has succeeded: that is what AWS goes back to when an alarm goes off or when new servers
    do not come into service, and then the update fails. The provider's own instance refresh changes
    the group first, and leaves nothing to go back to (docs/adr/0010-rollout.md).
    """

    def __init__(
        self, name: str, args: RolloutArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Rollout", name, None, opts)
        role = self._role(name, args)
        rights = self._rights(name, args, role)
        document = self._document(name, args)
        self._association(name, args, document, role, rights)
        self.register_outputs({})

    def _role(self, name: str, args: RolloutArgs) -> iam.Role:
        physical_name = args.identity.name(name, limit=64)
        return iam.Role(
            f"{name}-role",
            name=physical_name,
            assume_role_policy=pulumi.Output.from_input(args.account_id).apply(
                lambda account: json.dumps(_trust(args.region, account))
            ),
            tags=args.identity.tags(args.role, physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _rights(self, name: str, args: RolloutArgs, role: iam.Role) -> iam.RolePolicy:
        group = pulumi.Output.concat(
            f"arn:aws:autoscaling:{args.region}:",
            args.account_id,
            f":autoScalingGroup:*:autoScalingGroupName/{args.group}",
        )
        template = pulumi.Output.concat(
            f"arn:aws:ec2:{args.region}:",
            args.account_id,
            ":launch-template/",
            args.template.id,
        )
        return iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": _statements(group, template, args.template.role_arn),
                }
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _document(self, name: str, args: RolloutArgs) -> ssm.Document:
        physical_name = args.identity.name(name, limit=128)
        return ssm.Document(
            f"{name}-document",
            name=physical_name,
            document_type="Automation",
            document_format="JSON",
            content=json.dumps(document(args.group, args.alarms)),
            tags=args.identity.tags(args.role, physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _association(
        self,
        name: str,
        args: RolloutArgs,
        document: ssm.Document,
        role: iam.Role,
        rights: iam.RolePolicy,
    ) -> None:
        physical_name = args.identity.name(name, limit=128)
        failed = refuse_to_forget_a_failure(f"the last rollout ({physical_name})")
        ssm.Association(
            f"{name}-association",
            association_name=physical_name,
            name=document.name,
            # AWS runs it once: when it is made, for it has no schedule.
            parameters={
                "AutomationAssumeRole": role.arn,
                "template": args.template.id,
                "version": args.template.latest_version,
            },
            wait_for_success_timeout_seconds=TIMEOUT_SECONDS,
            tags=args.identity.tags(args.role, physical_name),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[rights],
                # The provider waits for new associations only.
                replace_on_changes=["parameters"],
                delete_before_replace=True,
                hooks=pulumi.ResourceHookBinding(before_update=[failed]),
            ),
        )


def document(group: str, alarms: Sequence[str]) -> dict[str, Any]:
    """An Automation document (AWS: schema version 0.3) that rolls out one version of a template.

    A refresh that is under way already makes it fail, as does an alarm that is on. Where all
    servers run the version, as those of a new group do, there is nothing to replace.
    """
    refresh = {
        "Service": "autoscaling",
        "Api": "DescribeInstanceRefreshes",
        "AutoScalingGroupName": group,
        "InstanceRefreshIds": ["{{ start.refresh }}"],
        "PropertySelector": "$.InstanceRefreshes[0].Status",
    }
    return {
        "schemaVersion": "0.3",
        "description": "Replaces the servers of a group by ones of a template's version.",
        "assumeRole": "{{ AutomationAssumeRole }}",
        "parameters": {
            "AutomationAssumeRole": {"type": "String", "description": "ARN of the role."},
            "template": {"type": "String", "description": "ID of the launch template."},
            "version": {"type": "String", "description": "Number of its version."},
        },
        "mainSteps": [
            {
                "name": "start",
                "action": "aws:executeAwsApi",
                "inputs": {
                    "Service": "autoscaling",
                    "Api": "StartInstanceRefresh",
                    **_refresh(group, alarms),
                },
                "outputs": [
                    {"Name": "refresh", "Selector": "$.InstanceRefreshId", "Type": "String"}
                ],
            },
            {
                "name": "wait",
                "action": "aws:waitForAwsResourceProperty",
                "timeoutSeconds": REFRESH_SECONDS,
                "inputs": {**refresh, "DesiredValues": list(ENDED)},
            },
            {
                "name": "succeed",
                "action": "aws:assertAwsResourceProperty",
                "inputs": {**refresh, "DesiredValues": [SUCCESSFUL]},
                "isEnd": True,
            },
        ],
    }


def _refresh(group: str, alarms: Sequence[str]) -> dict[str, Any]:
    """What StartInstanceRefresh is asked for."""
    return {
        "AutoScalingGroupName": group,
        "Strategy": "Rolling",
        "DesiredConfiguration": {
            "LaunchTemplate": {
                "LaunchTemplateId": "{{ template }}",
                "Version": "{{ version }}",
            }
        },
        "Preferences": {
            "MinHealthyPercentage": LEAST_HEALTHY_PERCENT,
            "MaxHealthyPercentage": MOST_HEALTHY_PERCENT,
            "BakeTime": BAKE_SECONDS,
            "SkipMatching": True,
            "AutoRollback": True,
            "AlarmSpecification": {"Alarms": list(alarms)},
        },
    }


def _trust(region: str, account_id: str) -> dict[str, Any]:
    """Who may take the role: the Automations of this account."""
    executions = f"arn:aws:ssm:{region}:{account_id}:automation-execution/*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sts:AssumeRole"],
                "Principal": {"Service": "ssm.amazonaws.com"},
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account_id},
                    "ArnLike": {"aws:SourceArn": executions},
                },
            }
        ],
    }


def _statements(
    group: pulumi.Input[str], template: pulumi.Input[str], server_role: pulumi.Input[str]
) -> list[dict[str, Any]]:
    """Refresh one group, from one template.

    Auto Scaling asks whether whoever names a template could start its servers himself (AWS: Control
    launch template usage in Auto Scaling groups).
    """
    return [
        {"Effect": "Allow", "Action": ["autoscaling:StartInstanceRefresh"], "Resource": [group]},
        {
            "Effect": "Allow",
            "Action": ["autoscaling:DescribeInstanceRefreshes", "cloudwatch:DescribeAlarms"],
            "Resource": ["*"],
        },
        {
            "Effect": "Allow",
            "Action": ["ec2:RunInstances"],
            "Resource": ["*"],
            "Condition": {
                "ArnEquals": {"ec2:LaunchTemplate": template},
                # Nothing of it may be overridden.
                "Bool": {"ec2:IsLaunchTemplateResource": "true"},
            },
        },
        {
            "Effect": "Allow",
            "Action": ["ec2:CreateTags"],
            "Resource": ["*"],
            "Condition": {"StringEquals": {"ec2:CreateAction": "RunInstances"}},
        },
        {
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": [server_role],
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        },
    ]
