"""A compliant resource of every type that a rule reads.

A test takes one, changes one property and asserts the message; the numbers are floats because the
engine sends every number as one.
"""

import json
from collections.abc import Mapping
from typing import Any

from tests.policies.evaluate import UNKNOWN, Resource


def with_properties(resource: Resource, changes: Mapping[str, Any]) -> Resource:
    """The resource with some top-level properties replaced; None removes one."""
    properties = {**resource.properties, **changes}
    return Resource(
        type=resource.type,
        name=resource.name,
        depends=resource.depends,
        properties={key: value for key, value in properties.items() if value is not None},
    )


def launch_template(ebs: Mapping[str, Any] | None = None, **changes: object) -> Resource:
    """A launch template of an API server; `ebs` replaces settings of its only volume."""
    volume = {"volumeSize": 100.0, "volumeType": "gp3", "encrypted": "true", **(ebs or {})}
    template = Resource(
        type="aws:ec2/launchTemplate:LaunchTemplate",
        name="template",
        properties={
            "instanceType": "m6i.xlarge",
            "blockDeviceMappings": [{"deviceName": "/dev/sda1", "ebs": volume}],
            "networkInterfaces": [{"associatePublicIpAddress": "false"}],
            "tags": {"Role": "api"},
        },
    )
    return with_properties(template, changes)


def instance(root: Mapping[str, Any] | None = None, **changes: object) -> Resource:
    """A monitoring server; `root` replaces settings of its root volume."""
    volume = {"volumeSize": 100.0, "volumeType": "gp3", "encrypted": True, **(root or {})}
    server = Resource(
        type="aws:ec2/instance:Instance",
        properties={
            "instanceType": "m6i.xlarge",
            "rootBlockDevice": volume,
            "associatePublicIpAddress": False,
            "subnetId": UNKNOWN,
            "tags": {"Role": "monitoring"},
        },
    )
    return with_properties(server, changes)


def auto_scaling_group(*overrides: object) -> Resource:
    """An Auto Scaling group whose mixed-instances policy has these overrides."""
    return Resource(
        type="aws:autoscaling/group:Group",
        properties={
            "mixedInstancesPolicy": {"launchTemplate": {"overrides": list(overrides)}},
            "vpcZoneIdentifiers": [UNKNOWN],
            "tags": [{"key": "Role", "value": "api", "propagateAtLaunch": True}],
        },
        depends={"mixedInstancesPolicy": ["template"]},
    )


def instance_from_template(**changes: object) -> Resource:
    """An API server that leaves its hardware to the launch template of the stack."""
    server = Resource(
        type="aws:ec2/instance:Instance",
        properties={
            "launchTemplate": {"id": "lt-1"},
            "subnetId": UNKNOWN,
            "tags": {"Role": "api"},
        },
        depends={"launchTemplate": ["template"]},
    )
    return with_properties(server, changes)


def database(**changes: object) -> Resource:
    """A primary RDS instance."""
    primary = Resource(
        type="aws:rds/instance:Instance",
        properties={
            "instanceClass": "db.m6i.2xlarge",
            "allocatedStorage": 500.0,
            "storageType": "gp3",
            "storageEncrypted": True,
            "publiclyAccessible": False,
        },
    )
    return with_properties(primary, changes)


def replica(**changes: object) -> Resource:
    """A read replica at preview: its source does not exist yet."""
    standby = Resource(
        type="aws:rds/instance:Instance",
        properties={"instanceClass": "db.m6i.2xlarge", "replicateSourceDb": UNKNOWN},
    )
    return with_properties(standby, changes)


def cache_nodes(**changes: object) -> Resource:
    """An ElastiCache replication group."""
    group = Resource(
        type="aws:elasticache/replicationGroup:ReplicationGroup",
        properties={
            "nodeType": "cache.r6gd.xlarge",
            "dataTieringEnabled": True,
            "atRestEncryptionEnabled": True,
            "transitEncryptionEnabled": True,
            "automaticFailoverEnabled": True,
            "multiAzEnabled": True,
            "snapshotRetentionLimit": 7.0,
        },
    )
    return with_properties(group, changes)


def volume(**changes: object) -> Resource:
    """An EBS volume of its own."""
    data = Resource(
        type="aws:ebs/volume:Volume",
        properties={"size": 100.0, "type": "gp3", "encrypted": True},
    )
    return with_properties(data, changes)


def subnet(**changes: object) -> Resource:
    """A subnet that gives its servers no public address."""
    made = Resource(
        type="aws:ec2/subnet:Subnet",
        name="subnet",
        properties={"cidrBlock": "10.0.0.0/24", "mapPublicIpOnLaunch": False},
    )
    return with_properties(made, changes)


def elastic_address(**changes: object) -> Resource:
    """The address of a NAT gateway."""
    made = Resource(type="aws:ec2/eip:Eip", name="nat", properties={"domain": "vpc"})
    return with_properties(made, changes)


def security_group(*permissions: object, role: str = "load-balancer") -> Resource:
    """A security group with inline ingress."""
    return Resource(
        type="aws:ec2/securityGroup:SecurityGroup",
        name="group",
        properties={"ingress": list(permissions), "tags": {"Role": role}},
    )


def ingress_rule(**changes: object) -> Resource:
    """HTTPS from the world, into the group named `group`."""
    rule = Resource(
        type="aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        name="https",
        depends={"securityGroupId": ["group"]},
        properties={
            "securityGroupId": UNKNOWN,
            "cidrIpv4": "0.0.0.0/0",
            "ipProtocol": "tcp",
            "fromPort": 443.0,
            "toPort": 443.0,
        },
    )
    return with_properties(rule, changes)


def security_group_rule(**changes: object) -> Resource:
    """The same permission in the older resource type."""
    rule = Resource(
        type="aws:ec2/securityGroupRule:SecurityGroupRule",
        name="https",
        depends={"securityGroupId": ["group"]},
        properties={
            "type": "ingress",
            "securityGroupId": UNKNOWN,
            "cidrBlocks": ["0.0.0.0/0"],
            "ipv6CidrBlocks": ["::/0"],
            "protocol": "tcp",
            "fromPort": 443.0,
            "toPort": 443.0,
        },
    )
    return with_properties(rule, changes)


def bucket() -> Resource:
    """A bucket whose name AWS will give."""
    return Resource(type="aws:s3/bucket:Bucket", name="media", properties={"bucket": UNKNOWN})


def bucket_encryption() -> Resource:
    """The encryption of that bucket."""
    return Resource(
        type=(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
        ),
        name="media-encryption",
        depends={"bucket": ["media"]},
        properties={"bucket": UNKNOWN},
    )


def public_access_block(**changes: object) -> Resource:
    """The public access block of that bucket."""
    block = Resource(
        type="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        name="media-private",
        depends={"bucket": ["media"]},
        properties={
            "bucket": UNKNOWN,
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
    )
    return with_properties(block, changes)


def account_public_access_block(**changes: object) -> Resource:
    """The public access block of the whole account."""
    block = Resource(
        type="aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        properties={
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
    )
    return with_properties(block, changes)


def encryption_by_default(**changes: object) -> Resource:
    """What the region does with volumes that say nothing."""
    made = Resource(
        type="aws:ebs/encryptionByDefault:EncryptionByDefault", properties={"enabled": True}
    )
    return with_properties(made, changes)


def topic(**changes: object) -> Resource:
    """An encrypted topic at preview: neither its key nor its policy is known."""
    made = Resource(
        type="aws:sns/topic:Topic", properties={"kmsMasterKeyId": UNKNOWN, "policy": UNKNOWN}
    )
    return with_properties(made, changes)


def listener(**changes: object) -> Resource:
    """A listener that ends TLS."""
    made = Resource(
        type="aws:lb/listener:Listener",
        properties={
            "protocol": "HTTPS",
            "port": 443.0,
            "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "defaultActions": [{"type": "forward", "targetGroupArn": UNKNOWN}],
        },
    )
    return with_properties(made, changes)


def function_permission(**changes: object) -> Resource:
    """Lets one topic call a function."""
    made = Resource(
        type="aws:lambda/permission:Permission",
        properties={
            "action": "lambda:InvokeFunction",
            "function": UNKNOWN,
            "principal": "sns.amazonaws.com",
            "sourceArn": UNKNOWN,
        },
    )
    return with_properties(made, changes)


def document(**changes: object) -> Resource:
    """A Systems Manager document that one other account may read."""
    made = Resource(
        type="aws:ssm/document:Document",
        properties={
            "documentType": "Command",
            "permissions": {"type": "Share", "account_ids": "123456789012"},
        },
    )
    return with_properties(made, changes)


def service_role(*statements: object) -> Resource:
    """A role that EC2 may take on, and whoever else the statements say."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "ec2.amazonaws.com"},
            },
            *statements,
        ],
    }
    return Resource(type="aws:iam/role:Role", properties={"assumeRolePolicy": json.dumps(trust)})


def compliant_resources() -> list[Resource]:
    """One of each, as a stack without any violation."""
    return [
        launch_template(),
        instance(),
        instance_from_template(),
        auto_scaling_group({"instanceType": "m6i.xlarge"}, {"instanceType": "m6a.xlarge"}),
        database(),
        replica(),
        cache_nodes(),
        volume(),
        subnet(),
        elastic_address(),
        security_group({"cidrBlocks": ["10.0.0.0/16"], "protocol": "-1"}),
        ingress_rule(),
        security_group_rule(),
        bucket(),
        bucket_encryption(),
        public_access_block(),
        account_public_access_block(),
        encryption_by_default(),
        topic(),
        listener(),
        function_permission(),
        document(),
        service_role(),
    ]
