"""ElastiCache."""

from typing import Any

from tests.offline.aws.account import ACCOUNT_ID, NEW_TAGS, REGION, TAGS, Account, Case, MakeCase
from tests.offline.aws.cases.elbv2 import subnets
from tests.offline.aws.cases.security_groups import a_group
from tests.offline.aws.cases.vpc import a_vpc

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/1"


def subnet_group_inputs(account: Account) -> dict[str, Any]:
    return {
        "name": account.unique("subnets"),
        "description": "isolated",
        "subnetIds": subnets(account, a_vpc(account)),
        "tags": TAGS,
    }


def cache_subnet_group(account: Account) -> Case:
    elasticache = account.client("elasticache")
    return Case(
        token="aws:elasticache/subnetGroup:SubnetGroup",
        inputs=subnet_group_inputs(account),
        changes={
            "description": "changed",
            "subnetIds": subnets(account, a_vpc(account)),
            "tags": NEW_TAGS,
        },
        meddle=lambda state: elasticache.add_tags_to_resource(
            ResourceName=state["arn"], Tags=[{"Key": "Sneaked", "Value": "in"}]
        ),
        drift={"tags": {**TAGS, "Sneaked": "in"}},
    )


def parameter_group_inputs(account: Account) -> dict[str, Any]:
    return {
        "name": account.unique("parameters"),
        "family": "redis7",
        "description": "Managed by Pulumi",
        "parameters": [
            {"name": "maxmemory-policy", "value": "allkeys-lru"},
            {"name": "timeout", "value": "300"},
        ],
        "tags": TAGS,
    }


def cache_parameter_group(account: Account) -> Case:
    elasticache = account.client("elasticache")
    changed = {"ParameterName": "timeout", "ParameterValue": "1"}
    return Case(
        token="aws:elasticache/parameterGroup:ParameterGroup",
        inputs=parameter_group_inputs(account),
        changes={
            "parameters": [
                {"name": "timeout", "value": "600"},
                {"name": "tcp-keepalive", "value": "60"},
            ],
            "tags": NEW_TAGS,
        },
        meddle=lambda state: elasticache.modify_cache_parameter_group(
            CacheParameterGroupName=state["id"], ParameterNameValues=[changed]
        ),
        drift={
            "parameters": [
                {"name": "maxmemory-policy", "value": "allkeys-lru"},
                {"name": "timeout", "value": "1"},
            ]
        },
    )


def log_delivery(log: str, destination: str = "log-group") -> dict[str, str]:
    return {
        "logType": log,
        "logFormat": "json",
        "destinationType": "cloudwatch-logs",
        "destination": destination,
    }


def a_parameter_group(account: Account) -> str:
    inputs = parameter_group_inputs(account)
    return account.create("aws:elasticache/parameterGroup:ParameterGroup", **inputs)["id"]


def replication_group(account: Account) -> Case:
    elasticache = account.client("elasticache")
    return Case(
        token="aws:elasticache/replicationGroup:ReplicationGroup",
        inputs={
            "replicationGroupId": account.unique("cache"),
            "description": "cache",
            "engine": "redis",
            "engineVersion": "7.1",
            "autoMinorVersionUpgrade": False,
            "nodeType": "cache.r6gd.xlarge",
            "numCacheClusters": 2,
            "automaticFailoverEnabled": True,
            "multiAzEnabled": True,
            "dataTieringEnabled": True,
            "port": 6379,
            "parameterGroupName": a_parameter_group(account),
            "subnetGroupName": account.create(
                "aws:elasticache/subnetGroup:SubnetGroup", **subnet_group_inputs(account)
            )["id"],
            "securityGroupIds": [a_group(account)],
            "atRestEncryptionEnabled": True,
            "kmsKeyId": KEY,
            "transitEncryptionEnabled": True,
            "authToken": "not-a-real-password",
            "snapshotRetentionLimit": 7,
            "snapshotWindow": "02:00-03:00",
            "maintenanceWindow": "sun:03:30-sun:04:30",
            "logDeliveryConfigurations": [log_delivery("slow-log"), log_delivery("engine-log")],
            "applyImmediately": True,
            "tags": TAGS,
        },
        changes={
            "description": "changed",
            "engineVersion": "7.2",
            "autoMinorVersionUpgrade": True,
            "nodeType": "cache.r6gd.2xlarge",
            "multiAzEnabled": False,
            "automaticFailoverEnabled": False,
            "parameterGroupName": a_parameter_group(account),
            "securityGroupIds": [a_group(account)],
            "authToken": "another-password-too",
            "snapshotRetentionLimit": 14,
            "snapshotWindow": "01:00-02:00",
            "maintenanceWindow": "mon:03:30-mon:04:30",
            "logDeliveryConfigurations": [log_delivery("engine-log", "another")],
            "tags": NEW_TAGS,
        },
        meddle=lambda state: elasticache.modify_replication_group(
            ReplicationGroupId=state["id"], SnapshotRetentionLimit=1
        ),
        drift={"snapshotRetentionLimit": 1},
        untold=frozenset(
            {
                "authToken",
                "engineVersion",
                "maintenanceWindow",
                "parameterGroupName",
                "securityGroupIds",
                "subnetGroupName",
            }
        ),
    )


CASES: tuple[MakeCase, ...] = (cache_subnet_group, cache_parameter_group, replication_group)
