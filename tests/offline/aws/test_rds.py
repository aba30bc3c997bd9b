"""Databases, beyond what every table must do."""

from typing import Any

import pytest

from offline.aws.rds import INSTANCE
from offline.provider import lifecycle
from offline.provider.api import ApiError
from tests.offline.aws.account import Account, State
from tests.offline.aws.cases.rds import (
    COPY,
    OTHER_REGION,
    a_backup_copy,
    backup_copy_inputs,
    primary_inputs,
)


def a_primary(account: Account, **changes: Any) -> State:
    return account.create(INSTANCE.token, **{**primary_inputs(account), **changes})


def a_replica(account: Account, source: State) -> tuple[State, State]:
    """Its inputs and its state."""
    inputs = {
        "identifier": account.unique("replica"),
        "replicateSourceDb": source["identifier"],
        "instanceClass": "db.m6i.2xlarge",
        "vpcSecurityGroupIds": source["vpcSecurityGroupIds"],
        "skipFinalSnapshot": True,
    }
    return inputs, account.create(INSTANCE.token, **inputs)


def replicas(account: Account, source: State) -> list[str]:
    told = account.client("rds").describe_db_instances(DBInstanceIdentifier=source["id"])
    return told["DBInstances"][0]["ReadReplicaDBInstanceIdentifiers"]


def delete(account: Account, state: State) -> None:
    lifecycle.delete(INSTANCE, account.client("rds"), state["id"], state)


def test_a_protected_instance_is_not_deleted(account: Account) -> None:
    instance = a_primary(account, deletionProtection=True)

    with pytest.raises(ApiError) as refused:
        delete(account, instance)

    assert str(refused.value) == (
        "delete_db_instance: InvalidParameterCombination: Cannot delete protected DB Instance, "
        "please disable deletion protection and try again."
    )


def test_an_instance_is_not_deleted_without_a_word_about_its_last_snapshot(
    account: Account,
) -> None:
    instance = a_primary(account)
    del instance["skipFinalSnapshot"], instance["finalSnapshotIdentifier"]

    with pytest.raises(ApiError) as refused:
        delete(account, instance)

    assert str(refused.value) == (
        "delete_db_instance: InvalidParameterCombination: FinalDBSnapshotIdentifier is required "
        "unless SkipFinalSnapshot is specified."
    )


def test_the_final_snapshot_outlives_the_instance(account: Account) -> None:
    instance = a_primary(account, skipFinalSnapshot=False)

    delete(account, instance)

    named = {"DBSnapshotIdentifier": instance["finalSnapshotIdentifier"]}
    [snapshot] = account.client("rds").describe_db_snapshots(**named)["DBSnapshots"]
    assert snapshot["DBInstanceIdentifier"] == instance["identifier"]


def test_a_primary_knows_its_replica_until_that_is_deleted(account: Account) -> None:
    source = a_primary(account)
    _, replica = a_replica(account, source)
    assert replicas(account, source) == [replica["identifier"]]

    delete(account, replica)

    assert replicas(account, source) == []


def test_a_replica_that_no_longer_names_its_source_is_promoted(account: Account) -> None:
    source = a_primary(account)
    inputs, replica = a_replica(account, source)
    without = {k: v for k, v in inputs.items() if k != "replicateSourceDb"}
    client = account.client("rds")

    promoted = lifecycle.update(INSTANCE, client, replica["id"], replica, inputs, without)

    assert promoted["replicateSourceDb"] == ""
    assert replicas(account, source) == []
    delete(account, promoted)


def test_a_primary_does_not_become_a_replica(account: Account) -> None:
    source = a_primary(account)
    inputs = primary_inputs(account)
    instance = account.create(INSTANCE.token, **inputs)
    demoted = {**inputs, "replicateSourceDb": source["identifier"]}

    with pytest.raises(ApiError, match="cannot elect new source database for replication"):
        lifecycle.update(INSTANCE, account.client("rds"), instance["id"], instance, inputs, demoted)


def restoring(account: Account, backup: str) -> dict[str, Any]:
    point = {"sourceDbInstanceAutomatedBackupsArn": backup, "useLatestRestorableTime": True}
    brought_along = {"dbName", "username", "kmsKeyId"}
    inputs = {k: v for k, v in primary_inputs(account).items() if k not in brought_along}
    return {**inputs, "restoreToPointInTime": point}


def test_a_restored_instance_has_what_its_backup_brought_along(account: Account) -> None:
    backup = a_backup_copy(account)

    instance = account.create(INSTANCE.token, **restoring(account, backup))

    assert (instance["dbName"], instance["username"]) == ("messaging", "messaging")
    [copy] = account.client("rds").describe_db_instance_automated_backups(
        DBInstanceAutomatedBackupsArn=backup
    )["DBInstanceAutomatedBackups"]
    assert instance["kmsKeyId"] == copy["KmsKeyId"]


def test_a_copy_outlives_its_instance(account: Account) -> None:
    inputs = backup_copy_inputs(account)
    backup = account.create(COPY, **inputs)["id"]
    identifier = inputs["sourceDbInstanceArn"].rsplit(":", 1)[-1]
    account.client("rds", OTHER_REGION).delete_db_instance(
        DBInstanceIdentifier=identifier, SkipFinalSnapshot=True
    )

    assert account.create(INSTANCE.token, **restoring(account, backup))["dbName"] == "messaging"


def test_a_backup_of_another_region_is_not_found(account: Account) -> None:
    with pytest.raises(ApiError) as refused:
        account.create(INSTANCE.token, **restoring(account, "arn:aws:rds:elsewhere"))

    assert refused.value.code == "DBInstanceAutomatedBackupNotFound"


def test_the_backups_of_an_instance_are_copied_once(account: Account) -> None:
    inputs = backup_copy_inputs(account)
    account.create(COPY, **inputs)

    with pytest.raises(ApiError, match="are replicated already"):
        account.create(COPY, **inputs)


def test_an_encrypted_copy_needs_a_key_of_its_region(account: Account) -> None:
    inputs = backup_copy_inputs(account)
    del inputs["kmsKeyId"]

    with pytest.raises(ApiError, match="needs a key of this region"):
        account.create(COPY, **inputs)
