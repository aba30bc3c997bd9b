"""Every resource says what it belongs to, what it does and whose it is."""

import json
from collections.abc import Iterator, Mapping

from evaluation.levels import Severity
from evaluation.parameters import Names, names
from evaluation.properties import entries, is_given, mapping, value_at
from evaluation.references import guide
from evaluation.resource_types import AUTO_SCALING_GROUP
from evaluation.resources import Resource
from evaluation.rule import Example, OnUnknown, ResourceRule

TAGS = ("Project", "Environment", "Role", "Owner", "ManagedBy")

# AWS's own names of services and resources, for those that take tags.
TAGGABLE = frozenset(
    {
        *("aws:accessanalyzer/analyzer:Analyzer", "aws:acm/certificate:Certificate"),
        *("aws:alb/listener:Listener", "aws:alb/listenerRule:ListenerRule"),
        *("aws:alb/loadBalancer:LoadBalancer", "aws:alb/targetGroup:TargetGroup"),
        *(AUTO_SCALING_GROUP, "aws:budgets/budget:Budget", "aws:cloudtrail/trail:Trail"),
        *("aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/logGroup:LogGroup"),
        *("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:ebs/volume:Volume"),
        *("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "aws:ec2/eip:Eip"),
        *("aws:ec2/flowLog:FlowLog", "aws:ec2/instance:Instance"),
        *("aws:ec2/internetGateway:InternetGateway", "aws:ec2/launchTemplate:LaunchTemplate"),
        *("aws:ec2/natGateway:NatGateway", "aws:ec2/routeTable:RouteTable"),
        *("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/subnet:Subnet", "aws:ec2/vpc:Vpc"),
        *("aws:ec2/vpcEndpoint:VpcEndpoint", "aws:elasticache/parameterGroup:ParameterGroup"),
        *("aws:elasticache/replicationGroup:ReplicationGroup",),
        *("aws:elasticache/subnetGroup:SubnetGroup", "aws:guardduty/detector:Detector"),
        *("aws:iam/instanceProfile:InstanceProfile", "aws:iam/policy:Policy"),
        *("aws:iam/role:Role", "aws:iam/user:User", "aws:kms/key:Key"),
        *("aws:lambda/function:Function", "aws:lb/listener:Listener"),
        *("aws:lb/listenerRule:ListenerRule", "aws:lb/loadBalancer:LoadBalancer"),
        *("aws:lb/targetGroup:TargetGroup", "aws:rds/eventSubscription:EventSubscription"),
        *("aws:rds/instance:Instance", "aws:rds/parameterGroup:ParameterGroup"),
        *("aws:rds/subnetGroup:SubnetGroup", "aws:route53/zone:Zone", "aws:s3/bucket:Bucket"),
        *("aws:s3/bucketV2:BucketV2", "aws:secretsmanager/secret:Secret"),
        *("aws:sns/topic:Topic", "aws:sqs/queue:Queue", "aws:ssm/association:Association"),
        *("aws:ssm/document:Document", "aws:ssm/maintenanceWindow:MaintenanceWindow"),
        *("aws:ssm/parameter:Parameter", "aws:ssm/patchBaseline:PatchBaseline"),
        *("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",),
        *("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:wafv2/webAcl:WebAcl"),
    }
)


def check(resource: Resource) -> Iterator[str]:
    """Reject tags that are absent or empty; those that the provider gives to all count as well."""
    sources = _sources(resource)
    missing = [
        name
        for name in names(resource.parameters, "tags")
        if not any(is_given(source, name) for source in sources)
    ]
    if missing:
        yield (
            f"tags lacks {', '.join(missing)}; costs, alarms and floors go by them. "
            "Add what is missing."
        )


def _sources(resource: Resource) -> list[Mapping[str, object]]:
    """Where the resource's tags come from."""
    tags = value_at(resource.props, "tags")
    if resource.resource_type == AUTO_SCALING_GROUP:
        # The provider's default tags do not reach the group's servers.
        return [{str(value_at(tag, "key")): value_at(tag, "value") for tag in entries(tags)}]
    return [mapping(tags), _defaults(resource.provider)]


def _defaults(provider: Mapping[str, object]) -> Mapping[str, object]:
    """The default tags of a provider, which carries its settings as JSON."""
    given = value_at(provider, "defaultTags")
    try:
        settings: object = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        return {}
    return mapping(value_at(settings, "tags"))


def remedy(resource: Resource) -> Mapping[str, object]:
    """Add the tags that the URN tells; what the resource does and whose it is, only people know."""
    stack, project = resource.urn.removeprefix("urn:pulumi:").split("::")[:2]
    told = {"Project": project, "Environment": stack, "ManagedBy": "pulumi"}
    tags = value_at(resource.props, "tags")
    if resource.resource_type == AUTO_SCALING_GROUP or not (
        tags is None or isinstance(tags, Mapping)
    ):
        return {}
    sources = _sources(resource)
    missing = {
        name: value
        for name, value in told.items()
        if name in names(resource.parameters, "tags")
        and not any(is_given(source, name) for source in sources)
    }
    return {"tags": {**sources[0], **missing}} if missing else {}


REQUIRED_TAGS = ResourceRule(
    name="required-tags",
    title="Resources carry the tags Project, Environment, Role, Owner and ManagedBy",
    why="Nobody can tell whose an untagged resource is, or which hardware minimum it must meet.",
    severity=Severity.MEDIUM,
    references=(guide("Hardware Requirements"),),
    fix="Add the tags, or give them to all resources as the provider's default tags.",
    example=Example(
        violates="tags: {Name: api}",
        complies=(
            "tags: {Project: messaging-app, Environment: prod, Role: api, Owner: platform, "
            "ManagedBy: pulumi}"
        ),
    ),
    on_unknown=OnUnknown.REPORT,
    parameters={"tags": Names(default=TAGS, meaning="the tags that every resource carries")},
    resource_types=TAGGABLE,
    remedy=remedy,
    check=check,
)
