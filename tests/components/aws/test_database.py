"""The database is tuned, audited, encrypted, and hard to lose."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from components.aws.database import Database, DatabaseArgs, DatabaseCopy
from components.identity import Identity
from settings.servers import DatabaseSettings
from tests.components.recording import ACCOUNT_ID, Recording, Registration, record

INSTANCE = "aws:rds/instance:Instance"
COPY = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup"
SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup"

BACKUP_ARN = "arn:aws:rds:eu-central-1:123456789012:auto-backup:ab-0123456789"
KEY_ARN = "arn:aws:kms:key"
SETTINGS = DatabaseSettings(
    instance_class="db.m6i.2xlarge",
    engine_version="16.4",
    storage_gib=500,
    max_storage_gib=2000,
    backup_retention_days=21,
)
BOTH = pytest.mark.parametrize("instance", ["database-primary", "database-replica"])

Build = Callable[..., Recording]


@pytest.fixture
def build(identity: Identity) -> Build:
    def run(
        protect: bool = True,
        retain: bool = True,
        zones: tuple[str, ...] = ("eu-central-1a", "eu-central-1b"),
        copy: DatabaseCopy | None = None,
        restore_from: str | None = None,
        **changes: Any,
    ) -> Recording:
        args = DatabaseArgs(
            identity=identity,
            settings=SETTINGS.model_copy(update=changes),
            region="eu-central-1",
            account_id=ACCOUNT_ID,
            subnet_ids=["subnet-a", "subnet-b"],
            zones=zones,
            security_group_id="sg-1",
            kms_key_arn=KEY_ARN,
            protect=protect,
            retain=retain,
            copy=copy,
            restore_from=restore_from,
        )
        return record(lambda: Database("database", args))

    return run


def primary(built: Recording) -> Registration:
    return built.one(INSTANCE, "database-primary")


def replica(built: Recording) -> Registration:
    return built.one(INSTANCE, "database-replica")


def test_it_is_a_primary_and_a_replica_with_what_they_need(build: Build) -> None:
    assert build().counts() == {
        "messaging-app:aws:Database": 1,
        "messaging-app:aws:EnhancedMonitoring": 1,
        "messaging-app:aws:GeneratedSecret": 1,
        "aws:iam/role:Role": 1,
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 1,
        INSTANCE: 2,
        PARAMETER_GROUP: 1,
        SUBNET_GROUP: 1,
        LOG_GROUP: 4,
        "aws:secretsmanager/secret:Secret": 1,
        SECRET_VERSION: 1,
        "random:index/randomPassword:RandomPassword": 1,
    }


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build()
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_primary_has_the_size_of_the_settings(build: Build) -> None:
    inputs = primary(build()).inputs
    assert inputs["identifier"] == "messaging-app-test-database"
    assert (inputs["engine"], inputs["engineVersion"]) == ("postgres", "16.4")
    assert inputs["instanceClass"] == "db.m6i.2xlarge"
    assert (inputs["storageType"], inputs["allocatedStorage"]) == ("gp3", 500)
    assert inputs["maxAllocatedStorage"] == 2000
    assert (inputs["dbName"], inputs["username"], inputs["port"]) == (
        "messaging",
        "messaging",
        5432,
    )


def test_the_primary_is_encrypted_with_the_platforms_key(build: Build) -> None:
    assert primary(build()).inputs["kmsKeyId"] == KEY_ARN


@pytest.mark.parametrize("multi_az", [True, False])
def test_a_standby_follows_the_settings(build: Build, multi_az: bool) -> None:
    assert primary(build(multi_az=multi_az)).inputs["multiAz"] is multi_az


def test_the_primary_stands_in_the_given_subnets(build: Build) -> None:
    built = build()
    assert built.one(SUBNET_GROUP).inputs["subnetIds"] == ["subnet-a", "subnet-b"]
    assert primary(built).inputs["dbSubnetGroupName"] == "database-subnets"


def test_the_replica_copies_the_primary(build: Build) -> None:
    inputs = replica(build()).inputs
    assert inputs["identifier"] == "messaging-app-test-database-replica"
    assert inputs["replicateSourceDb"] == "messaging-app-test-database"
    assert inputs["instanceClass"] == "db.m6i.2xlarge"
    assert (inputs["storageType"], inputs["maxAllocatedStorage"]) == ("gp3", 2000)
    # AWS refuses what a replica must take from its source.
    inherited = {"engine", "dbName", "username", "password", "dbSubnetGroupName", "kmsKeyId"}
    assert not inherited & inputs.keys()


@BOTH
def test_both_are_private_and_encrypted(build: Build, instance: str) -> None:
    inputs = build().one(INSTANCE, instance).inputs
    assert inputs["publiclyAccessible"] is False
    assert inputs["vpcSecurityGroupIds"] == ["sg-1"]
    assert inputs["storageEncrypted"] is True
    assert inputs["performanceInsightsEnabled"] is True
    assert inputs["performanceInsightsKmsKeyId"] == KEY_ARN


@BOTH
def test_both_tell_about_their_operating_system(build: Build, instance: str) -> None:
    built = build()
    inputs = built.one(INSTANCE, instance).inputs
    assert inputs["monitoringInterval"] == 60
    assert inputs["monitoringRoleArn"] == "arn:aws:mock::123456789012:database-monitoring-role"


def test_only_these_instances_send_metrics(build: Build) -> None:
    [statement] = json.loads(build().one("aws:iam/role:Role").inputs["assumeRolePolicy"])[
        "Statement"
    ]
    assert statement["Condition"]["ArnEquals"]["aws:SourceArn"] == [
        f"arn:aws:rds:eu-central-1:{ACCOUNT_ID}:db:messaging-app-test-database",
        f"arn:aws:rds:eu-central-1:{ACCOUNT_ID}:db:messaging-app-test-database-replica",
    ]


@BOTH
def test_the_authority_of_certificates_is_named(build: Build, instance: str) -> None:
    assert build().one(INSTANCE, instance).inputs["caCertIdentifier"] == "rds-ca-rsa2048-g1"


@BOTH
def test_what_interrupts_service_waits_for_the_window(build: Build, instance: str) -> None:
    assert build().one(INSTANCE, instance).inputs["applyImmediately"] is False


@pytest.mark.parametrize(
    "zones", [("eu-central-1a", "eu-central-1c"), ("eu-central-1c", "eu-central-1a")]
)
def test_the_replica_stands_in_another_zone(build: Build, zones: tuple[str, ...]) -> None:
    built = build(zones=zones)
    assert "availabilityZone" not in primary(built).inputs
    assert replica(built).inputs["availabilityZone"] == "eu-central-1c"


def test_a_failover_does_not_replace_the_replica(build: Build) -> None:
    assert list(replica(build()).request.ignoreChanges) == ["availabilityZone"]


def test_what_the_primary_began_with_never_replaces_it(build: Build) -> None:
    assert list(primary(build()).request.ignoreChanges) == [
        "dbName",
        "finalSnapshotIdentifier",
        "kmsKeyId",
        "password",
        "restoreToPointInTime",
        "username",
    ]


def test_backups_are_copied_to_another_region(build: Build) -> None:
    built = build(copy=DatabaseCopy(region="eu-west-1", kms_key_arn="arn:aws:kms:copy"))
    copy = built.one(COPY)
    assert copy.inputs == {
        "region": "eu-west-1",
        "sourceDbInstanceArn": "arn:aws:mock::123456789012:database-primary",
        "kmsKeyId": "arn:aws:kms:copy",
        "retentionPeriod": 21,
    }
    # RDS copies the backups of an instance to a region once.
    assert copy.request.deleteBeforeReplace
    # Its ARN is its ID.
    assert built.outputs["copy_arn"] == "database-copy-id"


def test_backups_are_not_copied_unless_asked(build: Build) -> None:
    assert build().all(COPY) == []


def test_a_database_can_begin_with_a_backup(build: Build) -> None:
    inputs = primary(build(restore_from=BACKUP_ARN)).inputs
    assert inputs["restoreToPointInTime"] == {
        "sourceDbInstanceAutomatedBackupsArn": BACKUP_ARN,
        "useLatestRestorableTime": True,
    }
    # The backup brings these along.
    assert not {"dbName", "username", "kmsKeyId"} & inputs.keys()
    assert inputs["storageEncrypted"] is True
    # The old one is nobody's here.
    assert inputs["password"] == "generated-password"


@BOTH
def test_versions_change_only_through_the_settings(build: Build, instance: str) -> None:
    assert build().one(INSTANCE, instance).inputs["autoMinorVersionUpgrade"] is False


@BOTH
def test_both_are_tuned_and_audited(build: Build, instance: str) -> None:
    built = build()
    group = built.one(PARAMETER_GROUP).inputs
    values = {each["name"]: each["value"] for each in group["parameters"]}
    assert group["family"] == "postgres16"
    assert values["max_connections"] == "200"
    assert values["shared_buffers"] == "524288"
    assert values["pgaudit.log"] == "all"
    assert values["rds.force_ssl"] == "1"
    assert built.one(INSTANCE, instance).inputs["parameterGroupName"] == "database-parameters"


def test_a_new_major_version_gets_a_new_parameter_group(build: Build) -> None:
    group = build(engine_version="17.2").one(PARAMETER_GROUP).inputs
    assert group["family"] == "postgres17"
    assert "name" not in group


@BOTH
def test_logs_are_encrypted_and_kept_for_a_year(build: Build, instance: str) -> None:
    built = build()
    identifier = built.one(INSTANCE, instance).inputs["identifier"]
    assert built.one(INSTANCE, instance).inputs["enabledCloudwatchLogsExports"] == [
        "postgresql",
        "upgrade",
    ]
    for log in ("postgresql", "upgrade"):
        inputs = built.one(LOG_GROUP, f"{instance}-{log}-log").inputs
        assert inputs["name"] == f"/aws/rds/instance/{identifier}/{log}"
        assert (inputs["retentionInDays"], inputs["kmsKeyId"]) == (365, KEY_ARN)


@BOTH
def test_an_instance_writes_no_log_before_its_log_groups_are_there(
    build: Build, instance: str
) -> None:
    built = build()
    logs = {each.urn for each in built.all(LOG_GROUP) if each.name.startswith(instance)}
    assert logs <= set(built.one(INSTANCE, instance).request.dependencies)


def test_backups_reach_back_as_far_as_the_settings_say(build: Build) -> None:
    inputs = primary(build()).inputs
    assert inputs["backupRetentionPeriod"] == 21
    assert inputs["copyTagsToSnapshot"] is True
    assert inputs["backupWindow"] == "02:00-03:00"
    assert inputs["maintenanceWindow"] == "sun:03:30-sun:04:30"


@BOTH
@pytest.mark.parametrize("protect", [True, False])
def test_instances_are_protected_when_asked(build: Build, instance: str, protect: bool) -> None:
    assert build(protect=protect).one(INSTANCE, instance).request.protect is protect


def test_a_database_leaves_its_backups_and_a_snapshot_even_without_protection(
    build: Build,
) -> None:
    # Protection is off whenever a database is deleted at all.
    inputs = primary(build(protect=False)).inputs
    assert inputs["skipFinalSnapshot"] is False
    assert inputs["deleteAutomatedBackups"] is False


def test_the_final_snapshot_is_named_after_the_beginning_of_the_instance(build: Build) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    built = primary(build())
    name, _, moment = built.inputs["finalSnapshotIdentifier"].rpartition("-")
    assert name == "messaging-app-test-database-final"
    began = datetime.strptime(moment, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    assert before <= began <= datetime.now(UTC)
    assert "finalSnapshotIdentifier" in built.request.ignoreChanges


def test_a_throw_away_database_goes_without_a_trace(build: Build) -> None:
    inputs = primary(build(protect=False, retain=False)).inputs
    assert inputs["skipFinalSnapshot"] is True
    assert inputs["deleteAutomatedBackups"] is True


@BOTH
@pytest.mark.parametrize("protection", [True, False])
def test_deletion_protection_follows_the_settings(
    build: Build, instance: str, protection: bool
) -> None:
    built = build(deletion_protection=protection)
    assert built.one(INSTANCE, instance).inputs["deletionProtection"] is protection


def test_the_password_is_ours_and_secret(build: Build) -> None:
    built = build()
    assert primary(built).inputs["password"] == "generated-password"
    assert "password" in primary(built).secret_inputs
    # AWS refuses read replicas of an instance whose password it manages.
    assert "manageMasterUserPassword" not in primary(built).inputs


def test_the_secret_holds_username_and_password(build: Build) -> None:
    version = build().one(SECRET_VERSION)
    assert version.inputs["secretString"] == (
        '{"username": "messaging", "password": "generated-password"}'
    )
    assert "secretString" in version.secret_inputs


def test_a_rotated_password_is_left_alone(build: Build) -> None:
    version = build().one(SECRET_VERSION)
    assert version.inputs["versionStages"] == ["initial"]
    assert list(version.request.ignoreChanges) == ["secretString", "versionStages"]


def test_outputs_hold_no_secret(build: Build) -> None:
    assert build().outputs == {
        "host": "database.rds.amazonaws.com",
        "port": 5432,
        "database_name": "messaging",
        "replica_host": "database.rds.amazonaws.com",
        "secret_arn": "arn:aws:mock::123456789012:database-version",
        "identifier": "messaging-app-test-database",
        "replica_identifier": "messaging-app-test-database-replica",
        "instance_arn": "arn:aws:mock::123456789012:database-primary",
    }
