"""The database on RDS: tuned, audited, watched, copied, and found by a name of its own."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.answers import private_records
from tests.integration.conftest import Platform
from tests.integration.engine import COPY_REGION

LEAST_CPUS = 8
LEAST_MEMORY_MIB = 32 * 1024
LEAST_STORAGE_GIB = 500
"""Guide, Hardware Requirements: database servers."""

LEAST_BACKUP_DAYS = 7
"""Guide, Backup Procedures."""

TUNING: Mapping[str, str] = {
    "max_connections": "200",
    "shared_buffers": str(4 * 2**30 // 8192),  # pages of 8 KiB
    "effective_cache_size": str(12 * 2**30 // 8192),
    "maintenance_work_mem": str(2**30 // 2**10),  # KiB
    "checkpoint_completion_target": "0.9",
    "wal_buffers": str(16 * 2**20 // 8192),
    "default_statistics_target": "100",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "200",
    "work_mem": "6553",  # KiB
    "min_wal_size": "1024",  # MiB
    "max_wal_size": "4096",
}
"""Guide, Database Tuning, in the units that RDS takes."""


@pytest.fixture(scope="module")
def instances(stack: Platform) -> dict[str, dict[str, Any]]:
    """`primary` and `replica`."""
    described = stack.client("rds").describe_db_instances()["DBInstances"]
    found = {
        "replica" if "ReadReplicaSourceDBInstanceIdentifier" in each else "primary": each
        for each in described
    }
    assert (len(described), found.keys()) == (2, {"primary", "replica"})
    return found


@pytest.fixture(scope="module")
def parameters(stack: Platform, instances: dict[str, dict[str, Any]]) -> dict[str, str]:
    """What the group that both instances use was given."""
    (name,) = {
        group["DBParameterGroupName"]
        for each in instances.values()
        for group in each["DBParameterGroups"]
    }
    told = stack.client("rds").describe_db_parameters(DBParameterGroupName=name, Source="user")
    return {each["ParameterName"]: each["ParameterValue"] for each in told["Parameters"]}


def test_both_are_as_large_as_the_guide_asks_and_their_storage_grows(
    stack: Platform, instances: dict[str, dict[str, Any]]
) -> None:
    for each in instances.values():
        size = each["DBInstanceClass"].removeprefix("db.")
        described = stack.client("ec2").describe_instance_types(InstanceTypes=[size])
        (type_,) = described["InstanceTypes"]
        assert type_["VCpuInfo"]["DefaultVCpus"] >= LEAST_CPUS
        assert type_["MemoryInfo"]["SizeInMiB"] >= LEAST_MEMORY_MIB
        assert each["StorageType"] == "gp3"
        assert LEAST_STORAGE_GIB <= each["AllocatedStorage"] < each["MaxAllocatedStorage"]


def test_postgresql_is_one_that_the_guide_supports(instances: dict[str, dict[str, Any]]) -> None:
    for each in instances.values():
        assert each["Engine"] == "postgres"
        assert int(each["EngineVersion"].split(".")[0]) >= 14


def test_the_loss_of_a_zone_takes_neither_the_primary_nor_both_instances(
    instances: dict[str, dict[str, Any]],
) -> None:
    primary, replica = instances["primary"], instances["replica"]
    assert primary["MultiAZ"] is True
    assert replica["ReadReplicaSourceDBInstanceIdentifier"] == primary["DBInstanceIdentifier"]
    assert replica["AvailabilityZone"] != primary["AvailabilityZone"]


def test_data_is_encrypted_with_our_key_and_reached_from_inside_only(
    stack: Platform, instances: dict[str, dict[str, Any]]
) -> None:
    for each in instances.values():
        assert (each["StorageEncrypted"], each["PubliclyAccessible"]) == (True, False)
        assert each["KmsKeyId"] == stack.outputs["kms_key_arn"]


def test_only_application_and_operations_servers_reach_the_database(
    stack: Platform, instances: dict[str, dict[str, Any]]
) -> None:
    groups = stack.outputs["security_group_ids"]
    for each in instances.values():
        used = [group["VpcSecurityGroupId"] for group in each["VpcSecurityGroups"]]
        assert used == [groups["database"]]
    (group,) = stack.client("ec2").describe_security_groups(GroupIds=[groups["database"]])[
        "SecurityGroups"
    ]
    (rule,) = group["IpPermissions"]
    assert (rule["FromPort"], rule["ToPort"]) == (5432, 5432)
    assert rule["IpRanges"] == rule["Ipv6Ranges"] == rule["PrefixListIds"] == []
    assert {pair["GroupId"] for pair in rule["UserIdGroupPairs"]} == {
        groups[role] for role in ("api", "websocket", "monitoring")
    }


def test_the_primary_can_go_back_to_any_moment_of_a_week(
    instances: dict[str, dict[str, Any]],
) -> None:
    assert instances["primary"]["BackupRetentionPeriod"] >= LEAST_BACKUP_DAYS


def test_its_backups_are_copied_to_the_second_region_under_a_key_of_that_region(
    stack: Platform, instances: dict[str, dict[str, Any]]
) -> None:
    told = stack.client("rds", COPY_REGION).describe_db_instance_automated_backups()
    (copy,) = told["DBInstanceAutomatedBackups"]
    assert copy["DBInstanceArn"] == instances["primary"]["DBInstanceArn"]
    assert copy["Status"] == "replicating"
    assert copy["BackupRetentionPeriod"] >= LEAST_BACKUP_DAYS
    assert copy["Encrypted"] is True
    assert copy["KmsKeyId"].startswith(f"arn:aws:kms:{COPY_REGION}:")


def test_production_cannot_be_deleted_by_mistake(
    stack: Platform, instances: dict[str, dict[str, Any]]
) -> None:
    is_production = stack.outputs["environment"] == "prod"
    for each in instances.values():
        assert each["DeletionProtection"] is is_production


def test_logs_go_to_cloudwatch_and_the_system_is_watched_each_minute(
    stack: Platform, instances: dict[str, dict[str, Any]]
) -> None:
    for each in instances.values():
        assert set(each["EnabledCloudwatchLogsExports"]) == {"postgresql", "upgrade"}
        assert timedelta(0) < timedelta(seconds=each["MonitoringInterval"]) <= timedelta(minutes=1)
        name = each["MonitoringRoleArn"].rsplit("/", 1)[-1]
        attached = stack.client("iam").list_attached_role_policies(RoleName=name)
        assert [policy["PolicyName"] for policy in attached["AttachedPolicies"]] == [
            "AmazonRDSEnhancedMonitoringRole"
        ]


def test_the_guides_twelve_values_are_set(parameters: dict[str, str]) -> None:
    assert {name: parameters.get(name) for name in TUNING} == TUNING


def test_every_statement_is_audited_with_the_relations_that_it_touches(
    parameters: dict[str, str],
) -> None:
    assert "pgaudit" in parameters["shared_preload_libraries"].split(",")
    assert parameters["pgaudit.log"] == "all"
    assert parameters["pgaudit.log_relation"] in {"1", "on"}


def test_clients_have_to_use_tls(parameters: dict[str, str]) -> None:
    assert parameters["rds.force_ssl"] == "1"


def test_the_master_password_is_rotated_by_a_function_that_exists(stack: Platform) -> None:
    secret = stack.client("secretsmanager").describe_secret(
        SecretId=stack.outputs["database_secret_ref"]
    )
    assert secret["RotationEnabled"] is True
    assert secret["RotationRules"]["ScheduleExpression"]
    assert secret["KmsKeyId"] == stack.outputs["kms_key_arn"]
    function = stack.client("lambda").get_function(FunctionName=secret["RotationLambdaARN"])
    assert function["Configuration"]["FunctionArn"] == secret["RotationLambdaARN"]


@pytest.mark.parametrize(
    ("output", "which"), [("database_host", "primary"), ("database_replica_host", "replica")]
)
def test_a_private_name_follows_each_instance(
    stack: Platform, instances: dict[str, dict[str, Any]], output: str, which: str
) -> None:
    record = private_records(stack.client("route53"))[stack.outputs[output]]
    assert record["Type"] == "CNAME"
    assert record["TTL"] <= 60
    endpoint = instances[which]["Endpoint"]
    assert record["ResourceRecords"] == [{"Value": endpoint["Address"]}]
    assert endpoint["Port"] == stack.outputs["database_port"] == 5432
