"""The platform keeps every rule, and there is no rule but holds it to something."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from evaluation.rule import AnyRule, StackRule
from rules import RULES
from tests.policies.evaluate import UNKNOWN, Resource, stack_violations, violations
from tests.policies.factories import with_properties
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


CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
DATABASE = "aws:rds/instance:Instance"
GROUP = "aws:autoscaling/group:Group"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
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
    "public-sharing": changed("aws:ssm/document:Document", permissions={"account_ids": "All"}),
}


def refusals(policy: AnyRule, resources: Sequence[Resource]) -> list[str]:
    """The messages of one rule."""
    if isinstance(policy, StackRule):
        return [message for message, _ in stack_violations(policy, resources)]
    return [message for each in resources for message in violations(policy, each)]


def all_refusals(resources: Sequence[Resource]) -> dict[str, list[str]]:
    """The messages of every rule that has any."""
    found = {policy.name: refusals(policy, resources) for policy in RULES}
    return {name: messages for name, messages in found.items() if messages}


@pytest.mark.parametrize("variant", ["prod", "local", "dr", "elasticache"])
def test_the_platform_keeps_every_rule(variant: str) -> None:
    assert all_refusals(deployed(variant)) == {}


@pytest.mark.parametrize("variant", ["prod", "elasticache"])
def test_the_first_preview_refuses_nothing_for_being_unknown(variant: str) -> None:
    resources = at_first_preview(variant)
    assert any(UNKNOWN in each.properties.values() for each in resources)
    assert all_refusals(resources) == {}


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
def test_every_rule_refuses_a_change_to_the_platform(
    policy: AnyRule,
) -> None:
    assert refusals(policy, BREAKS[policy.name](deployed(EVERY_KIND))) != []
