"""The platform keeps every rule, and there is no rule but holds it to something."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pytest

from evaluation import configuration, exemptions
from evaluation.configuration import LEVEL
from evaluation.levels import EnforcementLevel
from evaluation.rule import AnyRule, StackRule
from evaluation.run import Run
from rules import RULES
from tests.policies.evaluate import UNKNOWN, Resource, stack_violations, violations
from tests.policies.factories import (
    container,
    database,
    remote_image,
    schedule,
    with_properties,
)
from tests.policies.seen import at_first_preview, deployed

Change = Callable[[Sequence[Resource]], list[Resource]]

EVERY_KIND = "elasticache"
"""The variant that has resources for every rule."""


def changed(resource_type: str, **changes: object) -> Change:
    """Some properties of every resource of a type replaced."""

    def apply(resources: Sequence[Resource]) -> list[Resource]:
        return [
            with_properties(each, changes) if each.type == resource_type else each
            for each in resources
        ]

    return apply


def without(resource_type: str) -> Change:
    """No resource of a type."""
    return lambda resources: [each for each in resources if each.type != resource_type]


def adding(resource: Resource) -> Change:
    """One resource more."""
    return lambda resources: [*resources, resource]


def without_replicas() -> Change:
    """No database that has another one as its source."""
    return lambda resources: [
        each for each in resources if "replicateSourceDb" not in each.properties
    ]


BALANCER = "aws:lb/loadBalancer:LoadBalancer"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
DATABASE = "aws:rds/instance:Instance"
GROUP = "aws:autoscaling/group:Group"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
VOLUME = "aws:ebs/volume:Volume"

# For every rule a change to the platform that breaks it.
BREAKS: Mapping[str, Change] = {
    "server-floor": changed(TEMPLATE, instanceType="t3.medium"),
    "override-floor": changed(
        GROUP, mixedInstancesPolicy={"launchTemplate": {"overrides": [{"instanceType": "t3.nano"}]}}
    ),
    "template-origin": without(TEMPLATE),
    "database-floor": changed(DATABASE, instanceClass="db.t3.medium"),
    "cache-floor": changed(CACHE, nodeType="cache.t3.micro"),
    "unmeasured-compute": changed(
        "aws:lambda/function:Function", capacityProviderConfig={"lambdaManagedInstances": {}}
    ),
    "ssd-volumes": changed(VOLUME, type="st1"),
    "volume-encryption": changed(VOLUME, encrypted=False),
    "database-encryption": changed(DATABASE, storageEncrypted=False),
    "cache-encryption": changed(CACHE, transitEncryptionMode="preferred"),
    "bucket-encryption": without(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    ),
    "topic-encryption": changed("aws:sns/topic:Topic", kmsMasterKeyId=None),
    "listener-encryption": changed("aws:lb/listener:Listener", sslPolicy=None),
    "listener-rule-encryption": changed("aws:lb/listener:Listener", protocol="HTTP"),
    "cache-durability": changed(CACHE, automaticFailoverEnabled=False),
    "database-exposure": changed(DATABASE, publiclyAccessible=True),
    "function-exposure": changed("aws:lambda/permission:Permission", principal="*"),
    "public-addresses": changed("aws:ec2/subnet:Subnet", mapPublicIpOnLaunch=True),
    "public-ingress": changed(INGRESS_RULE, fromPort=22, toPort=22),
    "public-ingress-owner": changed(INGRESS_RULE, cidrIpv4="0.0.0.0/0"),
    "public-access-block": changed(
        "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", blockPublicAcls=False
    ),
    "bucket-public-access": without("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
    "public-policies": changed(
        "aws:kms/key:Key", policy='{"Statement": {"Effect": "Allow", "Principal": "*"}}'
    ),
    "container-floor": adding(container(memory=512.0)),
    "container-images": adding(remote_image("redis:5")),
    "group-minimum": changed(GROUP, minSize=1.0),
    "schedule-minimum": adding(schedule(minSize=1.0)),
    "operating-system": changed(TEMPLATE, imageId="resolve:ssm:/aws/service/debian/release/12"),
    "database-version": changed(DATABASE, engineVersion="13.4"),
    "cache-version": changed(CACHE, engineVersion="5.0.6"),
    "database-tuning": changed(PARAMETERS, parameters=[]),
    "database-audit": changed(PARAMETERS, parameters=[]),
    "database-transport": changed(PARAMETERS, parameters=[]),
    "cache-tuning": changed("aws:elasticache/parameterGroup:ParameterGroup", parameters=[]),
    "parameter-group-origin": changed(DATABASE, parameterGroupName="default.postgres16"),
    "websocket-timeouts": changed(BALANCER, idleTimeout=60.0),
    "key-rotation": changed("aws:kms/key:Key", enableKeyRotation=False),
    "bucket-transport": without("aws:s3/bucketPolicy:BucketPolicy"),
    "least-privilege": changed(
        "aws:iam/rolePolicy:RolePolicy", policy='{"Statement": {"Effect": "Allow", "Action": "*"}}'
    ),
    "password-policy": changed(
        "aws:iam/accountPasswordPolicy:AccountPasswordPolicy", minimumPasswordLength=8
    ),
    "instance-metadata": changed(TEMPLATE, metadataOptions=None),
    "load-balancer-headers": changed(BALANCER, dropInvalidHeaderFields=None),
    "web-firewall": without("aws:wafv2/webAclAssociation:WebAclAssociation"),
    "load-balancer-protection": changed(BALANCER, enableDeletionProtection=False),
    "load-balancer-logs": changed(BALANCER, accessLogs=None),
    "database-backups": changed(DATABASE, backupRetentionPeriod=1.0),
    "database-protection": changed(DATABASE, deletionProtection=False),
    "database-availability": changed(DATABASE, multiAz=False),
    "database-replica": without_replicas(),
    "database-upgrades": adding(database(autoMinorVersionUpgrade=False)),
    "database-logs": changed(DATABASE, enabledCloudwatchLogsExports=None),
    "database-monitoring": changed(DATABASE, monitoringInterval=0),
    "bucket-versioning": without("aws:s3/bucketVersioning:BucketVersioning"),
    "backup-copies": without("aws:s3/bucketReplicationConfig:BucketReplicationConfig"),
    "audit-trail": changed("aws:cloudtrail/trail:Trail", kmsKeyId=None),
    "bucket-access-logs": without("aws:s3/bucketLogging:BucketLogging"),
    "log-retention": changed("aws:cloudwatch/logGroup:LogGroup", retentionInDays=7.0),
    "network-flow-logs": without("aws:ec2/flowLog:FlowLog"),
    "oversight": without("aws:cloudtrail/trail:Trail"),
    "required-tags": changed(BALANCER, tags=None),
    "public-sharing": changed("aws:ssm/document:Document", permissions={"account_ids": "All"}),
}


# The stack whose settings each variant has.
STACKS = {
    "prod": "prod",
    "local": "local",
    "staging": "staging",
    "dr": "dr",
    "taking over": "dr",
    "elasticache": "prod",
    "every option": "prod",
    "guest in the account": "prod",
}
ADVISED = {"local": {"database-protection", "load-balancer-protection"}}
"""Rules that advise in a stack, by the pack's own configuration."""

TODAY = date(2026, 12, 1)
"""A day on which the shipped exemptions are in force."""


def refusals(
    rule: AnyRule, resources: Sequence[Resource], stack: str, run: Run | None = None
) -> list[str]:
    """The messages of one rule, as the pack's own files configure it."""
    settings = SETTINGS[stack].get(rule.name, {})
    parameters = {name: value for name, value in settings.items() if name != LEVEL}
    if isinstance(rule, StackRule):
        return [message for message, _ in stack_violations(rule, resources, parameters, run)]
    return [message for each in resources for message in violations(rule, each, parameters, run)]


SETTINGS = {
    stack: configuration.read(configuration.FILE, RULES, stack) for stack in set(STACKS.values())
}
EXEMPTIONS = exemptions.read({rule.name for rule in RULES})


def shipped_run() -> Run:
    """A run under the exemptions that the pack ships."""
    return Run(lambda: EXEMPTIONS, lambda: TODAY)


def judged(resources: Sequence[Resource], stack: str) -> tuple[dict[str, list[str]], list[str]]:
    """The messages of every rule that has any, and the faults of exemptions."""
    run = shipped_run()
    found = {rule.name: refusals(rule, resources, stack, run) for rule in RULES}
    told = {name: messages for name, messages in found.items() if messages}
    return told, list(run.faults(resources[0].urn))


@pytest.mark.parametrize("variant", STACKS)
def test_the_platform_keeps_every_rule(variant: str) -> None:
    stack = STACKS[variant]
    told, faults = judged(deployed(variant, stack), stack)
    assert set(told) == ADVISED.get(variant, set())
    assert faults == []


@pytest.mark.parametrize("stack", sorted(set(STACKS.values())))
def test_only_what_is_listed_here_advises(stack: str) -> None:
    levels = {rule: settings.get(LEVEL) for rule, settings in SETTINGS[stack].items()}
    assert set(levels) == ADVISED.get(stack, set())
    assert set(levels.values()) <= {EnforcementLevel.ADVISORY}


@pytest.mark.parametrize("variant", ["prod", "elasticache", "local", "dr"])
def test_the_first_preview_refuses_nothing_for_being_unknown(variant: str) -> None:
    stack = STACKS[variant]
    resources = at_first_preview(variant, stack)
    assert any(UNKNOWN in each.properties.values() for each in resources)
    told, faults = judged(resources, stack)
    assert set(told) == ADVISED.get(variant, set())
    assert faults == []


def test_backups_without_a_copy_are_refused() -> None:
    told, _ = judged(deployed("without copies", "prod"), "prod")
    assert set(told) == {"backup-copies"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_refuses_a_change_to_the_platform(rule: AnyRule) -> None:
    resources = BREAKS[rule.name](deployed(EVERY_KIND, "prod"))
    assert refusals(rule, resources, "prod", shipped_run()) != []
