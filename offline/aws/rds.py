"""RDS: database instances, their subnet groups and parameter groups."""

from collections.abc import Iterator, Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import ApiError, invoke
from offline.provider.convert import tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource, Run, Scope
from offline.provider.template import render

RETAG = retag("add_tags_to_resource", "remove_tags_from_resource", {"ResourceName": K("arn")})
TAGS = From("TagList || `[]`", tag_map)

SUBNET_GROUP_SETTINGS: Mapping[str, Any] = {
    "DBSubnetGroupDescription": P("description"),
    "SubnetIds": P("subnetIds"),
}

READ_TAGS = Read("list_tags_for_resource", {"ResourceName": K("arn")}, "@", {"tags": TAGS})

SUBNET_GROUP = Resource(
    token="aws:rds/subnetGroup:SubnetGroup",
    service="rds",
    create=Call(
        "create_db_subnet_group",
        {
            "DBSubnetGroupName": P("name"),
            **SUBNET_GROUP_SETTINGS,
            "Tags": P("tags", tag_list),
        },
        returns={"arn": "DBSubnetGroup.DBSubnetGroupArn"},
    ),
    id="{name}",
    auto_name=AutoName(max_length=255),
    update=(
        Call("modify_db_subnet_group", {"DBSubnetGroupName": ID, **SUBNET_GROUP_SETTINGS}),
        RETAG,
    ),
    read=(
        Read(
            "describe_db_subnet_groups",
            {"DBSubnetGroupName": ID},
            "DBSubnetGroups[0]",
            {
                "name": "DBSubnetGroupName",
                "arn": "DBSubnetGroupArn",
                "description": "DBSubnetGroupDescription",
                "subnetIds": "Subnets[].SubnetIdentifier",
                "vpcId": "VpcId",
            },
        ),
        READ_TAGS,
    ),
    delete=(Call("delete_db_subnet_group", {"DBSubnetGroupName": ID}),),
    gone=("DBSubnetGroupNotFoundFault",),
)

PARAMETERS_A_CALL = 20
"""How many parameters RDS lets one call change."""


def _portions(parameters: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(parameters), PARAMETERS_A_CALL):
        yield parameters[start : start + PARAMETERS_A_CALL]


def _parameter(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ParameterName": given["name"],
        "ParameterValue": given["value"],
        "ApplyMethod": given.get("applyMethod", "immediate"),
    }


def _change_parameters(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    group = {"DBParameterGroupName": new["id"]}
    wanted = new["parameters"]
    names = {parameter["name"] for parameter in wanted}
    changed = [_parameter(each) for each in wanted if each not in old.get("parameters", [])]
    for portion in _portions(changed):
        invoke(client, "modify_db_parameter_group", {**group, "Parameters": portion})
    stale = [
        {"ParameterName": each["name"], "ApplyMethod": "pending-reboot"}
        for each in old.get("parameters", [])
        if each["name"] not in names
    ]
    for portion in _portions(stale):
        invoke(client, "reset_db_parameter_group", {**group, "Parameters": portion})
    return {}


def _told_parameters(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "name": each["ParameterName"],
            "value": each["ParameterValue"],
            "applyMethod": each["ApplyMethod"],
        }
        for each in told
    ]


PARAMETER_GROUP = Resource(
    token="aws:rds/parameterGroup:ParameterGroup",
    service="rds",
    create=Call(
        "create_db_parameter_group",
        {
            "DBParameterGroupName": P("name"),
            "DBParameterGroupFamily": P("family"),
            "Description": P("description"),
            "Tags": P("tags", tag_list),
        },
        returns={"arn": "DBParameterGroup.DBParameterGroupArn"},
    ),
    id="{name}",
    auto_name=AutoName(max_length=255),
    configure=(Run(_change_parameters, uses=(P("parameters", default=[]),)),),
    update=(RETAG,),
    read=(
        Read(
            "describe_db_parameter_groups",
            {"DBParameterGroupName": ID},
            "DBParameterGroups[0]",
            {
                "name": "DBParameterGroupName",
                "arn": "DBParameterGroupArn",
                "family": "DBParameterGroupFamily",
                "description": "Description",
            },
        ),
        Read(
            "describe_db_parameters",
            {"DBParameterGroupName": ID, "Source": "user"},
            "@",
            {"parameters": From("Parameters", _told_parameters)},
        ),
        READ_TAGS,
    ),
    delete=(Call("delete_db_parameter_group", {"DBParameterGroupName": ID}),),
    gone=("DBParameterGroupNotFound",),
)

SCHEDULE: Mapping[str, Any] = {
    "BackupRetentionPeriod": P("backupRetentionPeriod"),
    "PreferredBackupWindow": P("backupWindow"),
    "PreferredMaintenanceWindow": P("maintenanceWindow"),
}
"""What a replica takes only once it exists."""

SETTINGS: Mapping[str, Any] = {
    "DBInstanceClass": P("instanceClass"),
    "AutoMinorVersionUpgrade": P("autoMinorVersionUpgrade", default=True),
    "StorageType": P("storageType"),
    "AllocatedStorage": P("allocatedStorage"),
    "MaxAllocatedStorage": P("maxAllocatedStorage"),
    "MultiAZ": P("multiAz", default=False),
    "DBSubnetGroupName": P("dbSubnetGroupName"),
    "VpcSecurityGroupIds": P("vpcSecurityGroupIds"),
    "PubliclyAccessible": P("publiclyAccessible", default=False),
    "DBParameterGroupName": P("parameterGroupName"),
    "CopyTagsToSnapshot": P("copyTagsToSnapshot", default=False),
    "DeletionProtection": P("deletionProtection", default=False),
    "EnablePerformanceInsights": P("performanceInsightsEnabled", default=False),
    "PerformanceInsightsKMSKeyId": P("performanceInsightsKmsKeyId"),
}
"""What every instance is created with, and what can change while it lives."""

REPLICA: Mapping[str, Any] = {
    "DBInstanceIdentifier": P("identifier"),
    "SourceDBInstanceIdentifier": P("replicateSourceDb"),
    **SETTINGS,
    "KmsKeyId": P("kmsKeyId"),
    "Port": P("port"),
    "EnableCloudwatchLogsExports": P("enabledCloudwatchLogsExports"),
    "Tags": P("tags", tag_list),
}

PRIMARY: Mapping[str, Any] = {
    **{name: leaf for name, leaf in REPLICA.items() if name != "SourceDBInstanceIdentifier"},
    "Engine": P("engine"),
    "EngineVersion": P("engineVersion"),
    "StorageEncrypted": P("storageEncrypted"),
    "DBName": P("dbName"),
    "MasterUsername": P("username"),
    "MasterUserPassword": P("password"),
    **SCHEDULE,
}


def _create_instance(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    if new.get("replicateSourceDb"):
        told = invoke(client, "create_db_instance_read_replica", render(REPLICA, new))
    else:
        told = invoke(client, "create_db_instance", render(PRIMARY, new))
    return {"arn": told["DBInstance"]["DBInstanceArn"]}


def _change_log_exports(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """RDS takes what to begin and what to end exporting, never the whole list."""
    wanted = set(new["enabledCloudwatchLogsExports"])
    present = set(old.get("enabledCloudwatchLogsExports", []))
    change = {
        "EnableLogTypes": sorted(wanted - present),
        "DisableLogTypes": sorted(present - wanted),
    }
    request = {name: logs for name, logs in change.items() if logs}
    instance = {"DBInstanceIdentifier": new["id"]}
    invoke(client, "modify_db_instance", {**instance, "CloudwatchLogsExportConfiguration": request})
    return {}


def _promote(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """A replica that is no longer given its source becomes an instance of its own."""
    if new["replicateSourceDb"]:
        message = "cannot elect new source database for replication"
        raise ApiError("promote_read_replica", "InvalidParameterValue", message)
    invoke(client, "promote_read_replica", {"DBInstanceIdentifier": new["id"]})
    return {}


def _delete_instance(client: Any, state: Scope, _: Scope) -> Mapping[str, Any]:
    request = {
        "DBInstanceIdentifier": state["id"],
        "SkipFinalSnapshot": state.get("skipFinalSnapshot", False),
        "DeleteAutomatedBackups": state.get("deleteAutomatedBackups", True),
    }
    if not request["SkipFinalSnapshot"]:
        snapshot = state.get("finalSnapshotIdentifier")
        if snapshot is None:
            # moto deletes without a snapshot; AWS answers with this error.
            message = "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
            raise ApiError("delete_db_instance", "InvalidParameterCombination", message)
        request["FinalDBSnapshotIdentifier"] = snapshot
    invoke(client, "delete_db_instance", request)
    return {}


INSTANCE = Resource(
    token="aws:rds/instance:Instance",
    service="rds",
    create=Run(
        _create_instance,
        uses=tuple({leaf.name: leaf for leaf in (*PRIMARY.values(), *REPLICA.values())}.values()),
    ),
    id="{identifier}",
    auto_name=AutoName("identifier", max_length=63),
    options=frozenset(
        {
            "applyImmediately",
            "skipFinalSnapshot",
            "finalSnapshotIdentifier",
            "deleteAutomatedBackups",
        }
    ),
    configure=(
        Call(
            "modify_db_instance",
            {"DBInstanceIdentifier": ID, "ApplyImmediately": True, **SCHEDULE},
        ),
    ),
    update=(
        Call(
            "modify_db_instance",
            {
                "DBInstanceIdentifier": ID,
                **SETTINGS,
                "ApplyImmediately": P("applyImmediately"),
                "EngineVersion": P("engineVersion"),
                "DBPortNumber": P("port"),
                "MasterUserPassword": P("password"),
            },
        ),
        Run(_change_log_exports, uses=(P("enabledCloudwatchLogsExports", default=[]),)),
        Run(_promote, uses=(P("replicateSourceDb", default=""),)),
        RETAG,
    ),
    read=(
        Read(
            "describe_db_instances",
            {"DBInstanceIdentifier": ID},
            "DBInstances[?DBInstanceStatus != 'deleting'] | [0]",
            {
                "arn": "DBInstanceArn",
                "identifier": "DBInstanceIdentifier",
                "resourceId": "DbiResourceId",
                "status": "DBInstanceStatus",
                "engine": "Engine",
                "engineVersion": "EngineVersion",
                "engineVersionActual": "EngineVersion",
                "instanceClass": "DBInstanceClass",
                "autoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
                "storageType": "StorageType",
                "storageEncrypted": "StorageEncrypted",
                "allocatedStorage": "AllocatedStorage",
                "maxAllocatedStorage": "MaxAllocatedStorage",
                "kmsKeyId": "KmsKeyId",
                "dbName": "DBName",
                "username": "MasterUsername",
                "port": "Endpoint.Port",
                "address": "Endpoint.Address",
                "endpoint": "Endpoint.join(':', [Address, to_string(Port)])",
                "multiAz": "MultiAZ",
                "availabilityZone": "AvailabilityZone",
                "dbSubnetGroupName": "DBSubnetGroup.DBSubnetGroupName",
                "vpcSecurityGroupIds": "VpcSecurityGroups[].VpcSecurityGroupId",
                "publiclyAccessible": "PubliclyAccessible",
                "parameterGroupName": "DBParameterGroups[0].DBParameterGroupName",
                "backupRetentionPeriod": "BackupRetentionPeriod",
                "backupWindow": "PreferredBackupWindow",
                "maintenanceWindow": "PreferredMaintenanceWindow",
                "copyTagsToSnapshot": "CopyTagsToSnapshot",
                "deletionProtection": "DeletionProtection",
                "enabledCloudwatchLogsExports": "EnabledCloudwatchLogsExports",
                "replicas": "ReadReplicaDBInstanceIdentifiers",
                "replicateSourceDb": "ReadReplicaSourceDBInstanceIdentifier || ''",
                "tags": TAGS,
            },
        ),
    ),
    delete=(Run(_delete_instance),),
    gone=("DBInstanceNotFound", "DBInstanceNotFoundFault"),
)

RESOURCES: tuple[Resource, ...] = (SUBNET_GROUP, PARAMETER_GROUP, INSTANCE)
