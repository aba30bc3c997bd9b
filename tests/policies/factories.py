"""A compliant resource of every type that a rule reads.

A test takes one, changes one property and asserts the message; the numbers are floats because the
engine sends every number as one.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.policies.evaluate import UNKNOWN, Resource

TAGS = {
    "Project": "messaging-app",
    "Environment": "test",
    "Role": "storage",
    "Owner": "platform",
    "ManagedBy": "pulumi",
}


UBUNTU = "resolve:ssm:/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/ami-id"


def tags(role: str) -> dict[str, str]:
    """The tags that every resource carries."""
    return {**TAGS, "Role": role}


def with_properties(resource: Resource, changes: Mapping[str, Any]) -> Resource:
    """The resource with some top-level properties replaced; None removes one."""
    properties = {**resource.properties, **changes}
    return replace(
        resource, properties={key: value for key, value in properties.items() if value is not None}
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
            "metadataOptions": {"httpTokens": "required"},
            "imageId": UBUNTU,
            "tags": tags("api"),
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
            "metadataOptions": {"httpTokens": "required"},
            "ami": UBUNTU,
            "tags": tags("monitoring"),
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
            "minSize": 3.0,
            "tags": [
                {"key": key, "value": value, "propagateAtLaunch": True}
                for key, value in tags("api").items()
            ],
        },
        depends={"mixedInstancesPolicy": ["template"]},
    )


def schedule(**changes: object) -> Resource:
    """A schedule of the group named `group`."""
    made = Resource(
        type="aws:autoscaling/schedule:Schedule",
        name="night",
        depends={"autoscalingGroupName": ["group"]},
        properties={
            "autoscalingGroupName": UNKNOWN,
            "minSize": 3.0,
            "desiredCapacity": 3.0,
            "maxSize": 6.0,
        },
    )
    return with_properties(made, changes)


def instance_from_template(**changes: object) -> Resource:
    """An API server that leaves its hardware to the launch template of the stack."""
    server = Resource(
        type="aws:ec2/instance:Instance",
        properties={
            "launchTemplate": {"id": "lt-1"},
            "subnetId": UNKNOWN,
            "tags": tags("api"),
        },
        depends={"launchTemplate": ["template"]},
    )
    return with_properties(server, changes)


def database(**changes: object) -> Resource:
    """A primary RDS instance."""
    primary = Resource(
        type="aws:rds/instance:Instance",
        name="database",
        depends={"parameterGroupName": ["database-parameters"]},
        properties={
            "instanceClass": "db.m6i.2xlarge",
            "allocatedStorage": 500.0,
            "storageType": "gp3",
            "storageEncrypted": True,
            "publiclyAccessible": False,
            "identifier": "database",
            "engine": "postgres",
            "engineVersion": "16.11",
            "parameterGroupName": UNKNOWN,
            "backupRetentionPeriod": 14.0,
            "deletionProtection": True,
            "finalSnapshotIdentifier": "database-final",
            "multiAz": True,
            "enabledCloudwatchLogsExports": ["postgresql", "upgrade"],
            "monitoringInterval": 60.0,
            "monitoringRoleArn": UNKNOWN,
            "tags": tags("database"),
        },
    )
    return with_properties(primary, changes)


def replica(**changes: object) -> Resource:
    """A read replica at preview: its source does not exist yet."""
    standby = Resource(
        type="aws:rds/instance:Instance",
        name="replica",
        depends={
            "replicateSourceDb": ["database"],
            "parameterGroupName": ["database-parameters"],
        },
        properties={
            "instanceClass": "db.m6i.2xlarge",
            "parameterGroupName": UNKNOWN,
            "replicateSourceDb": UNKNOWN,
            "deletionProtection": True,
            "enabledCloudwatchLogsExports": ["postgresql", "upgrade"],
            "monitoringInterval": 60.0,
            "monitoringRoleArn": UNKNOWN,
            "tags": tags("database"),
        },
    )
    return with_properties(standby, changes)


def cache_nodes(**changes: object) -> Resource:
    """An ElastiCache replication group."""
    group = Resource(
        type="aws:elasticache/replicationGroup:ReplicationGroup",
        depends={"parameterGroupName": ["cache-parameters"]},
        properties={
            "nodeType": "cache.r6gd.xlarge",
            "dataTieringEnabled": True,
            "atRestEncryptionEnabled": True,
            "transitEncryptionEnabled": True,
            "automaticFailoverEnabled": True,
            "multiAzEnabled": True,
            "snapshotRetentionLimit": 7.0,
            "engineVersion": "7.1",
            "parameterGroupName": UNKNOWN,
            "tags": tags("cache"),
        },
    )
    return with_properties(group, changes)


def volume(**changes: object) -> Resource:
    """An EBS volume of its own."""
    data = Resource(
        type="aws:ebs/volume:Volume",
        properties={
            "size": 100.0,
            "type": "gp3",
            "encrypted": True,
            "tags": tags("monitoring"),
        },
    )
    return with_properties(data, changes)


def subnet(**changes: object) -> Resource:
    """A subnet that gives its servers no public address."""
    made = Resource(
        type="aws:ec2/subnet:Subnet",
        name="subnet",
        properties={
            "cidrBlock": "10.0.0.0/24",
            "mapPublicIpOnLaunch": False,
            "tags": tags("network"),
        },
    )
    return with_properties(made, changes)


def vpc() -> Resource:
    """A network at preview: AWS will give its ID."""
    return Resource(
        type="aws:ec2/vpc:Vpc",
        name="network",
        properties={"cidrBlock": "10.0.0.0/16", "id": UNKNOWN, "tags": tags("network")},
    )


def flow_log(**changes: object) -> Resource:
    """The flow log of that network."""
    made = Resource(
        type="aws:ec2/flowLog:FlowLog",
        name="network-flow-log",
        depends={"vpcId": ["network"]},
        properties={"vpcId": UNKNOWN, "trafficType": "ALL", "tags": tags("audit")},
    )
    return with_properties(made, changes)


def elastic_address(**changes: object) -> Resource:
    """The address of a NAT gateway."""
    made = Resource(
        type="aws:ec2/eip:Eip",
        name="nat",
        properties={"domain": "vpc", "tags": tags("network")},
    )
    return with_properties(made, changes)


def security_group(*permissions: object, role: str = "load-balancer") -> Resource:
    """A security group with inline ingress."""
    return Resource(
        type="aws:ec2/securityGroup:SecurityGroup",
        name="group",
        properties={"ingress": list(permissions), "tags": tags(role)},
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
            "tags": tags("load-balancer"),
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
    return Resource(
        type="aws:s3/bucket:Bucket",
        name="media",
        properties={"bucket": UNKNOWN, "tags": tags("storage")},
    )


def bucket_encryption() -> Resource:
    """The encryption of that bucket."""
    return Resource(
        type=(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
        ),
        name="media-encryption",
        depends={"bucket": ["media"]},
        properties={
            "bucket": UNKNOWN,
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": {
                        "sseAlgorithm": "aws:kms",
                        "kmsMasterKeyId": UNKNOWN,
                    }
                }
            ],
        },
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


def password_policy(**changes: object) -> Resource:
    """What the account asks of its users' passwords."""
    made = Resource(
        type="aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
        properties={
            "minimumPasswordLength": 14.0,
            "passwordReusePrevention": 24.0,
            "requireLowercaseCharacters": True,
            "requireUppercaseCharacters": True,
            "requireNumbers": True,
            "requireSymbols": True,
        },
    )
    return with_properties(made, changes)


def encryption_by_default(**changes: object) -> Resource:
    """What the region does with volumes that say nothing."""
    made = Resource(
        type="aws:ebs/encryptionByDefault:EncryptionByDefault", properties={"enabled": True}
    )
    return with_properties(made, changes)


def topic(**changes: object) -> Resource:
    """An encrypted topic at preview: neither its key nor its policy is known."""
    made = Resource(
        type="aws:sns/topic:Topic",
        properties={"kmsMasterKeyId": UNKNOWN, "policy": UNKNOWN, "tags": tags("monitoring")},
    )
    return with_properties(made, changes)


def listener(**changes: object) -> Resource:
    """A listener that ends TLS."""
    made = Resource(
        type="aws:lb/listener:Listener",
        name="https",
        properties={
            "protocol": "HTTPS",
            "port": 443.0,
            "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "defaultActions": [{"type": "forward", "targetGroupArn": UNKNOWN}],
            "tags": tags("load-balancer"),
        },
    )
    return with_properties(made, changes)


def listener_rule() -> Resource:
    """A rule of that listener."""
    return Resource(
        type="aws:lb/listenerRule:ListenerRule",
        name="websocket",
        depends={"listenerArn": ["https"]},
        properties={
            "listenerArn": UNKNOWN,
            "actions": [{"type": "forward", "targetGroupArn": UNKNOWN}],
            "tags": tags("load-balancer"),
        },
    )


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
            "tags": tags("monitoring"),
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
    return Resource(
        type="aws:iam/role:Role",
        properties={"assumeRolePolicy": json.dumps(trust), "tags": tags("api")},
    )


def bucket_versioning(status: str = "Enabled") -> Resource:
    """The versioning of that bucket."""
    return Resource(
        type="aws:s3/bucketVersioning:BucketVersioning",
        name="media-versioning",
        depends={"bucket": ["media"]},
        properties={"bucket": UNKNOWN, "versioningConfiguration": {"status": status}},
    )


def bucket_policy(**changes: object) -> Resource:
    """The policy of that bucket: nobody without TLS."""
    refusal = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        **changes,
    }
    return Resource(
        type="aws:s3/bucketPolicy:BucketPolicy",
        name="media-policy",
        depends={"bucket": ["media"]},
        properties={
            "bucket": UNKNOWN,
            "policy": json.dumps({"Version": "2012-10-17", "Statement": [refusal]}),
        },
    )


def bucket_logging() -> Resource:
    """The access log of that bucket."""
    return Resource(
        type="aws:s3/bucketLogging:BucketLogging",
        name="media-logging",
        depends={"bucket": ["media"], "targetBucket": ["logs"]},
        properties={"bucket": UNKNOWN, "targetBucket": UNKNOWN, "targetPrefix": "s3/"},
    )


POSTGRESQL = {
    "max_connections": "200",
    "shared_buffers": "524288",
    "effective_cache_size": "1572864",
    "maintenance_work_mem": "1048576",
    "checkpoint_completion_target": "0.9",
    "wal_buffers": "2048",
    "default_statistics_target": "100",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "200",
    "work_mem": "6553",
    "min_wal_size": "1024",
    "max_wal_size": "4096",
    "shared_preload_libraries": "pgaudit,pg_stat_statements",
    "pgaudit.log": "all",
    "pgaudit.log_relation": "1",
    "rds.force_ssl": "1",
}


def database_parameters(**changes: object) -> Resource:
    """A parameter group of PostgreSQL; a change with None leaves the parameter out."""
    values = {**POSTGRESQL, **changes}
    return Resource(
        type="aws:rds/parameterGroup:ParameterGroup",
        name="database-parameters",
        properties={
            "family": "postgres16",
            "parameters": [
                {"name": name, "value": value, "applyMethod": "pending-reboot"}
                for name, value in values.items()
                if value is not None
            ],
            "tags": tags("database"),
        },
    )


def cache_parameters(policy: object = "allkeys-lru") -> Resource:
    """A parameter group of Redis."""
    return Resource(
        type="aws:elasticache/parameterGroup:ParameterGroup",
        name="cache-parameters",
        properties={
            "family": "redis7",
            "parameters": [{"name": "maxmemory-policy", "value": policy}],
            "tags": tags("cache"),
        },
    )


def load_balancer(**changes: object) -> Resource:
    """An application load balancer."""
    made = Resource(
        type="aws:lb/loadBalancer:LoadBalancer",
        name="balancer",
        properties={
            "loadBalancerType": "application",
            "internal": False,
            "idleTimeout": 300.0,
            "dropInvalidHeaderFields": True,
            "enableDeletionProtection": True,
            "accessLogs": {"enabled": True, "bucket": UNKNOWN},
            "tags": tags("load-balancer"),
        },
    )
    return with_properties(made, changes)


def web_acl_association() -> Resource:
    """Puts a web ACL before that load balancer."""
    return Resource(
        type="aws:wafv2/webAclAssociation:WebAclAssociation",
        name="web-firewall",
        depends={"resourceArn": ["balancer"]},
        properties={"resourceArn": UNKNOWN, "webAclArn": UNKNOWN},
    )


def target_group(**changes: object) -> Resource:
    """The targets of the websocket servers."""
    made = Resource(
        type="aws:lb/targetGroup:TargetGroup",
        properties={
            "port": 8081.0,
            "deregistrationDelay": 300.0,
            "tags": tags("load-balancer"),
        },
    )
    return with_properties(made, changes)


def key(**changes: object) -> Resource:
    """A key at preview: its policy is not known."""
    made = Resource(
        type="aws:kms/key:Key",
        properties={"enableKeyRotation": True, "policy": UNKNOWN, "tags": tags("audit")},
    )
    return with_properties(made, changes)


def role_policy(**changes: object) -> Resource:
    """What a role may do; the changes are to its only statement."""
    statement = {
        "Sid": "ReadMedia",
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": "arn:aws:s3:::media/*",
        **changes,
    }
    given = {name: value for name, value in statement.items() if value is not None}
    return Resource(
        type="aws:iam/rolePolicy:RolePolicy",
        properties={"policy": json.dumps({"Version": "2012-10-17", "Statement": [given]})},
    )


def log_group(**changes: object) -> Resource:
    """The log group of a service."""
    made = Resource(
        type="aws:cloudwatch/logGroup:LogGroup",
        properties={"retentionInDays": 365.0, "tags": tags("audit")},
    )
    return with_properties(made, changes)


def trail(**changes: object) -> Resource:
    """The audit trail."""
    made = Resource(
        type="aws:cloudtrail/trail:Trail",
        properties={
            "isMultiRegionTrail": True,
            "enableLogFileValidation": True,
            "kmsKeyId": UNKNOWN,
            "tags": tags("audit"),
        },
    )
    return with_properties(made, changes)


def alarm() -> Resource:
    """An alarm of CloudWatch."""
    return Resource(
        type="aws:cloudwatch/metricAlarm:MetricAlarm", properties={"tags": tags("monitoring")}
    )


def container(**changes: object) -> Resource:
    """A container of the api, with the limits of a production server."""
    made = Resource(
        type="docker:index/container:Container",
        properties={
            "image": "messaging-app/api:1.0.0",
            "labels": [{"label": "Role", "value": "api"}],
            "memory": 16384.0,
            "cpus": "4",
        },
    )
    return with_properties(made, changes)


def remote_image(name: object = "registry.example.com:5000/nginx:1.27-alpine") -> Resource:
    """An image that a Docker host pulls."""
    return Resource(type="docker:index/remoteImage:RemoteImage", properties={"name": name})


def bucket_with_everything() -> list[Resource]:
    """A bucket with all that configures it from beside."""
    return [
        bucket(),
        bucket_encryption(),
        public_access_block(),
        bucket_versioning(),
        bucket_policy(),
        bucket_logging(),
    ]


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
        vpc(),
        flow_log(),
        subnet(),
        elastic_address(),
        security_group({"cidrBlocks": ["10.0.0.0/16"], "protocol": "-1"}),
        ingress_rule(),
        security_group_rule(),
        *bucket_with_everything(),
        database_parameters(),
        cache_parameters(),
        load_balancer(),
        web_acl_association(),
        target_group(),
        key(),
        role_policy(),
        log_group(),
        trail(),
        alarm(),
        container(),
        remote_image(),
        account_public_access_block(),
        password_policy(),
        encryption_by_default(),
        topic(),
        listener(),
        listener_rule(),
        function_permission(),
        document(),
        service_role(),
    ]
