"""What moto lacks of RDS: automated backups that are copied to another region."""

from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random
from moto.rds.exceptions import RDSClientError
from moto.rds.models import rds_backends

from offline.moto_gaps.gap import Method, Moto

DEFAULT_RETENTION_DAYS = 7

BROUGHT_ALONG = (
    "engine",
    "engine_version",
    "db_name",
    "master_username",
    "license_model",
    "port",
    "storage_type",
    "allocated_storage",
    "storage_encrypted",
)
"""What a restored instance takes from its backup unless it is told otherwise."""


@dataclass(frozen=True, kw_only=True)
class Copy:
    """The copy of one instance's backups, which outlives that instance."""

    arn: str
    source_arn: str
    instance: Moto
    kms_key_id: str | None
    retention_days: int
    status: str = "replicating"
    """`retained` once the replication has ended: what was copied stays until its days are over."""

    def told(self) -> dict[str, Any]:
        """As the API describes it."""
        instance = self.instance
        return {
            "DBInstanceAutomatedBackupsArn": self.arn,
            "DBInstanceArn": self.source_arn,
            "DBInstanceIdentifier": instance.db_instance_identifier,
            "DbiResourceId": instance.dbi_resource_id,
            "Region": self.source_arn.split(":")[3],
            "Status": self.status,
            "Engine": instance.engine,
            "EngineVersion": instance.engine_version,
            "AllocatedStorage": instance.allocated_storage,
            "MasterUsername": instance.master_username,
            "Encrypted": instance.storage_encrypted,
            "KmsKeyId": self.kms_key_id,
            "BackupRetentionPeriod": self.retention_days,
        }


@dataclass(frozen=True)
class Copies:
    """The copies that one region holds, by their ARN."""

    by_arn: dict[str, Copy] = field(default_factory=dict[str, Copy])

    def find(self, arn: str) -> Copy:
        """The copy with an ARN. Raises DBInstanceAutomatedBackupNotFound."""
        if arn not in self.by_arn:
            raise _not_found(arn)
        return self.by_arn[arn]

    def replicating(self, source_arn: str) -> Copy | None:
        """The copy that follows an instance now."""
        copies = (each for each in self.by_arn.values() if each.source_arn == source_arn)
        return next((each for each in copies if each.status == "replicating"), None)

    def restored(self, arn: str) -> dict[str, Any]:
        """What an instance restored from a copy begins with."""
        copy = self.find(arn)
        taken = {name: getattr(copy.instance, name) for name in BROUGHT_ALONG}
        return {**taken, "kms_key_id": copy.kms_key_id}


def of(backend: Moto) -> Copies:
    """The copies in the region of a backend."""
    return backend.__dict__.setdefault("backup_copies", Copies())


def start_db_instance_automated_backups_replication(response: Moto) -> ActionResult:
    """Copy the backups of another region's instance, at once and for ever up to date."""
    source_arn = response.params["SourceDBInstanceArn"]
    _, _, _, region, account, _, identifier = source_arn.split(":")
    instance = rds_backends[account][region].describe_db_instances(identifier)[0]
    copies = of(response.backend)
    key = response.params.get("KmsKeyId")
    if copies.replicating(source_arn):
        raise RDSClientError(
            "InvalidDBInstanceState", f"The backups of {identifier} are replicated already."
        )
    if instance.storage_encrypted and key is None:
        raise RDSClientError(
            "InvalidParameterCombination", "An encrypted instance needs a key of this region."
        )
    here = response.backend.region_name
    number = mock_random.get_random_string(length=39, lower_case=True)
    copy = Copy(
        arn=f"arn:aws:rds:{here}:{account}:auto-backup:ab-{number}",
        source_arn=source_arn,
        instance=instance,
        kms_key_id=key,
        retention_days=int(response.params.get("BackupRetentionPeriod", DEFAULT_RETENTION_DAYS)),
    )
    copies.by_arn[copy.arn] = copy
    return ActionResult({"DBInstanceAutomatedBackup": copy.told()})


def stop_db_instance_automated_backups_replication(response: Moto) -> ActionResult:
    """Copy no more; what was copied stays."""
    source_arn, copies = response.params["SourceDBInstanceArn"], of(response.backend)
    copy = copies.replicating(source_arn)
    if copy is None:
        raise _not_found(source_arn)
    copies.by_arn[copy.arn] = copy = replace(copy, status="retained")
    return ActionResult({"DBInstanceAutomatedBackup": copy.told()})


def described(describe_db_instance_automated_backups: Method) -> Method:
    """moto tells of the region's own backups, without ARNs; here are the copies, too."""

    @wraps(describe_db_instance_automated_backups)
    def wrapper(response: Moto) -> ActionResult:
        copies = of(response.backend)
        if arn := response.params.get("DBInstanceAutomatedBackupsArn"):
            return ActionResult({"DBInstanceAutomatedBackups": [copies.find(arn).told()]})
        identifier = response.params.get("DBInstanceIdentifier")
        own = response.backend.describe_db_instance_automated_backups(identifier)
        told = [copy.told() for copy in copies.by_arn.values()]
        copied = [each for each in told if identifier in {None, each["DBInstanceIdentifier"]}]
        return ActionResult({"DBInstanceAutomatedBackups": [*own, *copied]})

    return wrapper


def _not_found(arn: str) -> RDSClientError:
    return RDSClientError(
        "DBInstanceAutomatedBackupNotFound", f"No automated backup for {arn} was found."
    )
