"""RDS: database instances, primaries and read replicas, and copies of their backups."""

from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import ApiError, invoke
from offline.provider.convert import pascal, tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource, Run, Scope
from offline.provider.template import render

RETAG = retag("add_tags_to_resource", "remove_tags_from_resource", {"ResourceName": K("arn")})
TAGS = From("TagList || `[]`", tag_map)

SCHEDULE: Mapping[str, Any] = {
    "BackupRetentionPeriod": P("backupRetentionPeriod"),
    "PreferredBackupWindow": P("backupWindow"),
    "PreferredMaintenanceWindow": P("maintenanceWindow"),
}
"""What a replica takes only once it exists."""

OBSERVATION: Mapping[str, Any] = {
    "EnablePerformanceInsights": P("performanceInsightsEnabled", default=False),
    "PerformanceInsightsKMSKeyId": P("performanceInsightsKmsKeyId"),
    "MonitoringInterval": P("monitoringInterval", default=0),
    "MonitoringRoleArn": P("monitoringRoleArn"),
}
"""What a restored instance takes only once it exists."""

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
    "CACertificateIdentifier": P("caCertIdentifier"),
    **OBSERVATION,
}
"""What every instance is created with, and what can change while it lives."""

REPLICA: Mapping[str, Any] = {
    "DBInstanceIdentifier": P("identifier"),
    "SourceDBInstanceIdentifier": P("replicateSourceDb"),
    **SETTINGS,
    "AvailabilityZone": P("availabilityZone"),
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

RESTORED: Mapping[str, Any] = {
    "TargetDBInstanceIdentifier": P("identifier"),
    **{name: leaf for name, leaf in SETTINGS.items() if name not in OBSERVATION},
    **{name: leaf for name, leaf in SCHEDULE.items() if name != "PreferredMaintenanceWindow"},
    "Engine": P("engine"),
    "Port": P("port"),
    "EnableCloudwatchLogsExports": P("enabledCloudwatchLogsExports"),
    "Tags": P("tags", tag_list),
}

AFTER_RESTORING: Mapping[str, Any] = {
    "DBInstanceIdentifier": P("identifier"),
    **OBSERVATION,
    "MasterUserPassword": P("password"),
    "PreferredMaintenanceWindow": P("maintenanceWindow"),
}

RESTORE_POINT = {
    "sourceDbInstanceAutomatedBackupsArn": "SourceDBInstanceAutomatedBackupsArn",
    "sourceDbInstanceIdentifier": "SourceDBInstanceIdentifier",
}
"""What of `restoreToPointInTime` the API spells in its own way."""


def _create_instance(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    if new.get("replicateSourceDb"):
        told = invoke(client, "create_db_instance_read_replica", render(REPLICA, new))
    elif point := new.get("restoreToPointInTime"):
        request = {**render(RESTORED, new), **pascal(point, RESTORE_POINT)}
        told = invoke(client, "restore_db_instance_to_point_in_time", request)
        invoke(client, "modify_db_instance", render(AFTER_RESTORING, new))
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
        uses=(
            *{leaf.name: leaf for leaf in (*PRIMARY.values(), *REPLICA.values())}.values(),
            P("restoreToPointInTime"),
        ),
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
                "caCertIdentifier": "CACertificateIdentifier",
                "monitoringInterval": "MonitoringInterval",
                "monitoringRoleArn": "MonitoringRoleArn",
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

COPY = Resource(
    token=("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"),
    service="rds",
    create=Call(
        "start_db_instance_automated_backups_replication",
        {
            "SourceDBInstanceArn": P("sourceDbInstanceArn"),
            "KmsKeyId": P("kmsKeyId"),
            "BackupRetentionPeriod": P("retentionPeriod"),
        },
        returns={"id": "DBInstanceAutomatedBackup.DBInstanceAutomatedBackupsArn"},
    ),
    read=(
        Read(
            "describe_db_instance_automated_backups",
            {"DBInstanceAutomatedBackupsArn": ID},
            # One whose replication has ended is kept for its days, and is no copy any more.
            "DBInstanceAutomatedBackups[?Status != 'retained'] | [0]",
            {
                "sourceDbInstanceArn": "DBInstanceArn",
                "kmsKeyId": "KmsKeyId",
                "retentionPeriod": "BackupRetentionPeriod",
            },
        ),
    ),
    delete=(
        Call(
            "stop_db_instance_automated_backups_replication",
            {"SourceDBInstanceArn": K("sourceDbInstanceArn")},
        ),
    ),
    gone=("DBInstanceAutomatedBackupNotFound",),
)

RESOURCES: tuple[Resource, ...] = (INSTANCE, COPY)
