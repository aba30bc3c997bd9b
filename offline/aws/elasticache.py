"""ElastiCache: replication groups, the subnets they stand in, and the parameters that tune them."""

from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import invoke
from offline.provider.convert import tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource, Run, Scope

RETAG = retag("add_tags_to_resource", "remove_tags_from_resource", {"ResourceName": K("arn")})

READ_TAGS = Read(
    "list_tags_for_resource",
    {"ResourceName": K("arn")},
    "@",
    {"tags": From("TagList || `[]`", tag_map)},
)

SUBNET_GROUP_SETTINGS: Mapping[str, Any] = {
    "CacheSubnetGroupDescription": P("description"),
    "SubnetIds": P("subnetIds"),
}

SUBNET_GROUP = Resource(
    token="aws:elasticache/subnetGroup:SubnetGroup",
    service="elasticache",
    create=Call(
        "create_cache_subnet_group",
        {
            "CacheSubnetGroupName": P("name"),
            "CacheSubnetGroupDescription": P("description"),
            "SubnetIds": P("subnetIds"),
            "Tags": P("tags", tag_list),
        },
        returns={"arn": "CacheSubnetGroup.ARN"},
    ),
    id="{name}",
    auto_name=AutoName(max_length=255),
    update=(
        Call("modify_cache_subnet_group", {"CacheSubnetGroupName": ID, **SUBNET_GROUP_SETTINGS}),
        RETAG,
    ),
    read=(
        Read(
            "describe_cache_subnet_groups",
            {"CacheSubnetGroupName": ID},
            "CacheSubnetGroups[0]",
            {
                "name": "CacheSubnetGroupName",
                "arn": "ARN",
                "description": "CacheSubnetGroupDescription",
                "subnetIds": "Subnets[].SubnetIdentifier",
                "vpcId": "VpcId",
            },
        ),
        READ_TAGS,
    ),
    delete=(Call("delete_cache_subnet_group", {"CacheSubnetGroupName": ID}),),
    gone=("CacheSubnetGroupNotFoundFault", "CacheSubnetGroupNotFound"),
)


def _change_parameters(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    group = {"CacheParameterGroupName": new["id"]}
    values = {each["name"]: each["value"] for each in new["parameters"]}
    former = {each["name"]: each["value"] for each in old.get("parameters", [])}
    changed = {name: value for name, value in values.items() if former.get(name) != value}
    for operation, parameters in (
        ("modify_cache_parameter_group", changed),
        ("reset_cache_parameter_group", {k: v for k, v in former.items() if k not in values}),
    ):
        named = [{"ParameterName": k, "ParameterValue": v} for k, v in parameters.items()]
        if named:
            invoke(client, operation, {**group, "ParameterNameValues": named})
    return {}


def _told_parameters(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": each["ParameterName"], "value": each["ParameterValue"]} for each in told]


PARAMETER_GROUP = Resource(
    token="aws:elasticache/parameterGroup:ParameterGroup",
    service="elasticache",
    create=Call(
        "create_cache_parameter_group",
        {
            "CacheParameterGroupName": P("name"),
            "CacheParameterGroupFamily": P("family"),
            "Description": P("description"),
            "Tags": P("tags", tag_list),
        },
        returns={"arn": "CacheParameterGroup.ARN"},
    ),
    id="{name}",
    auto_name=AutoName(max_length=255),
    configure=(Run(_change_parameters, uses=(P("parameters", default=[]),)),),
    update=(RETAG,),
    read=(
        Read(
            "describe_cache_parameter_groups",
            {"CacheParameterGroupName": ID},
            "CacheParameterGroups[0]",
            {
                "name": "CacheParameterGroupName",
                "arn": "ARN",
                "family": "CacheParameterGroupFamily",
                "description": "Description",
            },
        ),
        Read(
            "describe_cache_parameters",
            {"CacheParameterGroupName": ID, "Source": "user"},
            "@",
            {"parameters": From("Parameters", _told_parameters)},
        ),
        READ_TAGS,
    ),
    delete=(Call("delete_cache_parameter_group", {"CacheParameterGroupName": ID}),),
    gone=("CacheParameterGroupNotFound", "CacheParameterGroupNotFoundFault"),
)


def _log_deliveries(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "LogType": each["logType"],
            "LogFormat": each["logFormat"],
            "DestinationType": each["destinationType"],
            "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": each["destination"]}},
            "Enabled": True,
        }
        for each in given
    ]


def _told_log_deliveries(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "logType": each["LogType"],
            "logFormat": each["LogFormat"],
            "destinationType": each["DestinationType"],
            "destination": each["DestinationDetails"]["CloudWatchLogsDetails"]["LogGroup"],
        }
        for each in told
    ]


def _change_log_deliveries(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """ElastiCache keeps a log that it is not told to stop."""
    wanted = new["logDeliveryConfigurations"]
    kept = {each["logType"] for each in wanted}
    former = [each["logType"] for each in old.get("logDeliveryConfigurations", [])]
    ended = [{"LogType": log, "Enabled": False} for log in former if log not in kept]
    request = {"LogDeliveryConfigurations": [*_log_deliveries(wanted), *ended]}
    group = {"ReplicationGroupId": new["id"], "ApplyImmediately": True}
    invoke(client, "modify_replication_group", {**group, **request})
    return {}


SETTINGS: Mapping[str, Any] = {
    "ReplicationGroupDescription": P("description"),
    "CacheNodeType": P("nodeType"),
    "EngineVersion": P("engineVersion"),
    "AutoMinorVersionUpgrade": P("autoMinorVersionUpgrade", default=True),
    "AutomaticFailoverEnabled": P("automaticFailoverEnabled", default=False),
    "MultiAZEnabled": P("multiAzEnabled", default=False),
    "CacheParameterGroupName": P("parameterGroupName"),
    "SecurityGroupIds": P("securityGroupIds"),
    "SnapshotRetentionLimit": P("snapshotRetentionLimit", default=0),
    "SnapshotWindow": P("snapshotWindow"),
    "PreferredMaintenanceWindow": P("maintenanceWindow"),
}
"""What a group is created with, and what can change while it lives."""

REPLICATION_GROUP = Resource(
    token="aws:elasticache/replicationGroup:ReplicationGroup",
    service="elasticache",
    create=Call(
        "create_replication_group",
        {
            "ReplicationGroupId": P("replicationGroupId"),
            **SETTINGS,
            "Engine": P("engine"),
            "NumCacheClusters": P("numCacheClusters"),
            "DataTieringEnabled": P("dataTieringEnabled"),
            "Port": P("port"),
            "CacheSubnetGroupName": P("subnetGroupName"),
            "AtRestEncryptionEnabled": P("atRestEncryptionEnabled"),
            "KmsKeyId": P("kmsKeyId"),
            "TransitEncryptionEnabled": P("transitEncryptionEnabled"),
            "AuthToken": P("authToken"),
            "LogDeliveryConfigurations": P("logDeliveryConfigurations", _log_deliveries),
            "Tags": P("tags", tag_list),
        },
        returns={"arn": "ReplicationGroup.ARN"},
    ),
    id="{replicationGroupId}",
    auto_name=AutoName("replicationGroupId", max_length=40),
    options=frozenset({"applyImmediately"}),
    update=(
        Call(
            "modify_replication_group",
            {
                "ReplicationGroupId": ID,
                **SETTINGS,
                "ApplyImmediately": P("applyImmediately"),
            },
        ),
        Call(
            "modify_replication_group",
            {
                "ReplicationGroupId": ID,
                "AuthToken": P("authToken"),
                "AuthTokenUpdateStrategy": "ROTATE",
                "ApplyImmediately": True,
            },
        ),
        Run(_change_log_deliveries, uses=(P("logDeliveryConfigurations", default=[]),)),
        RETAG,
    ),
    read=(
        Read(
            "describe_replication_groups",
            {"ReplicationGroupId": ID},
            "ReplicationGroups[?Status != 'deleting'] | [0]",
            {
                "arn": "ARN",
                "replicationGroupId": "ReplicationGroupId",
                "description": "Description",
                "nodeType": "CacheNodeType",
                "engine": "Engine",
                "autoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
                "automaticFailoverEnabled": "AutomaticFailover == 'enabled'",
                "multiAzEnabled": "MultiAZ == 'enabled'",
                "dataTieringEnabled": "DataTiering == 'enabled'",
                "numCacheClusters": "length(MemberClusters)",
                "memberClusters": "MemberClusters",
                "port": "NodeGroups[0].PrimaryEndpoint.Port",
                "primaryEndpointAddress": "NodeGroups[0].PrimaryEndpoint.Address",
                "readerEndpointAddress": "NodeGroups[0].ReaderEndpoint.Address",
                "atRestEncryptionEnabled": "AtRestEncryptionEnabled",
                "kmsKeyId": "KmsKeyId",
                "transitEncryptionEnabled": "TransitEncryptionEnabled",
                "snapshotRetentionLimit": "SnapshotRetentionLimit",
                "snapshotWindow": "SnapshotWindow",
                "logDeliveryConfigurations": From(
                    "LogDeliveryConfigurations || `[]`", _told_log_deliveries
                ),
            },
        ),
        READ_TAGS,
    ),
    delete=(Call("delete_replication_group", {"ReplicationGroupId": ID}),),
    gone=("ReplicationGroupNotFoundFault",),
)

RESOURCES: tuple[Resource, ...] = (SUBNET_GROUP, PARAMETER_GROUP, REPLICATION_GROUP)
