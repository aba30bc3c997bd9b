"""RDS."""

from typing import Any

from tests.offline.aws.account import ACCOUNT_ID, NEW_TAGS, REGION, TAGS, Account, Case, MakeCase
from tests.offline.aws.cases.elbv2 import subnets
from tests.offline.aws.cases.security_groups import a_group
from tests.offline.aws.cases.vpc import a_vpc

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/1"
OTHER_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/2"
MONITORING_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/monitoring"
OTHER_MONITORING_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/other-monitoring"
COPY = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
OTHER_REGION = "eu-west-1"
UNTOLD_BY_INSTANCES = frozenset(
    {"password", "performanceInsightsEnabled", "performanceInsightsKmsKeyId"}
)


def subnet_group_inputs(account: Account) -> dict[str, Any]:
    return {
        "name": account.unique("subnets"),
        "description": "isolated",
        "subnetIds": subnets(account, a_vpc(account)),
        "tags": TAGS,
    }


def a_subnet_group(account: Account) -> str:
    return account.create("aws:rds/subnetGroup:SubnetGroup", **subnet_group_inputs(account))["id"]


def subnet_group(account: Account) -> Case:
    rds = account.client("rds")
    return Case(
        token="aws:rds/subnetGroup:SubnetGroup",
        inputs=subnet_group_inputs(account),
        changes={
            "description": "changed",
            "subnetIds": subnets(account, a_vpc(account)),
            "tags": NEW_TAGS,
        },
        meddle=lambda state: rds.add_tags_to_resource(
            ResourceName=state["arn"], Tags=[{"Key": "Sneaked", "Value": "in"}]
        ),
        drift={"tags": {**TAGS, "Sneaked": "in"}},
    )


def parameter(name: str, value: str, apply_method: str = "immediate") -> dict[str, str]:
    return {"name": name, "value": value, "applyMethod": apply_method}


def parameter_group_inputs(account: Account) -> dict[str, Any]:
    return {
        "name": account.unique("parameters"),
        "family": "postgres16",
        "description": "Managed by Pulumi",
        "parameters": [
            parameter("work_mem", "6553"),
            parameter("max_connections", "200", "pending-reboot"),
            *(parameter(f"parameter_{number}", "1") for number in range(20)),
        ],
        "tags": TAGS,
    }


def a_parameter_group(account: Account) -> str:
    inputs = parameter_group_inputs(account)
    return account.create("aws:rds/parameterGroup:ParameterGroup", **inputs)["id"]


def parameter_group(account: Account) -> Case:
    rds = account.client("rds")
    inputs = parameter_group_inputs(account)
    changed = {"ParameterName": "work_mem", "ParameterValue": "1", "ApplyMethod": "immediate"}
    return Case(
        token="aws:rds/parameterGroup:ParameterGroup",
        inputs=inputs,
        changes={
            "parameters": [parameter("work_mem", "8192"), parameter("min_wal_size", "1024")],
            "tags": NEW_TAGS,
        },
        meddle=lambda state: rds.modify_db_parameter_group(
            DBParameterGroupName=state["id"], Parameters=[changed]
        ),
        drift={"parameters": [*inputs["parameters"][1:], parameter("work_mem", "1")]},
    )


def primary_inputs(account: Account) -> dict[str, Any]:
    return {
        "identifier": account.unique("primary"),
        "engine": "postgres",
        "engineVersion": "16.4",
        "instanceClass": "db.m6i.2xlarge",
        "storageType": "gp3",
        "allocatedStorage": 500,
        "maxAllocatedStorage": 1000,
        "storageEncrypted": True,
        "kmsKeyId": KEY,
        "dbName": "messaging",
        "username": "messaging",
        "password": "not-a-real-password",
        "port": 5432,
        "multiAz": True,
        "dbSubnetGroupName": a_subnet_group(account),
        "vpcSecurityGroupIds": [a_group(account)],
        "publiclyAccessible": True,
        "parameterGroupName": a_parameter_group(account),
        "backupRetentionPeriod": 30,
        "backupWindow": "02:00-03:00",
        "maintenanceWindow": "sun:03:30-sun:04:30",
        "autoMinorVersionUpgrade": False,
        "copyTagsToSnapshot": True,
        "enabledCloudwatchLogsExports": ["postgresql", "upgrade"],
        "performanceInsightsEnabled": True,
        "performanceInsightsKmsKeyId": KEY,
        "caCertIdentifier": "rds-ca-rsa2048-g1",
        "monitoringInterval": 60,
        "monitoringRoleArn": MONITORING_ROLE,
        "applyImmediately": True,
        "deleteAutomatedBackups": True,
        "skipFinalSnapshot": True,
        "finalSnapshotIdentifier": account.unique("final"),
        "tags": TAGS,
    }


def primary(account: Account) -> Case:
    rds = account.client("rds")
    return Case(
        token="aws:rds/instance:Instance",
        inputs=primary_inputs(account),
        changes={
            "engineVersion": "16.6",
            "instanceClass": "db.m6i.4xlarge",
            "storageType": "io2",
            "allocatedStorage": 600,
            "maxAllocatedStorage": 2000,
            "password": "another-password",
            "port": 5433,
            "multiAz": False,
            "dbSubnetGroupName": a_subnet_group(account),
            "vpcSecurityGroupIds": [a_group(account)],
            "publiclyAccessible": False,
            "parameterGroupName": a_parameter_group(account),
            "backupRetentionPeriod": 7,
            "backupWindow": "01:00-02:00",
            "maintenanceWindow": "mon:03:30-mon:04:30",
            "autoMinorVersionUpgrade": True,
            "copyTagsToSnapshot": False,
            "deletionProtection": True,
            "enabledCloudwatchLogsExports": ["upgrade"],
            "performanceInsightsEnabled": False,
            "performanceInsightsKmsKeyId": OTHER_KEY,
            "caCertIdentifier": "rds-ca-ecc384-g1",
            "monitoringInterval": 30,
            "monitoringRoleArn": OTHER_MONITORING_ROLE,
            "tags": NEW_TAGS,
        },
        meddle=lambda state: rds.modify_db_instance(
            DBInstanceIdentifier=state["id"], DBInstanceClass="db.t3.micro", ApplyImmediately=True
        ),
        drift={"instanceClass": "db.t3.micro"},
        untold=UNTOLD_BY_INSTANCES,
    )


def replica(account: Account) -> Case:
    rds = account.client("rds")
    source = account.create("aws:rds/instance:Instance", **primary_inputs(account))
    return Case(
        token="aws:rds/instance:Instance",
        inputs={
            "identifier": account.unique("replica"),
            "replicateSourceDb": source["identifier"],
            "instanceClass": "db.m6i.2xlarge",
            "storageType": "gp3",
            "maxAllocatedStorage": 1000,
            "storageEncrypted": True,
            "kmsKeyId": KEY,
            "availabilityZone": f"{REGION}b",
            "vpcSecurityGroupIds": [a_group(account)],
            "publiclyAccessible": True,
            "parameterGroupName": source["parameterGroupName"],
            "maintenanceWindow": "sun:05:30-sun:06:30",
            "autoMinorVersionUpgrade": False,
            "copyTagsToSnapshot": True,
            "enabledCloudwatchLogsExports": ["postgresql", "upgrade"],
            "skipFinalSnapshot": True,
            "tags": TAGS,
        },
        changes={
            "instanceClass": "db.m6i.4xlarge",
            "storageType": "io2",
            "maxAllocatedStorage": 2000,
            "vpcSecurityGroupIds": [a_group(account)],
            "publiclyAccessible": False,
            "parameterGroupName": a_parameter_group(account),
            "maintenanceWindow": "mon:03:30-mon:04:30",
            "autoMinorVersionUpgrade": True,
            "copyTagsToSnapshot": False,
            "enabledCloudwatchLogsExports": ["upgrade"],
            "deletionProtection": True,
            "tags": NEW_TAGS,
            "replicateSourceDb": "",
        },
        one_way=frozenset({"replicateSourceDb"}),
        meddle=lambda state: rds.delete_db_instance(
            DBInstanceIdentifier=state["id"], SkipFinalSnapshot=True
        ),
        drift=None,
    )


def an_instance_elsewhere(account: Account) -> str:
    """ARN of an instance in another region."""
    told = account.client("rds", OTHER_REGION).create_db_instance(
        DBInstanceIdentifier=account.unique("elsewhere"),
        DBInstanceClass="db.m6i.2xlarge",
        Engine="postgres",
        EngineVersion="16.4",
        DBName="messaging",
        MasterUsername="messaging",
        MasterUserPassword="not-a-real-password",
        AllocatedStorage=500,
        StorageEncrypted=True,
    )
    return told["DBInstance"]["DBInstanceArn"]


def backup_copy_inputs(account: Account) -> dict[str, Any]:
    return {
        "sourceDbInstanceArn": an_instance_elsewhere(account),
        "kmsKeyId": KEY,
        "retentionPeriod": 14,
    }


def a_backup_copy(account: Account) -> str:
    """ARN of the copy of an automated backup."""
    return account.create(COPY, **backup_copy_inputs(account))["id"]


def backup_copy(account: Account) -> Case:
    rds = account.client("rds")
    return Case(
        token=COPY,
        inputs=backup_copy_inputs(account),
        meddle=lambda state: rds.stop_db_instance_automated_backups_replication(
            SourceDBInstanceArn=state["sourceDbInstanceArn"]
        ),
        drift=None,
    )


def restored(account: Account) -> Case:
    rds = account.client("rds")
    point = {
        "sourceDbInstanceAutomatedBackupsArn": a_backup_copy(account),
        "useLatestRestorableTime": True,
    }
    brought_along = {"dbName", "username", "kmsKeyId", "engineVersion"}
    inputs = {k: v for k, v in primary_inputs(account).items() if k not in brought_along}
    return Case(
        token="aws:rds/instance:Instance",
        inputs={**inputs, "restoreToPointInTime": point},
        changes={
            name: value
            for name, value in primary(account).changes.items()
            if name != "engineVersion"
        },
        meddle=lambda state: rds.delete_db_instance(
            DBInstanceIdentifier=state["id"], SkipFinalSnapshot=True
        ),
        drift=None,
        untold=UNTOLD_BY_INSTANCES | {"restoreToPointInTime"},
    )


CASES: tuple[MakeCase, ...] = (
    subnet_group,
    parameter_group,
    primary,
    replica,
    restored,
    backup_copy,
)
